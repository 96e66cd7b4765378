/**
 * The networks, losses and gradients of TypeScript are those of train/torch: same weights, same
 * pictures, same noise in both. Needs a Python with PyTorch (Debian: python3-torch).
 *
 * Another codec is one more entry of CASES here and of CASES in torch_cases.py.
 */
import { assert } from "@std/assert";
import { fillNormals, fillUniforms, type RandomKey, rootKey } from "../core/random.ts";
import { openTensors, tf } from "../core/tensor/backend.ts";
import {
  readSafetensors,
  type TensorToWrite,
  writeSafetensors,
} from "../core/tensor/checkpoint/safetensors.ts";
import { fromFile, Parameters, toFile } from "../core/tensor/nn/parameters.ts";
import type { Trainable, TrainablePlugin, TrainingGoal } from "../core/tensor/trainable.ts";
import { trainable as deepJscc } from "../baselines/deepjscc/plugin.ts";
import { trainable as ganJscc } from "../baselines/gan_jscc/plugin.ts";

/** Difference that is allowed, relative to the largest value of an array. */
const FORWARD_TOLERANCE = 1e-4, GRADIENT_TOLERANCE = 1e-3;

/** A network in both languages. */
interface Case {
  /** Its name in torch_cases.py. */
  readonly name: string;
  readonly plugin: TrainablePlugin;
  readonly goal: TrainingGoal;
  readonly crops: readonly [count: number, height: number, width: number];
  /**
   * What torch_cases.py reads beside the weights and `x`: arrays in its order, of the noise that the
   * trainable draws from `lossKey` and `validationKey`.
   */
  inputs(keys: Keys, trainable: Trainable): ReadonlyMap<string, TensorToWrite>;
  /** Changes random weights with which the network would be dead somewhere. */
  enliven?(name: string, values: Float32Array): void;
}

/** Keys of the random numbers of the loss, and of the reconstruction. */
interface Keys {
  readonly loss: RandomKey;
  readonly validation: RandomKey;
}

/** The folder of LPIPS's weights, if it is there: without it a GAN is held equal but for that term. */
const LPIPS = lpipsFolder();

function lpipsFolder(): string | undefined {
  const root = Deno.env.get("SEMCAST_ASSETS") ??
    new URL("../../shared/assets", import.meta.url).pathname;
  try {
    Deno.statSync(`${root}/weights/squeezenet1_1_fp16weights.safetensors`);
    return `${root}/weights`;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log(`LPIPS as a loss is left out: no weights in ${root} (set SEMCAST_ASSETS)`);
    return undefined;
  }
}

const CASES: readonly Case[] = [
  {
    name: "deepjscc compact",
    plugin: deepJscc,
    goal: { snrDb: 10, cbr: 1 / 192, preset: "compact", stage: 1, settings: {} },
    crops: [2, 32, 48],
    inputs: ({ loss, validation }) =>
      new Map([
        ["latent", scalar(8)],
        ["n0", scalar(0.1)],
        ["sideUses", scalar(3)],
        ["noise", latentNoise(loss.derive("noise"), [2, 2, 3, 8])],
        ["validationNoise", latentNoise(validation.derive("noise"), [2, 2, 3, 8])],
      ]),
  },
  {
    name: "gan-jscc compact",
    plugin: ganJscc,
    goal: {
      snrDb: 10,
      cbr: 1 / 192,
      preset: "compact",
      stage: 2,
      settings: {
        filters: "4-5-6-7",
        ...(LPIPS ? { perceptual: LPIPS } : { perception: "0" }),
      },
    },
    crops: [2, 32, 48],
    inputs: ({ loss, validation }) =>
      new Map([
        ["latent", scalar(8)],
        ["snrDb", scalar(10)],
        ["sideUses", scalar(3)],
        ["filters", { shape: [4], values: Float32Array.of(4, 5, 6, 7) }],
        ["perception", scalar(LPIPS ? 1 : 0)],
        ["noise", latentNoise(loss.derive("noise"), [2, 2, 3, 8])],
        ["validationNoise", latentNoise(validation.derive("noise"), [2, 2, 3, 8])],
      ]),
    enliven: (name, values) => {
      if (name.endsWith("fc1.bias")) values.fill(5); // few hidden values, all of them open
    },
  },
];

function scalar(value: number): TensorToWrite {
  return { shape: [1], values: Float32Array.of(value) };
}

/** Normals of a key for a latent [n, h, w, c], ordered as PyTorch's [n, c, h, w]. */
function latentNoise(
  key: RandomKey,
  [n, h, w, c]: readonly [number, number, number, number],
): TensorToWrite {
  const values = new Float32Array(n * h * w * c);
  fillNormals(key, values);
  const ordered = values.slice();
  for (let i = 0; i < values.length; i++) {
    const channel = i % c,
      pixel = Math.floor(i / c) % (h * w),
      picture = Math.floor(i / (c * h * w));
    ordered[(picture * c + channel) * h * w + pixel] = values[i]!;
  }
  return { shape: [n, c, h, w], values: ordered };
}

