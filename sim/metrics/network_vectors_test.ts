/**
 * Metrics of networks against values that PyTorch computed: with the weights of the assets where
 * they are, and with weights that follow from a formula for networks that cannot be had.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { openTensors, tf } from "../../core/tensor/backend.ts";
import { readSafetensors } from "../../core/tensor/checkpoint/safetensors.ts";
import type { RgbImage } from "../../core/image.ts";
import { vectorFolder } from "../../tests/vectors.ts";
import { decodeImageFile } from "../data/decode_image.ts";
import { WeightFolder } from "../weight_folder.ts";
import { frechetDistance } from "./frechet.ts";
import { kernelDistance } from "./kernel_distance.ts";
import { LPIPS_NETWORKS, openLpips } from "./lpips.ts";
import { loadMetric } from "./mod.ts";
import { GOOGLENET } from "./networks/googlenet.ts";
import { GOOGLENET_CLASSIFIER, GOOGLENET_LAYERS } from "./networks/googlenet_layers.ts";
import type { Activation } from "./networks/layers.ts";
import { mobilenetV2 } from "./networks/mobilenet_v2.ts";
import { MOBILENET_V2_CLASSIFIER, MOBILENET_V2_LAYERS } from "./networks/mobilenet_v2_layers.ts";
import { closeLayers, openLayers, pictureTensor, positionMeans, tapsOf } from "./networks/open.ts";
import { squeezenet } from "./networks/squeezenet.ts";
import { PatchExtractor } from "./patch_extractor.ts";
import {
  googlenetPatches,
  inceptionPatches,
  MOBILENET_V2_INPUT,
  MOBILENET_V2_WEIGHTS,
  mobilenetPatches,
  squeezePatches,
} from "./patch_networks.ts";
import { patches, scaled, scaling } from "./pixels.ts";
import { resizeBicubic, resizeBilinear } from "./resize.ts";
import { type Formula, formulaValues, FormulaWeights } from "./testing/formula_weights.ts";
import { openUfd } from "./ufd.ts";

/** Tolerances stated with the vectors. */
const LPIPS_RELATIVE = 1e-4, ACTIVATION_RMS = 1e-3, FEATURE_RMS = 1e-3, LOGIT_RELATIVE = 1e-3;
const DISTANCE_RELATIVE = 1e-3, INDEPENDENT_RELATIVE = 1e-4, KERNEL_ABSOLUTE = 1e-4;

const folder = vectorFolder("metrics");
const assets = Deno.env.get("SEMCAST_ASSETS") ??
  new URL("../../../shared/assets", import.meta.url).pathname;
const FULL = Deno.env.get("SEMCAST_FULL") === "1";
const hasWeights = there(`${assets}/weights`), hasKodak = there(`${assets}/kodak`);
const weights = new WeightFolder(`${assets}/weights`);
if (folder !== undefined) await openTensors(); // before any test: a native library stays open

function there(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log(`skipped: nothing in ${path} (set SEMCAST_ASSETS)`);
    return false;
  }
}

interface ActivationSample {
  readonly tap: string;
  readonly shape: readonly [number, number, number];
  readonly mean: number;
  readonly rms: number;
  readonly first_pixel_first_8_channels: readonly number[];
  readonly centre_pixel_first_8_channels: readonly number[];
}
interface LpipsCase {
  readonly total: number;
  readonly per_layer: readonly number[];
  readonly total_inputs_in_0_1_unscaled: number;
  readonly activations_of_a?: readonly ActivationSample[];
}
interface Pair {
  readonly name: string;
  readonly a: string;
  readonly b: string;
  readonly lpips: Readonly<Record<string, LpipsCase>>;
}
interface Feature {
  readonly rms: number;
  readonly first16: readonly number[];
}
interface Logits {
  readonly index: number;
  readonly value: number;
}

async function json<T>(name: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(`${folder}/${name}`));
}

async function picture(path: string): Promise<RgbImage> {
  return (await decodeImageFile(await Deno.readFile(path), path)).image;
}

