/**
 * The networks against the published classes: every case of the reference vectors.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { vectorFiles, vectorFolder } from "../../tests/vectors.ts";
import { openTensors, tf } from "../tensor/backend.ts";
import { conv2d } from "../tensor/nn/convolution.ts";
import { channelNorm } from "../tensor/nn/layer_norm.ts";
import { linearAttention } from "../tensor/nn/linear_attention.ts";
import { mllaAttention, mllaBlock, mlp } from "../tensor/nn/mlla.ts";
import { Parameters, toFile } from "../tensor/nn/parameters.ts";
import { downsample, upsample } from "../tensor/nn/resampling.ts";
import { resnetBlock } from "../tensor/nn/resnet_block.ts";
import { rotate, rotations } from "../tensor/nn/rope.ts";
import { timeMlp } from "../tensor/nn/time_mlp.ts";
import { type Architecture, mostSymbols, PAPER, REDUCED } from "./architecture.ts";
import { conditionDecoder, type Conditions } from "./condition_decoder.ts";
import { analyse, bitsPerPixel, positionBits, roundToMeans } from "./entropy.ts";
import { priorLikelihood, priorLogits } from "./factorised_prior.ts";
import { bitsOf, gaussianLikelihood } from "./gaussian_likelihood.ts";
import { hyperDecoder, hyperEncoder } from "./hyperprior.ts";
import { jsccDecoder } from "./jscc_decoder.ts";
import { jsccEncoder, masksOf } from "./jscc_encoder.ts";
import { cdmLoss, cdmMediansLoss, selectByBits } from "./losses.ts";
import { declareNetworks, NETWORKS } from "./networks.ts";
import { rateAdaption, selectRates } from "./rate_adaption.ts";
import { allocateRates, countSymbols, rateIndex, rateMasks } from "./rate_allocation.ts";
import { VectorCase } from "./sample_vectors.ts";
import { sample } from "./sampler.ts";
import {
  ancestralDeviation,
  type SamplingStep,
  samplingSteps,
  SIGNAL_SHARES,
  stepSnr,
} from "./schedule.ts";
import { gatherSymbols, scatterSymbols, type SymbolGrid, toUnitPower } from "./symbols.ts";
import { unet } from "./unet.ts";

/** What an operation is given: inputs as tensors in the reference's layout. */
interface Given {
  readonly c: VectorCase;
  readonly architecture: Architecture;
  readonly parameters: Parameters;
  input(name: string): tf.Tensor;
}

type Outputs = Record<string, tf.Tensor | ArrayLike<number>>;
type Operation = (given: Given) => Outputs;

const nhwc = (x: tf.Tensor): tf.Tensor4D => tf.transpose(x as tf.Tensor4D, [0, 2, 3, 1]);
const nchw = (x: tf.Tensor): tf.Tensor4D => tf.transpose(x as tf.Tensor4D, [0, 3, 1, 2]);

/** Tokens f32[n, h w, c] of a picture, and back. */
const tokens = (x: tf.Tensor4D): tf.Tensor3D =>
  tf.reshape(x, [x.shape[0], x.shape[1] * x.shape[2], x.shape[3]]);
const picture = (x: tf.Tensor, like: tf.Tensor4D): tf.Tensor4D =>
  tf.reshape(x, [like.shape[0], like.shape[1], like.shape[2], -1]);

/** The block that the case's only prefix names. */
const block = ({ c, parameters }: Given): Parameters =>
  parameters.at(c.json.param_prefixes[0]!.slice(0, -1));

const grid = ({ c }: Given): { height: number; width: number } => ({
  height: c.attributes.H as number,
  width: c.attributes.W as number,
});

const givenRates = ({ c, architecture }: Given): tf.Tensor2D =>
  selectRates(Uint8Array.from(c.attributes.indexes as number[]), architecture.rates.length);

const contexts = (given: Given): Conditions => ({
  maps: Object.keys(given.c.json.inputs).filter((name) => /^c\d$/.test(name))
    .map((name) => nhwc(given.input(name))),
  picture: null,
});

/** The published decoders know nothing of the noise's variance. */
const UNUSED = null as unknown as tf.Tensor1D;

/** Heads of MLLA blocks of the paper: the vectors have no others. */
const HEADS = PAPER.jscc.heads;

