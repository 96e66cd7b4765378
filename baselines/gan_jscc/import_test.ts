import { assertEquals, assertRejects } from "@std/assert";
import { importWeights } from "../../core/tensor/checkpoint/importer.ts";
import {
  readSafetensors,
  type TensorToWrite,
  writeSafetensors,
} from "../../core/tensor/checkpoint/safetensors.ts";
import { FormatError, OptionError } from "../../core/errors.ts";
import { discriminatorOf, networkOf, networkOfManifest } from "./networks.ts";
import { importer } from "./plugin.ts";

const network = networkOf("paper", { latent: 6, width: 16 });

/** A state dict as the authors' model has it, in a safe file. */
function stateDict(
  change: (tensors: Map<string, TensorToWrite>) => void = () => {},
): Uint8Array<ArrayBuffer> {
  const all = { ...network.declarations, ...discriminatorOf(network, [4, 4, 4, 4]) };
  const tensors = new Map<string, TensorToWrite>();
  for (const [name, { shape }] of Object.entries(all)) {
    const values = new Float32Array(shape.reduce((product, side) => product * side, 1));
    tensors.set(name, {
      shape,
      values: values.map((_, i) => Math.fround(Math.sin(i + name.length))),
    });
  }
  tensors.set("MS_SSIM.window", { shape: [1], values: Float32Array.of(1) });
  tensors.set("distortion_loss.x", { shape: [1], values: Float32Array.of(1) });
  change(tensors);
  return writeSafetensors(tensors);
}

Deno.test("a published state dict becomes preset paper: the same numbers, without discriminator and metrics", async () => {
  const bytes = stateDict(), file = "net.safetensors";
  const { weights, manifest } = await importWeights(importer, bytes, file, { snrDb: 10 });
  assertEquals([manifest.preset, manifest.cbr, manifest.snrDb], ["paper", "1/16", 10]);
  assertEquals(networkOfManifest(manifest, file).options, { latent: 6, width: 16 });
  const read = readSafetensors(weights, file), source = readSafetensors(bytes, file);
  assertEquals([...read.tensors.keys()].sort(), Object.keys(network.declarations).sort());
  for (const name of read.tensors.keys()) assertEquals(read.floats(name), source.floats(name));
});

Deno.test("files that are no GAN-JSCC are refused, and what is wrong named", async () => {
  const refused = async (bytes: Uint8Array<ArrayBuffer>, text: string): Promise<void> => {
    await assertRejects(
      () => importWeights(importer, bytes, "net.safetensors", { snrDb: 10 }),
      FormatError,
      text,
    );
  };
  const value = { shape: [1], values: Float32Array.of(1) };
  await refused(writeSafetensors(new Map([["x", value]])), "it is no GAN-JSCC");
  await refused(
    stateDict((tensors) => tensors.delete("Decoder.attention3.fc1.bias")),
    "Decoder.attention3.fc1.bias",
  );
  await refused(
    stateDict((tensors) => tensors.set("Decoder.upconv_block1.0.bias", value)),
    "Decoder.upconv_block1.0.bias",
  );
  await refused(stateDict((tensors) => tensors.set("Decoder.extra", value)), '"Decoder.extra"');
});

Deno.test("an SNR must be told, and another preset is refused", async () => {
  const bytes = stateDict();
  const importing = (wish: { snrDb?: number; preset?: string }): Promise<unknown> =>
    importWeights(importer, bytes, "net.safetensors", wish);
  await assertRejects(() => importing({}), OptionError, "--snr");
  await assertRejects(() => importing({ snrDb: 10, preset: "compact" }), OptionError, "--preset");
});