function near(found: number, wanted: number, most: number, what: string): void {
  assert(Math.abs(found - wanted) <= most, `${what}: ${found}, wanted ${wanted} +- ${most}`);
}

/** Runs a test, then frees the networks of a source; nothing may be left over. */
async function withNetworks(
  source: FormulaWeights | WeightFolder,
  work: () => Promise<void>,
): Promise<void> {
  const before = tf.memory().numTensors;
  try {
    await work();
  } finally {
    await closeLayers(source);
  }
  assertEquals(tf.memory().numTensors, before, "tensors are left over");
}

/** The backbones of deterministic_backbones.json, with the official weights of the taps. */
async function deterministicBackbones(): Promise<FormulaWeights> {
  const tables = await json<Record<string, (Formula & { key: string })[]>>(
    "deterministic_backbones.json",
  );
  const of = { AlexNet: "alex", VGG16: "vgg" } as Record<string, string>;
  const formulas = new Map(
    Object.entries(of).flatMap(([title, table]) =>
      (tables[table] ?? []).map((formula) => [`${title} ${formula.key}`, formula] as const)
    ),
  );
  const needs = new Map(
    [...LPIPS_NETWORKS.map(({ linear }) => linear), {
      title: "DISTS",
      files: ["dists_alpha_beta.safetensors"],
    }].map((need) => [need.title, need]),
  );
  return new FormulaWeights(async (network, tensor, shape) => {
    const need = needs.get(network);
    if (need) return await (await weights.open(need)).floats(tensor, shape);
    const formula = formulas.get(`${network} ${tensor}`);
    if (!formula) throw new Error(`no formula for ${network} ${tensor}`);
    return formula;
  });
}

async function checkLpips(
  source: FormulaWeights | WeightFolder,
  id: string,
  caseName: string,
): Promise<void> {
  const network = LPIPS_NETWORKS.find((one) => one.id === id)!;
  const judge = await openLpips(network, source);
  for (const pair of (await json<{ cases: Pair[] }>("pairs.json")).cases) {
    const wanted = pair.lpips[caseName];
    if (!wanted) continue;
    const a = await picture(`${folder}/${pair.a}`), b = await picture(`${folder}/${pair.b}`);
    const layers = await judge.layers(a, b, "standard");
    assertEquals(layers.length, wanted.per_layer.length);
    for (const [layer, value] of wanted.per_layer.entries()) {
      near(layers[layer]!, value, LPIPS_RELATIVE * value, `${id} ${pair.name} layer ${layer}`);
    }
    const total = await loadMetric(`lpips-${id}`, source);
    assert(total.kind === "image");
    near(await total.measure(a, b), wanted.total, LPIPS_RELATIVE * wanted.total, pair.name);
    const half = loadMetric(`lpips-${id}-01`, source);
    assert(half.kind === "image");
    const unscaled = wanted.total_inputs_in_0_1_unscaled;
    near(await half.measure(a, b), unscaled, LPIPS_RELATIVE * unscaled, `${pair.name} [0,1]`);
    await checkActivations(network.load, source, id, a, wanted.activations_of_a ?? [], pair.name);
  }
}

async function checkActivations(
  load: (typeof LPIPS_NETWORKS)[number]["load"],
  source: FormulaWeights | WeightFolder,
  id: string,
  image: RgbImage,
  samples: readonly ActivationSample[],
  what: string,
): Promise<void> {
  if (samples.length === 0) return;
  const network = await load();
  const need = LPIPS_NETWORKS.find((one) => one.id === id)!.backbone;
  const layers = await openLayers(source, need, network.layers);
  const input = scaling(-1, 1, [-0.03, -0.088, -0.188], [0.458, 0.448, 0.45]);
  const { width, height } = image;
  let index = 0;
  for await (
    const tap of tapsOf(network, layers, pictureTensor(scaled([image], input), 1, height, width))
  ) {
    const sample = samples[index++]!;
    const [channels, rows, columns] = sample.shape;
    assertEquals([tap.channels, tap.positions], [channels, rows * columns]);
    const centre = Math.floor(rows / 2) * columns + Math.floor(columns / 2);
    for (
      const [position, wanted] of [
        [0, sample.first_pixel_first_8_channels],
        [centre, sample.centre_pixel_first_8_channels],
      ] as const
    ) {
      for (const [channel, value] of wanted.entries()) {
        near(
          tap.values[position * channels + channel]!,
          value,
          ACTIVATION_RMS * sample.rms,
          `${what} ${sample.tap}`,
        );
      }
    }
  }
  assertEquals(index, samples.length);
}

