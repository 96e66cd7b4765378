/**
 * The same networks in PyTorch: every part of a preset on one picture, in both languages.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { openTensors, tf } from "../tensor/backend.ts";
import { readSafetensors, type Safetensors } from "../tensor/checkpoint/safetensors.ts";
import { fromFile, Parameters, shapesOf } from "../tensor/nn/parameters.ts";
import { type Architecture, ARCHITECTURES, mostSymbols } from "./architecture.ts";
import { conditionDecoder } from "./condition_decoder.ts";
import { analyse, bitsPerPixel, positionBits, roundToMeans } from "./entropy.ts";
import { jsccDecoder } from "./jscc_decoder.ts";
import { jsccEncoder, masksOf } from "./jscc_encoder.ts";
import { declareNetworks, NETWORKS } from "./networks.ts";
import { selectRates } from "./rate_adaption.ts";
import { allocateRates, rateMasks } from "./rate_allocation.ts";
import { runTorch, torchPython } from "./sample_python.ts";
import { sample } from "./sampler.ts";
import { samplingSteps } from "./schedule.ts";
import { unet } from "./unet.ts";

const STEPS = 3;
const TIME = 0.375;
const TOLERANCE = 1e-4;

if (torchPython) await openTensors({ backend: "wasm" });

for (const preset of ["compact", "reduced"]) {
  Deno.test({
    name: `every part of ${preset} is that of PyTorch`,
    ignore: torchPython === undefined,
    fn: async () => {
      const folder = await Deno.makeTempDir();
      try {
        await runTorch("torch_outputs.py", preset, folder);
        await compare(ARCHITECTURES.get(preset)!, folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

async function compare(architecture: Architecture, folder: string): Promise<void> {
  const read = async (name: string): Promise<Safetensors> =>
    readSafetensors(await Deno.readFile(`${folder}/${name}.safetensors`), name);
  const weights = await read("parameters"), expected = await read("outputs");
  const declared = declareNetworks(architecture);
  assertEquals([...weights.tensors.keys()].sort(), Object.keys(declared).sort());
  const values = new Map(
    [...shapesOf(declared)].map(([name, shape]) => [name, weights.floats(name, shape)] as const),
  );
  const tensors = fromFile(declared, values);
  tf.tidy(() => {
    const parameters = new Parameters(tensors), at = new Outputs(expected);
    at.checkAll(partsOf(architecture, parameters, at));
  });
  tf.dispose([...tensors.values()]);
}

/** Every part, fed with PyTorch's output of the part before it. */
function partsOf(
  architecture: Architecture,
  parameters: Parameters,
  at: Outputs,
): Record<string, tf.Tensor> {
  const { rates } = architecture, most = mostSymbols(architecture);
  const x = at.picture("x"), y = at.picture("y");
  const latents = analyse(parameters, x, architecture);
  const bits = positionBits(roundToMeans(latents), latents);
  const [, height = 0, width = 0] = bits.shape, positions = height * width;
  const indices = allocateRates(bits.dataSync(), at.values("eta")[0]!, rates);
  assertEquals(Array.from(indices), Array.from(at.values("index")));
  const selection = selectRates(indices, rates.length);
  const s = jsccEncoder(parameters.at(NETWORKS.jsccEncoder), y, selection, architecture);
  const mask = masksOf(selection, rateMasks(rates, "checkerboard"));
  const variance = at.vector("variance");
  const tokens = tf.reshape(at.picture("received"), [1, positions, most]) as tf.Tensor3D;
  const decoder = parameters.at(NETWORKS.jsccDecoder), grid = { height, width };
  const decoded = jsccDecoder(
    decoder,
    tokens,
    tf.reshape(variance, [1, 1, 1]),
    grid,
    selection,
    architecture,
  );
  const conditions = conditionDecoder(
    parameters.at(NETWORKS.conditionDecoder),
    at.picture("decoded"),
    variance,
    architecture,
  );
  const start = at.picture("start");
  const predict = (x: tf.Tensor4D, time: number): tf.Tensor4D =>
    unet(parameters.at(NETWORKS.unet), x, tf.tensor2d([[time]]), conditions, architecture);
  return {
    y: latents.y,
    bits: tf.reshape(bits, [1, positions]),
    bpp: bitsPerPixel(parameters, bits, latents.zHat, x.shape[1] * x.shape[2]),
    s: tf.reshape(tf.mul(s, tf.reshape(mask, s.shape)), [1, height, width, most]),
    decoded,
    ...Object.fromEntries(conditions.maps.map((map, index) => [`map${index}`, map])),
    ...(conditions.picture ? { picture: conditions.picture } : {}),
    predicted: predict(start, TIME),
    shown: sample(start, predict, { steps: samplingSteps(STEPS), prediction: "x" }),
  };
}

/** What PyTorch gave; pictures as [n, h, w, c]. */
class Outputs {
  constructor(private readonly file: Safetensors) {}

  values(name: string): Float32Array {
    return this.file.floats(name, this.#shape(name));
  }

  vector(name: string): tf.Tensor1D {
    return tf.tensor1d(this.values(name));
  }

  picture(name: string): tf.Tensor4D {
    const shape = this.#shape(name) as [number, number, number, number];
    return tf.transpose(tf.tensor4d(this.values(name), shape), [0, 2, 3, 1]);
  }

  /** @throws When a part is further off than a part of its largest value; of samples, before clips. */
  checkAll(found: Record<string, tf.Tensor>): void {
    for (const [name, tensor] of Object.entries(found)) {
      const expected = Array.from(
        this.#shape(name).length === 4 ? this.picture(name).dataSync() : this.values(name),
      );
      const values = Array.from(tensor.dataSync());
      assertEquals(values.length, expected.length, name);
      const scaled = Array.from(name === "shown" ? this.values("predicted") : expected);
      const scale = scaled.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      const worst = values.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - expected[i]!)),
        0,
      );
      assert(worst <= TOLERANCE * scale, `${name}: off by ${worst}, largest value ${scale}`);
    }
  }

  #shape(name: string): readonly number[] {
    const info = this.file.tensors.get(name);
    assert(info, `PyTorch gives "${name}"`);
    return info.shape;
  }
}
