import { assertEquals, assertThrows } from "@std/assert";
import type { CheckpointManifest } from "../../core/tensor/checkpoint/manifest.ts";
import { FormatError, OptionError } from "../../core/errors.ts";
import { countValues, type Declarations } from "../../core/tensor/nn/parameters.ts";
import { isPowerIterationState } from "../../core/tensor/nn/spectral_norm.ts";
import { discriminatorOf, latentChannels, networkOf, networkOfManifest } from "./networks.ts";

function count(declarations: Declarations, of: (name: string) => boolean): number {
  const chosen = Object.entries(declarations).filter(([name]) => of(name));
  return countValues(Object.fromEntries(chosen));
}

Deno.test("the published networks have the published numbers of parameters", () => {
  for (
    const [latent, encoder, decoder, judged] of [
      [2, 5_288_332, 10_646_696, 2_777_253],
      [6, 5_313_972, 10_672_296, 2_777_685],
    ] as const
  ) {
    const network = networkOf("paper", { latent });
    assertEquals(count(network.declarations, (name) => name.startsWith("Encoder.")), encoder);
    assertEquals(count(network.declarations, (name) => name.startsWith("Decoder.")), decoder);
    const discriminator = discriminatorOf(network);
    assertEquals(count(discriminator, (name) => !isPowerIterationState(name)), judged);
  }
});

Deno.test("a CBR is met by whole complex channels or refused", () => {
  assertEquals(latentChannels("paper", 1 / 48), 2);
  assertEquals(latentChannels("paper", 1 / 16), 6);
  assertEquals(latentChannels("compact", 1 / 48), 32);
  assertThrows(() => latentChannels("paper", 1 / 40), OptionError, "multiples of 1/48");
});

const manifest: CheckpointManifest = {
  codec: "gan-jscc",
  preset: "compact",
  version: "1",
  options: {
    latent: 32,
    widths: [48, 96, 112],
    encoderBlocks: [1, 1, 2],
    decoderBlocks: [2, 3, 2],
  },
  snrDb: 10,
  cbr: "1/48",
  digest: `sha256:${"0".repeat(64)}`,
  dtype: "f16",
  steps: 1,
  hours: 0,
  seed: 1,
  device: "cpu",
  data: "none",
  loss: "mse",
  validation: {},
};

Deno.test("a manifest gives its network", () => {
  const { latent, stride } = networkOfManifest(manifest, "a.safetensors");
  assertEquals([latent, stride], [32, 16]);
  const paper = { ...manifest, preset: "paper", options: { latent: 2, width: 32 } };
  assertEquals(networkOfManifest(paper, "a.safetensors").stride, 4);
});

Deno.test("a manifest that describes no network is refused, and what is wrong named", () => {
  const refused = (change: Partial<CheckpointManifest>, text: string): void => {
    assertThrows(
      () => networkOfManifest({ ...manifest, ...change }, "a.safetensors"),
      FormatError,
      text,
    );
  };
  const { options } = manifest;
  refused({ preset: "huge" }, "presets are compact, paper, hific");
  refused({ cbr: "1/16" }, "not 1/16");
  refused({ options: { ...options, widths: [48, 96] } }, '"widths": three integers');
  refused({ options: { ...options, latent: 1e9 } }, '"latent": an integer up to 4096');
  refused({ options: { ...options, encoderBlocks: [1, 1, -2] } }, '"encoderBlocks"');
  refused({ preset: "paper", options: { latent: 2 } }, '"width"');
});