Deno.test({
  name: "LPIPS-Squeeze, its taps and its [0, 1] form meet PyTorch on every pair",
  ignore: folder === undefined || !hasWeights,
  fn: () => withNetworks(weights, () => checkLpips(weights, "squeeze", "squeeze")),
});

Deno.test({
  name: "LPIPS-Alex, LPIPS-VGG and DISTS meet PyTorch on backbones made by a formula",
  ignore: folder === undefined || !hasWeights,
  async fn(): Promise<void> {
    const source = await deterministicBackbones();
    await withNetworks(source, async () => {
      await checkLpips(source, "alex", "alex_deterministic_backbone");
      await checkLpips(source, "vgg", "vgg_deterministic_backbone");
      const metric = loadMetric("dists", source);
      assert(metric.kind === "image");
      const { cases } = await json<
        { cases: { name: string; dists_deterministic_vgg: number }[] }
      >("dists.json");
      const pairs = (await json<{ cases: Pair[] }>("pairs.json")).cases;
      for (const { name, dists_deterministic_vgg: wanted } of cases) {
        const pair = pairs.find((one) => one.name === name)!;
        const a = await picture(`${folder}/${pair.a}`), b = await picture(`${folder}/${pair.b}`);
        near(await metric.measure(a, b), wanted, LPIPS_RELATIVE * wanted + 1e-6, `DISTS ${name}`);
      }
    });
  },
});

/** "kodim05.png box [0, 0, 256, 256]" */
async function boxed(text: string): Promise<RgbImage> {
  const [, file, numbers] = /^(\S+) box \[(.*)\]$/.exec(text) ?? [];
  const [left, top, right, bottom] = numbers!.split(",").map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const whole = await picture(`${assets}/kodak/${file}`);
  const width = right - left, data = new Uint8Array(3 * width * (bottom - top));
  for (let row = 0; row < bottom - top; row++) {
    const from = 3 * ((top + row) * whole.width + left);
    data.set(whole.data.subarray(from, from + 3 * width), 3 * row * width);
  }
  return { width, height: bottom - top, data };
}

function rmsOf(values: ArrayLike<number>): number {
  return Math.sqrt(
    Array.from(values).reduce((sum, value) => sum + value * value, 0) / values.length,
  );
}

Deno.test({
  name: "both resizes for FID meet PyTorch and PIL",
  ignore: folder === undefined || !hasKodak,
  async fn(): Promise<void> {
    interface Case {
      readonly from: string;
      readonly rows_and_columns: readonly number[];
      readonly pytorch_fid_bilinear_0_1: readonly (readonly (readonly number[])[])[];
      readonly clean_fid_pil_bicubic_0_255: readonly (readonly (readonly number[])[])[];
    }
    for (const one of (await json<{ cases: Case[] }>("resize.json")).cases) {
      const image = await boxed(one.from);
      for (
        const [found, wanted, most] of [
          [resizeBilinear(image), one.pytorch_fid_bilinear_0_1, 1e-5],
          [resizeBicubic(image), one.clean_fid_pil_bicubic_0_255, 2e-3],
        ] as const
      ) {
        for (const [channel, plane] of wanted.entries()) {
          for (const [r, row] of one.rows_and_columns.entries()) {
            for (const [c, column] of one.rows_and_columns.entries()) {
              const value = found[3 * (row * 299 + column) + channel]!;
              near(value, plane[r]![c]!, most, `${one.from} ${channel} ${row} ${column}`);
            }
          }
        }
      }
    }
  },
});

