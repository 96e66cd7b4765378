/**
 * Published checkpoints: imported, they give the published code's numbers.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { FormatError, OptionError } from "../../core/errors.ts";
import { openTensors } from "../../core/tensor/backend.ts";
import { type ForeignWeights, importWeights } from "../../core/tensor/checkpoint/importer.ts";
import { openWeights } from "../../core/tensor/checkpoint/open.ts";
import { fromFile, Parameters, shapesOf } from "../../core/tensor/nn/parameters.ts";
import { tf } from "../../core/tensor/tfjs.ts";
import { decodeImageFile } from "../../sim/data/decode_image.ts";
import { vectorFiles, vectorFolder } from "../../tests/vectors.ts";
import { importer } from "./plugin.ts";
import { powerFactor } from "../../core/tensor/jscc/power.ts";
import { networkOfManifest } from "./presets.ts";
import { residualAttention } from "./residual_attention.ts";
import {
  type CaseDescription,
  generated,
  inFileOrder,
  SampleCase,
} from "./testing/sample_cases.ts";

type Rule = CaseDescription["inputs"][string];

/** A case of a published checkpoint. */
interface CheckpointCase extends CaseDescription {
  readonly checkpoint: string;
  readonly snr_db: number;
  readonly input: Rule | {
    readonly kodak: string;
    readonly rows: readonly [number, number];
    readonly cols: readonly [number, number];
  };
  readonly noise: Rule;
}

const folder = vectorFolder("models/deepjscc/checkpoints");
await openTensors({ backend: "wasm" });

const ASSETS = Deno.env.get("SEMCAST_ASSETS") ??
  new URL("../../../shared/assets", import.meta.url).pathname;

/** The picture of Kodak that a case wants; undefined when it is not there. */
function kodakFile({ input }: CheckpointCase): Uint8Array<ArrayBuffer> | undefined {
  if (!("kodak" in input)) return undefined;
  try {
    return Deno.readFileSync(`${ASSETS}/kodak/${input.kodak}`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log(`skipped: no ${input.kodak} in ${ASSETS}/kodak (set SEMCAST_ASSETS)`);
    return undefined;
  }
}

/** The input of a case, f32[1, h, w, 3]. */
async function inputOf(
  { input }: CheckpointCase,
  file: Uint8Array<ArrayBuffer> | undefined,
): Promise<tf.Tensor4D> {
  if (!("kodak" in input)) return generated(input) as tf.Tensor4D;
  const { width, height, data } = (await decodeImageFile(file!, input.kodak)).image;
  const [top, bottom] = input.rows, [left, right] = input.cols;
  return tf.tidy(() =>
    tf.div(
      tf.slice(tf.tensor4d(Float32Array.from(data), [1, height, width, 3]), [0, top, left, 0], [
        1,
        bottom - top,
        right - left,
        3,
      ]),
      255,
    )
  );
}

for (const path of folder ? vectorFiles(folder, ".json") : []) {
  if (path.endsWith("/index.json")) continue;
  const sample = new SampleCase<CheckpointCase>(path), { json } = sample;
  const picture = kodakFile(json), ignore = "kodak" in json.input && !picture;
  Deno.test({ name: `published checkpoint ${sample.name}`, ignore }, async () => {
    const x = await inputOf(json, picture);
    const file = `${folder}/${json.checkpoint}`;
    const { weights, manifest } = await importWeights(importer, Deno.readFileSync(file), file, {});
    const network = networkOfManifest(manifest, file);
    const shapes = shapesOf(network.declarations);
    const values = await openWeights(manifest, weights, shapes, file);
    const parameters = new Parameters(fromFile(network.declarations, values));
    const noise = generated(json.noise) as tf.Tensor4D;
    const results = tf.tidy(() => {
      const latent = network.encode(parameters, x, tf.fill([1, 1], json.snr_db));
      const symbols = tf.mul<tf.Tensor4D>(latent, powerFactor(latent));
      const received = tf.add<tf.Tensor4D>(symbols, noise);
      const variance = tf.fill<tf.Rank.R4>([1, 1, 1, 1], 10 ** (-json.snr_db / 10) / 2);
      const image_out = network.decode(parameters, {
        y: received,
        variance,
        snrDb: tf.fill([1, 1], json.snr_db),
      });
      return { latent, symbols, received, image_out };
    });
    for (const [name, tensor] of Object.entries(results)) {
      sample.check(name, await inFileOrder(tensor));
      tensor.dispose();
    }
    sample.checkComplete();
    tf.dispose([x, noise, ...parameters.tensors.values()]);
  });
}

/** A published file of these tensors, all of one value. */
function foreign(
  shapes: ReadonlyMap<string, readonly number[]>,
  file = "weights.pth",
): ForeignWeights {
  return {
    file,
    shapes,
    floats: (name, shape = []) =>
      shapes.has(name)
        ? Promise.resolve(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(name.length))
        : Promise.reject(new FormatError(`it has no tensor "${name}"`)),
  };
}

Deno.test("weights of kaira's residual network are found under whatever model they are part of", async () => {
  const shapes = new Map(
    [...shapesOf(residualAttention(32, 8).declarations)].map((
      [name, shape],
    ) => [name.startsWith("g_a") ? `encoder.${name}` : `decoder.${name}`, shape]),
  );
  const { manifest, parameters } = await importer.import(foreign(shapes), { snrDb: 7 });
  assertEquals([manifest.preset, manifest.cbr, manifest.snrDb], ["residual-attention", "1/48", 7]);
  assertEquals(parameters.get("g_s.9.conv.bias")?.values[0], "decoder.g_s.9.conv.bias".length);
});

Deno.test("weights whose SNR nobody says are refused, with the option that says it", async () => {
  const shapes = shapesOf(residualAttention(32, 8).declarations);
  const error = await assertRejects(() => importer.import(foreign(shapes), {}), OptionError);
  assert(error.message.includes("--snr"), error.message);
});

Deno.test("weights of another network are refused by what they have", async () => {
  const shapes = new Map([["features.0.weight", [64, 3, 3, 3]]]);
  const error = await assertRejects(() => importer.import(foreign(shapes), {}), FormatError);
  assert(error.message.includes("features.0.weight"), error.message);
});