/** Operations by the beginning of the text that describes them. */
const OPERATIONS: readonly (readonly [RegExp, Operation])[] = [
  [/^Channel LayerNorm/, (g) => ({ y: nchw(channelNorm(block(g), nhwc(g.input("x")))) })],
  [/^Time embedding/, (g) => ({ e: timeMlp(block(g), g.input("t") as tf.Tensor2D) })],
  [/^ResnetBlock/, (g) => {
    const e = "e" in g.c.json.inputs ? g.input("e") as tf.Tensor2D : undefined;
    return { y: nchw(resnetBlock(block(g), nhwc(g.input("x")), e)) };
  }],
  [/^Downsample/, (g) => ({ y: nchw(downsample(block(g), nhwc(g.input("x")))) })],
  [/^Upsample/, (g) => ({ y: nchw(upsample(block(g), nhwc(g.input("x")))) })],
  [/^Residual\(PreNorm/, (g) => ({ y: nchw(linearAttention(block(g), nhwc(g.input("x")))) })],
  [/final_conv: channel LayerNorm/, (g) => {
    const normed = channelNorm(block(g).at(0), nhwc(g.input("x")));
    return { y: nchw(conv2d(block(g).at(1), normed)) };
  }],
  [/^RoPE/, (g) => {
    const x = g.input("x") as tf.Tensor4D, { height, width } = grid(g);
    return { y: picture(rotate(tokens(x), rotations(height, width, x.shape[3])), x) };
  }],
  [/^MLLA LinearAttention/, (g) => ({
    y: mllaAttention(block(g), g.input("x") as tf.Tensor3D, grid(g), HEADS),
  })],
  [/^MLLA block/, (g) => ({
    y: mllaBlock(block(g), g.input("x") as tf.Tensor3D, grid(g), HEADS),
  })],
  [/refine: Linear/, (g) => ({ y: mlp(block(g), g.input("x")) })],
  [/^mask\[r\]\[c\]/, ({ c }) => ({
    mask: rateMasks(c.attributes.rate_choice as number[], "checkerboard"),
  })],
  [/^rate index/, ({ c }) => {
    const symbols = Array.from(c.expected("symbols")), rates = c.attributes.rate_choice as number[];
    return { symbols, index: symbols.map((count) => rateIndex(count, rates)) };
  }],
  [/fe\.rate_adaption/, (g) => {
    const x = nhwc(g.input("x")), selection = givenRates(g);
    return masked(rateAdaption(block(g), tokens(x), selection), selection, x, g.architecture);
  }],
  [/fd\.rate_adaption/, (g) => {
    const s = nhwc(g.input("s"));
    return { y: nchw(picture(rateAdaption(block(g), tokens(s), givenRates(g)), s)) };
  }],
  [/^JSCC encoder context_fn\.fe on latent/, (g) => {
    const x = nhwc(g.input("x")), selection = givenRates(g);
    const symbols = jsccEncoder(block(g), x, selection, g.architecture);
    return masked(symbols, selection, x, g.architecture);
  }],
  [/^JSCC encoder with rates derived/, (g) => {
    const x = nhwc(g.input("x")), { architecture } = g;
    const bits = tf.sum(bitsOf(nhwc(g.input("px"))), 3) as tf.Tensor3D;
    const eta = g.c.attributes.eta as number;
    const indexes = allocateRates(bits.dataSync(), eta, architecture.rates);
    const selection = selectRates(indexes, architecture.rates.length);
    assertEquals(selectByBits(bits, eta, architecture.rates).dataSync(), selection.dataSync());
    const symbols = jsccEncoder(block(g), x, selection, architecture);
    return { bits, indexes, s: masked(symbols, selection, x, architecture).s };
  }],
  [/^JSCC decoder context_fn\.fd/, (g) => {
    const s = nhwc(g.input("s")), size = { height: s.shape[1], width: s.shape[2] };
    return {
      y: nchw(jsccDecoder(block(g), tokens(s), UNUSED, size, givenRates(g), g.architecture)),
    };
  }],
  [/^AWGN channel/, ({ c }) => {
    const { symbols, scale } = toUnitPower(c.values("x"));
    const y = receive(symbols, scale, c);
    return { y, channel_uses: [symbols.length / 2], avg_pwr: [scale ** 2 / 2] };
  }],
  [/^NormalDistribution/, (g) => {
    const scale = tf.maximum(g.input("scale"), 0.1);
    const likelihood = gaussianLikelihood(g.input("v"), g.input("mean"), scale);
    return { likelihood, bits: bitsOf(likelihood) };
  }],
  [/^FlexiblePrior/, (g) => {
    const z = nhwc(g.input("z")), likelihood = priorLikelihood(block(g), z);
    return {
      logits: nchw(priorLogits(block(g), z)),
      likelihood: nchw(likelihood),
      bits: nchw(bitsOf(likelihood)),
    };
  }],
  [/^Extra loss: sum/, (g) => ({ loss: cdmMediansLoss(g.parameters) })],
  [/^hyper_enc/, (g) => ({ z: nchw(hyperEncoder(block(g), nhwc(g.input("y")))) })],
  [/^hyper_dec/, (g) => ({ params: nchw(hyperDecoder(block(g), nhwc(g.input("z")))) })],
  [/^Evaluation-mode analysis/, (g) => {
    const image = nhwc(g.input("image")), latents = analyse(g.parameters, image, g.architecture);
    const rounded = roundToMeans(latents), bits = positionBits(rounded, latents);
    const pixels = image.shape[1] * image.shape[2];
    return {
      latent: nchw(latents.y),
      hyper_latent: nchw(latents.z),
      q_hyper_latent: nchw(latents.zHat),
      mean: nchw(latents.mean),
      scale: nchw(latents.scale),
      q_latent: nchw(rounded),
      bits_per_position: bits,
      bpp: bitsPerPixel(g.parameters, bits, latents.zHat, pixels),
    };
  }],
  [/^context_fn\.dec on latent/, (g) => {
    const { maps } = conditionDecoder(block(g), nhwc(g.input("y")), UNUSED, g.architecture);
    return Object.fromEntries(maps.map((map, index) => [`c${index}`, nchw(map)]));
  }],
  [/U-Net (forward )?on x/, (g) => {
    const t = tf.tensor2d([[g.c.attributes.t as number]]);
    return { y: nchw(unet(block(g), nhwc(g.input("x")), t, contexts(g), g.architecture)) };
  }],
  [/^cosine schedule/, ({ c }) => scheduleOutputs(c)],
  [/^DDIM sampling loop \(/, (g) => {
    const add = tf.mul(nhwc(g.input("c")), 0.4);
    const predict = (x: tf.Tensor4D, time: number): tf.Tensor4D =>
      tf.add(tf.mul(tf.tanh(tf.add(tf.mul(x, 1.5), 0.3 * time)), 0.9), add);
    const steps = samplingSteps(g.c.attributes.steps as number);
    return { y: nchw(sample(nhwc(g.input("x")), predict, { steps, prediction: "x" })) };
  }],
  [/^DDIM sampling loop with the U-Net/, (g) => ({
    y: nchw(denoise(g, nhwc(g.input("x")), contexts(g))),
  })],
  [/ull evaluation chain/, chain],
  [/^Training-mode loss/, trainingLoss],
];

/** The masked symbols and the mask itself, as the reference has them. */
function masked(
  symbols: tf.Tensor3D,
  selection: tf.Tensor2D,
  like: tf.Tensor4D,
  { rates }: Architecture,
): { s: tf.Tensor; mask: tf.Tensor } {
  const mask = tf.reshape(masksOf(selection, rateMasks(rates, "checkerboard")), symbols.shape);
  return {
    s: nchw(picture(tf.mul(symbols, mask), like)),
    mask: nchw(picture(mask, like)),
  };
}

/** Adds the case's noise to complex symbols and undoes their norm. */
function receive(symbols: Float32Array, scale: number, c: VectorCase): Float32Array {
  const deviation = Math.sqrt(0.5 / 10 ** ((c.attributes.snr_db as number) / 10));
  const parts = [c.values("re"), c.values("im")];
  return symbols.map((value, i) => scale * (value + deviation * parts[i % 2]![i >> 1]!));
}

function denoise(g: Given, start: tf.Tensor4D, conditions: Conditions): tf.Tensor4D {
  const network = g.parameters.at(NETWORKS.unet);
  return sample(
    start,
    (x, time) => unet(network, x, tf.tensor2d([[time]]), conditions, g.architecture),
    { steps: samplingSteps(g.c.attributes.steps as number), prediction: "x" },
  );
}

function scheduleOutputs(c: VectorCase): Outputs {
  const outputs: Outputs = {};
  for (const name of Object.keys(c.json.outputs)) {
    const count = c.json.outputs[name]!.shape[0]!;
    if (name === "train_alphas_cumprod") outputs[name] = SIGNAL_SHARES;
    else if (name === "train_snr_head") {
      outputs[name] = Array.from({ length: count }, (_, n) => stepSnr(n));
    } else {
      const steps = samplingSteps(Number(/\d+$/.exec(name)![0])).reverse();
      if (name.startsWith("index")) outputs[name] = steps.map(({ index }) => index);
      else if (name.startsWith("alphas")) outputs[name] = steps.map(({ share }) => share);
      else outputs[name] = steps.map((step) => ancestralDeviation(stored(step)));
    }
  }
  return outputs;
}

/** The reference keeps the shares in single precision: 1 % of 1 - abar at the first step. */
function stored(step: SamplingStep): SamplingStep {
  return { ...step, share: Math.fround(step.share), nextShare: Math.fround(step.nextShare) };
}

function chain(g: Given): Outputs {
  const { c, architecture, parameters } = g, { rates } = architecture;
  const image = nhwc(g.input("image")), latents = analyse(parameters, image, architecture);
  const bits = positionBits(roundToMeans(latents), latents);
  const [, height = 0, width = 0] = bits.shape, most = mostSymbols(architecture);
  const indices = allocateRates(bits.dataSync(), c.attributes.eta as number, rates);
  const selection = selectRates(indices, rates.length);
  const encoder = parameters.at(NETWORKS.jsccEncoder);
  const encoded = jsccEncoder(encoder, latents.y, selection, architecture);
  const masks = rateMasks(rates, "checkerboard"), places: SymbolGrid = { indices, masks, most };
  const v = gatherSymbols(encoded.dataSync() as Float32Array, places);
  assertEquals(v.length, countSymbols(indices, rates));
  const { symbols, scale } = toUnitPower(v);
  const restored = scatterSymbols(receive(symbols, scale, c), places);
  const received = tf.tensor3d(restored, [1, height * width, most]);
  const decoder = parameters.at(NETWORKS.jsccDecoder);
  const y = jsccDecoder(decoder, received, UNUSED, { height, width }, selection, architecture);
  const maker = parameters.at(NETWORKS.conditionDecoder);
  const conditions = conditionDecoder(maker, y, UNUSED, architecture);
  const sent = masked(encoded, selection, latents.y, architecture).s;
  return {
    latent: nchw(latents.y),
    mean: nchw(latents.mean),
    scale: nchw(latents.scale),
    bits_per_position: bits,
    indexes: indices,
    bpp: bitsPerPixel(parameters, bits, latents.zHat, image.shape[1] * image.shape[2]),
    cbr_y: [symbols.length / 2 / image.size],
    s: sent,
    channel_input_head: v.subarray(0, 256),
    ...Object.fromEntries(conditions.maps.flatMap((map, index) => [
      [`c${index}`, nchw(map)],
      [`c${index}_head`, tf.slice(tf.reshape(nchw(map), [-1]), 0, Math.min(1024, map.size))],
    ])),
    image_hat: nchw(denoise(g, nhwc(g.input("xT")), conditions)),
  };
}

function trainingLoss(g: Given): Outputs {
  const { c, architecture, parameters } = g, { attributes } = c;
  const image = nhwc(g.input("image"));
  const noise = {
    latent: nhwc(g.input("u_latent")),
    hyper: nhwc(g.input("u_hyper")),
    diffusion: nhwc(g.input("eps")),
    channel: trainingChannelNoise(g, image),
    steps: attributes.t as number[],
  };
  const loss = cdmLoss(parameters, image, noise, {
    architecture,
    eta: attributes.eta as number,
    snr: 10 ** (attributes.snr_db as number / 10),
    lambda: attributes.lambda_ as number,
    alpha: attributes.alpha as number,
    masks: rateMasks(architecture.rates, "checkerboard"),
    perceptual: (a, b) => tf.mean(tf.abs(tf.sub(a, b)), [1, 2, 3]),
    publishedGradient: true,
  });
  return {
    loss: loss.value,
    bpp: loss.bpp,
    mse_term: loss.distortion,
    perceptual_term: loss.perception,
    snr_weight: noise.steps.map((step) => Math.min(stepSnr(step), 5)),
    x_noisy: nchw(loss.noisy),
    fx_hat: nchw(loss.predicted),
    medians_loss: cdmMediansLoss(parameters),
  };
}

/** The case's noise at the places of the symbols that are sent. */
function trainingChannelNoise(g: Given, image: tf.Tensor4D): tf.Tensor3D {
  const { c, architecture } = g, most = mostSymbols(architecture);
  const indices = tf.tidy(() => {
    const latents = analyse(g.parameters, image, architecture);
    const noisy = tf.add(latents.y, nhwc(g.input("u_latent"))) as tf.Tensor4D;
    const bits = positionBits(noisy, latents);
    return allocateRates(bits.dataSync(), c.attributes.eta as number, architecture.rates);
  }) as unknown as Uint8Array;
  const re = c.values("re"), im = c.values("im");
  const inOrder = Float32Array.from(
    { length: 2 * re.length },
    (_, i) => (i % 2 ? im : re)[i >> 1]!,
  );
  const masks = rateMasks(architecture.rates, "checkerboard");
  return tf.tensor3d(scatterSymbols(inOrder, { indices, masks, most }), [
    1,
    indices.length,
    most,
  ]);
}

/** Checks all outputs of a case, gradients last. */
async function check(c: VectorCase): Promise<void> {
  const operation = OPERATIONS.find(([text]) => text.test(c.json.operation))?.[1];
  assert(operation, `${c.name}: an operation that is known; got "${c.json.operation}"`);
  const architecture = c.json.params_file?.startsWith("compact") ? REDUCED : PAPER;
  const { declared, tensors } = c.parameters(declareNetworks(architecture));
  const inputs = new Map(Object.keys(c.json.inputs).map((name) => [name, c.input(name)]));
  const given = (
    parameters: ReadonlyMap<string, tf.Tensor>,
    from: ReadonlyMap<string, tf.Tensor>,
  ): Given => ({
    c,
    architecture,
    parameters: new Parameters(parameters),
    input: (name) => from.get(name)!,
  });
  const outputs = tf.tidy(() => {
    const found = Object.entries(operation(given(tensors, inputs)));
    return Object.fromEntries(
      found.map(([name, value]) =>
        [name, value instanceof tf.Tensor ? value.dataSync() : value] as const
      ),
    ) as unknown as tf.TensorContainer;
  }) as unknown as Record<string, ArrayLike<number>>;
  const wanted = Object.keys(c.json.outputs);
  for (const name of wanted.filter((name) => !name.startsWith("grad"))) {
    assert(name in outputs, `${c.name}: "${name}" is computed`);
    c.check(name, outputs[name]!);
  }
  const names = wanted.filter((name) => name.startsWith("grad"))
    .map((name) => ({ name, of: name.slice(name.indexOf(":") + 1) }));
  if (names.length > 0) {
    const arguments_ = names.map(({ of }) => (inputs.get(of) ?? tensors.get(of))!);
    const lossOf = (...values: tf.Tensor[]): tf.Tensor => {
      const replaced = new Map(names.map(({ of }, index) => [of, values[index]!]));
      const result = operation(given(
        new Map([...tensors, ...replaced]),
        new Map([...inputs, ...replaced]),
      ));
      return lossFrom(c, result);
    };
    const gradients = tf.grads(lossOf)(arguments_);
    for (const [index, { name, of }] of names.entries()) {
      const declaration = declared[of], gradient = gradients[index]!;
      const values = declaration
        ? (await toFile({ [of]: declaration }, new Map([[of, gradient]]))).get(of)!
        : gradient.dataSync();
      c.check(name, name.startsWith("gradhead") ? values.subarray(0, 512) : values);
    }
    tf.dispose(gradients);
  }
  tf.dispose([...tensors.values(), ...inputs.values()]);
}

/** The scalar whose gradients the case holds. */
function lossFrom(c: VectorCase, outputs: Outputs): tf.Tensor {
  const probed = /outputs\.(\w+) \* probe/.exec(c.json.loss!)?.[1];
  if (probed) return tf.sum(tf.mul(outputs[probed] as tf.Tensor, c.probe(probed)));
  return outputs[/outputs\.(\w+)/.exec(c.json.loss!)![1]!] as tf.Tensor;
}

const folder = vectorFolder("models/cdm_jscc");
if (folder) {
  await openTensors({ backend: "wasm" });
  const names = vectorFiles(folder, ".safetensors")
    .map((path) => /([^/]+)\.safetensors$/.exec(path)![1]!);
  for (const name of names) {
    Deno.test(`the published networks agree: ${name}`, () => check(new VectorCase(folder, name)));
  }
}