Deno.test({
  name: "features of the Inception network of FID meet PyTorch with weights made by a formula",
  ignore: folder === undefined || !hasKodak,
  async fn(): Promise<void> {
    const table = await json<{
      outputs: { patch: string; from: string }[];
      weights: (Formula & { key: string })[];
    }>("fid_inception_deterministic.json");
    const formulas = new Map(table.weights.map((formula) => [formula.key, formula]));
    const wanted = readSafetensors(
      await Deno.readFile(`${folder}/fid_inception_deterministic.safetensors`),
      "fid_inception_deterministic.safetensors",
    );
    const source = new FormulaWeights((_network, tensor) => formulas.get(tensor)!);
    await withNetworks(source, async () => {
      const check = (name: string, found: Float32Array): void => {
        const values = wanted.floats(name);
        assertEquals(found.length, values.length, name);
        const most = FEATURE_RMS * rmsOf(values);
        for (const [at, value] of values.entries()) near(found[at]!, value, most, `${name} ${at}`);
      };
      const extractor = new PatchExtractor(inceptionPatches, source);
      for (const { patch, from } of table.outputs) {
        const sets = await extractor.extract([await boxed(from)]);
        for (const [set, length] of [2048, 768, 192, 64].entries()) {
          check(`${patch}.pool${length}`, sets[set]![0]!);
        }
        const blocks = [...wanted.tensors.keys()]
          .filter((name) => name.startsWith(`${patch}.mean.`))
          .map((name) => name.slice(`${patch}.mean.`.length));
        if (blocks.length === 0) continue;
        const { inception, INCEPTION_LAYERS } = await import("./networks/inception.ts");
        const layers = await openLayers(source, inceptionPatches.weights, INCEPTION_LAYERS);
        const numbers = inceptionPatches.input([await boxed(from)]);
        const activations = tf.tidy(() =>
          inception(layers, pictureTensor(numbers, 1, 299), blocks)
        );
        for (const [index, activation] of activations.entries()) {
          check(`${patch}.mean.${blocks[index]}`, (await positionMeans(activation))[0]!);
        }
      }
    });
  },
});

function checkFeature(found: Float32Array, { rms, first16 }: Feature, what: string): void {
  near(rmsOf(found), rms, FEATURE_RMS * rms, what);
  for (const [at, value] of first16.entries()) near(found[at]!, value, FEATURE_RMS * rms, what);
}

/** The five largest products of a feature vector with a classifier of [classes, features]. */
function checkLogits(
  feature: Float32Array,
  { weight, bias }: { weight: Float32Array; bias: Float32Array },
  wanted: readonly Logits[],
  what: string,
): void {
  const logits = Array.from(bias, (offset, index) => ({
    index,
    value: feature.reduce(
      (sum, value, at) => sum + value * weight[index * feature.length + at]!,
      offset,
    ),
  })).sort((a, b) => b.value - a.value);
  for (const [place, { index, value }] of wanted.entries()) {
    const most = LOGIT_RELATIVE * Math.abs(wanted[0]!.value);
    near(logits.find((one) => one.index === index)!.value, value, most, `${what} class ${index}`);
    near(logits[place]!.value, value, most, `${what} place ${place}`);
  }
}