/** A Python that has PyTorch; undefined where there is none. */
async function findPython(): Promise<string | undefined> {
  for (const python of ["/usr/bin/python3", "python3"]) {
    try {
      const check = new Deno.Command(python, {
        args: ["-c", "import torch"],
        stdout: "null",
        stderr: "null",
      });
      if ((await check.output()).success) return python;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  console.log("skipped: no Python has PyTorch (Debian: apt install python3-torch)");
  return undefined;
}

const python = await findPython();
if (python) await openTensors({ backend: "wasm" });

/** Weights without structure, so that no gradient is zero by a zero of the initial values. */
function randomWeights({ declarations }: Trainable, key: RandomKey): Map<string, Float32Array> {
  return new Map(
    Object.entries(declarations).map(([name, { shape }]) => {
      const values = new Float32Array(shape.reduce((product, side) => product * side, 1));
      fillNormals(key.derive(name), values);
      const fanIn = values.length / (shape[0] ?? 1);
      return [name, values.map((value) => 0.7 * value / Math.sqrt(fanIn))];
    }),
  );
}

async function runTorch(
  name: string,
  weights: ReadonlyMap<string, TensorToWrite>,
  inputs: ReadonlyMap<string, TensorToWrite>,
): Promise<ReturnType<typeof readSafetensors>> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/weights.safetensors`, writeSafetensors(weights));
    await Deno.writeFile(`${folder}/inputs.safetensors`, writeSafetensors(inputs));
    const script = new URL("./torch_cases.py", import.meta.url).pathname;
    const { success, stderr } = await new Deno.Command(python!, {
      args: [script, name, folder],
      env: { OMP_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1", SEMCAST_LPIPS: LPIPS ?? "" },
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    const path = `${folder}/outputs.safetensors`;
    return readSafetensors(await Deno.readFile(path), path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function assertClose(
  what: string,
  found: Float32Array,
  wanted: Float32Array,
  tolerance: number,
): void {
  assert(found.length === wanted.length, `${what}: ${wanted.length} values; got ${found.length}`);
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = wanted.reduce((most, value, i) => Math.max(most, Math.abs(found[i]! - value)), 0);
  assert(largest > 0, `${what}: all zero, which shows nothing`);
  assert(worst <= tolerance * largest, `${what}: off by ${worst} at values up to ${largest}`);
}

for (const { name, plugin, goal, crops: [count, height, width], inputs, enliven } of CASES) {
  Deno.test({
    name: `forward, loss and gradients are PyTorch's: ${name}`,
    ignore: python === undefined,
    async fn() {
      const trainable = await plugin.create(goal), key = rootKey(5);
      const { declarations } = trainable;
      const keys = { loss: key.derive("loss"), validation: key.derive("validation") };
      const values = randomWeights(trainable, key.derive("weights"));
      for (const [parameter, numbers] of values) enliven?.(parameter, numbers);
      const pixels = new Float64Array(count * height * width * 3);
      fillUniforms(key.derive("x"), pixels);
      const x = tf.tensor4d(Float32Array.from(pixels), [count, height, width, 3]);
      const torch = await runTorch(
        name,
        new Map([...values].map(([name, values]) => {
          return [name, { shape: declarations[name]!.shape, values }];
        })),
        new Map([...inputs(keys, trainable), ["x", await channelsFirst(x)]]),
      );

      const tensors = fromFile(declarations, values), parameters = new Parameters(tensors);
      const shown = tf.tidy(() => trainable.reconstruct(parameters, x, keys.validation));
      const shownValues = (await channelsFirst(shown)).values as Float32Array;
      assertClose("reconstruct", shownValues, torch.floats("reconstruct"), FORWARD_TOLERANCE);
      for (const objective of trainable.objectives) {
        const names = [...tensors.keys()].filter(objective.trains);
        const { value, grads } = tf.valueAndGrads((...given: tf.Tensor[]) => {
          const trained = names.map((name, i) => [name, given[i]!] as const);
          return objective.loss(new Parameters(new Map([...tensors, ...trained])), x, keys.loss)
            .value;
        })(names.map((name) => tensors.get(name)!));
        const loss = await value.data() as Float32Array;
        assertClose("loss", loss, torch.floats(`${objective.name}:loss`), FORWARD_TOLERANCE);
        const gradients = new Map(names.map((name, i) => [name, grads[i]!]));
        const trained = names.map((name) => [name, declarations[name]!] as const);
        for (const [name, found] of await toFile(Object.fromEntries(trained), gradients)) {
          const what = `${objective.name}:grad:${name}`;
          assertClose(what, found, torch.floats(what), GRADIENT_TOLERANCE);
        }
        tf.dispose([value, ...grads]);
      }
      tf.dispose([x, shown, ...tensors.values()]);
    },
  });
}

async function channelsFirst(x: tf.Tensor4D): Promise<TensorToWrite> {
  const ordered = tf.transpose(x, [0, 3, 1, 2]);
  const values = await ordered.data() as Float32Array;
  ordered.dispose();
  return { shape: ordered.shape, values };
}