Deno.test({
  name: "MobileNetV2 meets PyTorch: UFD per tap, activations, features, classes",
  ignore: folder === undefined || !hasWeights,
  fn: () =>
    withNetworks(weights, async () => {
      interface Case {
        readonly name: string;
        readonly a: string;
        readonly b: string;
        readonly ufd: number;
        readonly ufd_per_tap: readonly number[];
        readonly a_feature_1280: Feature;
        readonly a_feature_96_block13: readonly number[];
        readonly a_logits_top5: readonly Logits[];
        readonly activations_of_a?: readonly ActivationSample[];
      }
      const file = await weights.open(MOBILENET_V2_WEIGHTS);
      const { name, shape } = MOBILENET_V2_CLASSIFIER;
      const classifier = {
        weight: await file.floats(`${name}.weight`, shape),
        bias: await file.floats(`${name}.bias`, [shape[0]]),
      };
      const judge = await openUfd(weights);
      const extractor = new PatchExtractor(mobilenetPatches, weights);
      const layers = await openLayers(weights, MOBILENET_V2_WEIGHTS, MOBILENET_V2_LAYERS);
      for (const one of (await json<{ cases: Case[] }>("mobilenetv2.json")).cases) {
        const a = await picture(`${folder}/${one.a}`), b = await picture(`${folder}/${one.b}`);
        const taps = await judge(a, b);
        for (const [tap, value] of one.ufd_per_tap.entries()) {
          near(taps[tap]!, value, INDEPENDENT_RELATIVE * value, `${one.name} tap ${tap}`);
        }
        const metric = loadMetric("ufd-mobilenet-v2", weights);
        assert(metric.kind === "image");
        near(await metric.measure(a, b), one.ufd, INDEPENDENT_RELATIVE * one.ufd, one.name);
        const samples = one.activations_of_a ?? [];
        const { width, height } = a;
        const activations = tf.tidy(() =>
          mobilenetV2(
            layers,
            pictureTensor(scaled([a], MOBILENET_V2_INPUT), 1, height, width),
            ["head", "block13", ...samples.map(({ tap }) => tap)],
          )
        );
        const [head, block13] = activations as [Activation, Activation];
        for (const [index, sample] of samples.entries()) {
          const values = await activations[index + 2]!.data<"float32">();
          const [channels, rows, columns] = sample.shape;
          assertEquals(values.length, channels * rows * columns);
          const centre = Math.floor(rows / 2) * columns + Math.floor(columns / 2);
          for (const [channel, value] of sample.first_pixel_first_8_channels.entries()) {
            near(values[channel]!, value, ACTIVATION_RMS * sample.rms, `${one.name} ${sample.tap}`);
          }
          for (const [channel, value] of sample.centre_pixel_first_8_channels.entries()) {
            const found = values[centre * channels + channel]!;
            near(found, value, ACTIVATION_RMS * sample.rms, `${one.name} ${sample.tap}`);
          }
        }
        for (const [index, activation] of activations.entries()) {
          const first = activations.indexOf(activation) === index;
          if (index >= 2 && first) activation.dispose();
        }
        const [feature] = await positionMeans(head), [small] = await positionMeans(block13);
        checkFeature(feature!, one.a_feature_1280, one.name);
        checkLogits(feature!, classifier, one.a_logits_top5, one.name);
        const most = FEATURE_RMS * rmsOf(one.a_feature_96_block13);
        for (const [at, value] of one.a_feature_96_block13.entries()) {
          near(small![at]!, value, most, `${one.name} block13`);
        }
        assertEquals((await extractor.rows(a, "mobilenet-v2-96/256")).length, patches(a).length);
      }
    }),
});

Deno.test({
  name: "GoogLeNet meets PyTorch: features, classes",
  ignore: folder === undefined || !hasWeights,
  fn: () =>
    withNetworks(weights, async () => {
      interface Case {
        readonly name: string;
        readonly a: string;
        readonly feature_1024: Feature;
        readonly logits_top5: readonly Logits[];
      }
      const file = await weights.open(googlenetPatches.weights);
      const { name } = GOOGLENET_CLASSIFIER;
      const classifier = {
        weight: await file.floats(`${name}.weight`, [1000, 1024]),
        bias: await file.floats(`${name}.bias`, [1000]),
      };
      const layers = await openLayers(weights, googlenetPatches.weights, GOOGLENET_LAYERS);
      for (const one of (await json<{ cases: Case[] }>("googlenet.json")).cases) {
        const a = await picture(`${folder}/${one.a}`);
        const numbers = googlenetPatches.input([a]);
        const last = tf.tidy(() => GOOGLENET(layers, pictureTensor(numbers, 1, a.height, a.width)));
        const [feature] = await positionMeans(last);
        checkFeature(feature!, one.feature_1024, one.name);
        checkLogits(feature!, classifier, one.logits_top5, one.name);
      }
    }),
});

Deno.test({
  name: "Frechet and kernel distances meet closed forms, scipy and the exact route",
  ignore: folder === undefined,
  async fn(): Promise<void> {
    interface Gaussian {
      readonly name: string;
      readonly mu1: readonly number[];
      readonly mu2: readonly number[];
      readonly sigma1: readonly (readonly number[])[];
      readonly sigma2: readonly (readonly number[])[];
      readonly closed_form?: number;
      readonly scipy_sqrtm: number;
    }
    interface SetCase {
      readonly name: string;
      readonly n: number;
      readonly m: number;
      readonly d: number;
      readonly x: Formula;
      readonly y: Formula;
      readonly mix: Partial<Formula>;
      readonly frechet_svd: number;
      readonly kid_unbiased_full_set: number;
    }
    const { gaussians, sets } = await json<{ gaussians: Gaussian[]; sets: SetCase[] }>(
      "frechet.json",
    );
    for (const { name, mu1, mu2, sigma1, sigma2, closed_form, scipy_sqrtm } of gaussians) {
      const found = frechetDistance(rowsWith(mu1, sigma1), rowsWith(mu2, sigma2));
      assertAlmostEquals(
        found,
        closed_form ?? scipy_sqrtm,
        1e-9 * (closed_form ?? scipy_sqrtm),
        name,
      );
    }
    for (const { name, n, m, d, x, y, mix, frechet_svd, kid_unbiased_full_set } of sets) {
      const mixing = formulaValues({ ...mix, offset: 0 }, d * d);
      const rows = (formula: Formula, count: number): Float64Array[] => {
        const values = formulaValues(formula, count * d);
        return Array.from(
          { length: count },
          (_, row) =>
            Float64Array.from({ length: d }, (_, column) => {
              let sum = 0;
              for (let k = 0; k < d; k++) sum += values[row * d + k]! * mixing[k * d + column]!;
              return sum;
            }),
        );
      };
      const first = rows(x, n), second = rows(y, m);
      const most = (Math.min(n, m) > d ? 1e-9 : 1e-7) * frechet_svd;
      near(frechetDistance(first, second), frechet_svd, most, name);
      near(kernelDistance(first, second), kid_unbiased_full_set, 1e-9, `KID ${name}`);
      near(frechetDistance(first, first), 0, 1e-12 * d, `${name} with itself`);
    }
  },
});

/** Rows whose mean and covariance (divisor N - 1) are exactly these. */
function rowsWith(mean: readonly number[], covariance: readonly (readonly number[])[]): number[][] {
  const d = mean.length, low = mean.map(() => new Array<number>(d).fill(0));
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = covariance[i]![j]!;
      for (let k = 0; k < j; k++) sum -= low[i]![k]! * low[j]![k]!;
      low[i]![j] = i === j ? Math.sqrt(sum) : sum / low[j]![j]!;
    }
  }
  const reach = Math.sqrt((2 * d - 1) / 2);
  return [1, -1].flatMap((sign) =>
    mean.map((_, k) => mean.map((centre, i) => centre + sign * reach * low[i]![k]!))
  );
}

const DISTORTIONS: Readonly<Record<string, (image: RgbImage) => RgbImage>> = {
  posterise32: (image) => ({ ...image, data: image.data.map((value) => (value >> 5) * 32 + 16) }),
  block4: blockMeans,
};

/** 4x4 block means of each channel, (sum + 8) >> 4. */
function blockMeans({ width, height, data }: RgbImage): RgbImage {
  const out = data.slice();
  for (let y = 0; y < height; y += 4) {
    for (let x = 0; x < width; x += 4) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        const at = (dy: number, dx: number): number => 3 * ((y + dy) * width + x + dx) + channel;
        for (let k = 0; k < 16; k++) sum += data[at(k >> 2, k & 3)]!;
        for (let k = 0; k < 16; k++) out[at(k >> 2, k & 3)] = (sum + 8) >> 4;
      }
    }
  }
  return { width, height, data: out };
}

Deno.test({
  name: "on all Kodak pictures LPIPS, UFD and every Frechet and kernel distance meet PyTorch",
  ignore: !FULL || folder === undefined || !hasWeights || !hasKodak,
  fn: () =>
    withNetworks(weights, async () => {
      const names = Array.from({ length: 24 }, (_, n) =>
        `kodim${String(n + 1).padStart(2, "0")}.png`);
      const originals = await Promise.all(names.map((name) =>
        picture(`${assets}/kodak/${name}`)
      ));
      type Level = Record<string, number> & { per_image?: Record<string, number>[] };
      interface Reference {
        readonly distortions?: Record<string, Level>;
        readonly kodak?: { readonly distortions: Record<string, Level> };
      }
      const reference = async (file: string): Promise<Record<string, Level>> => {
        const { distortions, kodak } = await json<Reference>(file);
        return kodak?.distortions ?? distortions!;
      };
      const checks = [
        {
          network: squeezePatches,
          set: 0,
          file: "kodak_level.json",
          fd: "fd_squeeze",
          kid: "kid_squeeze",
          most: DISTANCE_RELATIVE,
        },
        {
          network: mobilenetPatches,
          set: 0,
          file: "mobilenetv2.json",
          fd: "fd_1280",
          kid: "kid_1280",
          most: INDEPENDENT_RELATIVE,
        },
        {
          network: mobilenetPatches,
          set: 1,
          file: "mobilenetv2.json",
          fd: "fd_96_block13",
          kid: "kid_96_block13",
          most: INDEPENDENT_RELATIVE,
        },
        {
          network: googlenetPatches,
          set: 0,
          file: "googlenet.json",
          fd: "fd_1024",
          kid: "kid_1024",
          most: INDEPENDENT_RELATIVE,
        },
      ];
      for (const { network, set, file, fd, kid, most } of checks) {
        const extractor = new PatchExtractor(network, weights);
        const rowsOf = async (
          images: readonly RgbImage[],
          shift: number,
        ): Promise<Float32Array[]> => {
          const rows: Float32Array[] = [];
          for (const image of images) {
            rows.push(...(await extractor.extract(patches(image, shift)))[set]!);
          }
          return rows;
        };
        const plain = await rowsOf(originals, 0), shifted = await rowsOf(originals, 128);
        for (const [name, level] of Object.entries(await reference(file))) {
          const received = originals.map(DISTORTIONS[name]!);
          const rows = await rowsOf(received, 0);
          const wanted = level[`${fd}_144_patches`]!;
          near(frechetDistance(plain, rows), wanted, most * wanted, `${file} ${name} ${fd}`);
          const kernel = level[`${kid}_144_full_set_unbiased`]!;
          const tolerance = Math.max(
            KERNEL_ABSOLUTE,
            file === "kodak_level.json" ? 1e-3 * kernel : 0,
          );
          near(kernelDistance(plain, rows), kernel, tolerance, `${file} ${name} ${kid}`);
          const more = level[`${fd}_192_patches`];
          if (more === undefined) continue;
          const all = [...rows, ...await rowsOf(received, 128)];
          near(
            frechetDistance([...plain, ...shifted], all),
            more,
            most * more,
            `${name} ${fd} 192`,
          );
        }
      }
      for (
        const [id, file, key] of [
          ["lpips-squeeze", "kodak_level.json", "lpips_squeeze"],
          ["ufd-mobilenet-v2", "mobilenetv2.json", "ufd"],
        ] as const
      ) {
        const metric = loadMetric(id, weights);
        assert(metric.kind === "image");
        for (const [name, { per_image }] of Object.entries(await reference(file))) {
          for (const [index, original] of originals.entries()) {
            const wanted = per_image![index]![key]!;
            const found = await metric.measure(original, DISTORTIONS[name]!(original));
            near(found, wanted, LPIPS_RELATIVE * wanted, `${id} ${name} ${names[index]}`);
          }
        }
      }
    }),
});

Deno.test({
  name: "squeezenet's taps have the channels that it says",
  ignore: !hasWeights,
  fn: () =>
    withNetworks(weights, async () => {
      const layers = await openLayers(weights, squeezePatches.weights, squeezenet.layers);
      const channels: number[] = [];
      for await (
        const tap of tapsOf(
          squeezenet,
          layers,
          pictureTensor(new Float32Array(3 * 33 * 47), 1, 33, 47),
        )
      ) {
        channels.push(tap.channels);
      }
      assertEquals(channels, [...squeezenet.channels]);
    }),
});
