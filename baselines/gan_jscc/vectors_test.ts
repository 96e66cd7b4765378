/**
 * Every reference case of GAN-JSCC: blocks, chains, the discriminator and a step of training, values
 * and gradients.
 */
import { assert, assertEquals } from "@std/assert";
import { ModelCase } from "../../tests/model_case.ts";
import { vectorFiles, vectorFolder } from "../../tests/vectors.ts";
import { openTensors, tf } from "../../core/tensor/backend.ts";
import {
  type Declarations,
  fromFile,
  Parameters,
  toFile,
  under,
} from "../../core/tensor/nn/parameters.ts";
import {
  normedConv2dParameters,
  type NormedWeight,
  spectralNorm,
} from "../../core/tensor/nn/spectral_norm.ts";
import {
  bce,
  discriminatorLoss,
  generatorLoss,
  LOSS_WEIGHTS,
  meanSquaredError255,
} from "./adversarial_loss.ts";
import { discriminatorParameters, type Filters, judge } from "./discriminator.ts";
import { encode, encoderBlock, encoderBlockParameters, encoderParameters } from "./encoder.ts";
import {
  colours,
  coloursParameters,
  generate,
  generatorBlock,
  generatorBlockParameters,
  generatorParameters,
} from "./generator.ts";
import {
  channelNorm,
  channelNormParameters,
  residualBlock,
  residualBlockParameters,
} from "./hific.ts";
import { snrAttention, snrAttentionParameters } from "./snr_attention.ts";

const folder = vectorFolder("models/gan_jscc");
if (folder) await openTensors({ backend: "wasm" });
const paths = folder
  ? vectorFiles(folder, ".json").filter((path) => !path.endsWith("/index.json"))
  : [];
const NORMED = ["d_conv_head", "d_conv_0", "d_conv_1", "d_conv_a"] as const;

for (const path of paths) {
  const one = new ModelCase(path);
  Deno.test(`reference case ${one.name}`, async () => {
    const before = tf.memory().numTensors;
    await checkCase(one);
    assertEquals(one.unchecked(), []);
    assertEquals(tf.memory().numTensors, before);
  });
}
Deno.test({
  name: "reference cases were found",
  ignore: !folder,
  fn: () => assert(paths.length > 0),
});

async function checkCase(one: ModelCase): Promise<void> {
  switch (one.json.kind) {
    case "block":
      return await (one.names().has("sigma1") ? checkSpectralNorm(one) : checkBlock(one));
    case "chain":
      return await checkChain(one);
    case "discriminator":
      return await checkDiscriminator(one);
    case "training_step":
      return await checkTrainingStep(one);
    case "difference":
      return await checkPower(one);
    default:
      throw new Error(`${one.name}: a case of kind "${one.json.kind}" is not known here`);
  }
}

/** Tensors of the case's parameters; `extra` values join them. */
function tensorsOf(
  one: ModelCase,
  declarations: Declarations,
  extra: ReadonlyMap<string, Float32Array> = new Map(),
): Map<string, tf.Tensor> {
  const given = one.parameters(), values = new Map([...given, ...extra]);
  assertEquals(
    [...given.keys()].filter((name) => !(name in declarations)),
    [],
    `${one.name}: parameters that the network does not have`,
  );
  return fromFile(declarations, values);
}

/** A scalar, its gradients by named tensors, and what else the function hands out. */
async function differentiate<T extends Record<string, tf.Tensor>>(
  inputs: ReadonlyMap<string, tf.Tensor>,
  f: (inputs: ReadonlyMap<string, tf.Tensor>) => { loss: tf.Scalar; found: T },
): Promise<{ loss: number; found: T; gradients: Map<string, tf.Tensor> }> {
  const names = [...inputs.keys()];
  let found: T | undefined;
  const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
    const result = f(new Map(names.map((name, index) => [name, tensors[index] as tf.Tensor])));
    found = Object.fromEntries(
      Object.entries(result.found).map(([name, tensor]) => [name, tf.keep(tensor.clone())]),
    ) as T;
    return result.loss;
  })([...inputs.values()]);
  const loss = (await value.data())[0] as number;
  value.dispose();
  const gradients = new Map(names.map((name, index) => [name, grads[index] as tf.Tensor]));
  return { loss, found: found as T, gradients };
}

/** Compares gradients by parameters, in the layout of a file, and frees them. */
async function checkGradients(
  one: ModelCase,
  prefix: string,
  declarations: Declarations,
  gradients: ReadonlyMap<string, tf.Tensor>,
): Promise<void> {
  const wanted = Object.fromEntries(
    Object.entries(declarations).filter(([name]) => gradients.has(name)),
  );
  for (const [name, values] of await toFile(wanted, gradients)) one.check(prefix + name, values);
  tf.dispose([...gradients.values()]);
}

async function checkFound(one: ModelCase, found: Record<string, tf.Tensor>): Promise<void> {
  for (const [name, tensor] of Object.entries(found)) await one.checkTensor(name, tensor);
  tf.dispose(found);
}

interface Block {
  readonly declarations: Declarations;
  run(parameters: Parameters, x: tf.Tensor4D, snrDb: tf.Tensor2D | undefined): tf.Tensor4D;
}

function blockOf(one: ModelCase): Block {
  const channels = one.json.inputs?.["x"]?.shape[1] as number;
  if (one.name.startsWith("snr_attention")) {
    return {
      declarations: snrAttentionParameters(channels),
      run: (parameters, x, snrDb) => snrAttention(parameters, x, snrDb as tf.Tensor2D),
    };
  }
  if (one.name.startsWith("conv_block_out")) {
    return { declarations: coloursParameters(channels), run: colours };
  }
  if (one.name.startsWith("hific_channel_norm")) {
    return { declarations: channelNormParameters(channels), run: channelNorm };
  }
  if (one.name.startsWith("hific_resblock")) {
    return { declarations: residualBlockParameters(channels), run: residualBlock };
  }
  const [first = 0, second = 0, kernel = 0] = one.parameterShape("m.0.weight");
  if (one.name.startsWith("enc_block")) {
    return {
      declarations: under("m", encoderBlockParameters(second, first, kernel, true)),
      run: (parameters, x) => encoderBlock(parameters.at("m"), x, 2),
    };
  }
  assert(one.name.startsWith("dec_block"), `${one.name}: a block that is not known here`);
  return {
    declarations: under("m", generatorBlockParameters(first, second, kernel)),
    run: (parameters, x) => generatorBlock(parameters.at("m"), x, 2),
  };
}

async function checkBlock(one: ModelCase): Promise<void> {
  const { declarations, run } = blockOf(one);
  const tensors = tensorsOf(one, declarations);
  const inputs = new Map(tensors);
  for (const name of Object.keys(one.json.inputs ?? {})) inputs.set(`:${name}`, one.input(name));
  const { loss, found, gradients } = await differentiate(inputs, (given) => {
    const snrDb = given.get(":snr") as tf.Tensor2D | undefined;
    const y = run(new Parameters(given), given.get(":x") as tf.Tensor4D, snrDb);
    return { loss: tf.sum(tf.mul(y, one.cotangent(y))), found: { y } };
  });
  one.check("loss", [loss]);
  await checkFound(one, found);
  for (const name of Object.keys(one.json.inputs ?? {})) {
    await one.checkTensor(`grad:${name}`, gradients.get(`:${name}`) as tf.Tensor);
  }
  const ofInputs = [...gradients].filter(([name]) => name.startsWith(":"));
  tf.dispose(ofInputs.map(([, tensor]) => tensor));
  for (const [name] of ofInputs) gradients.delete(name);
  await checkGradients(one, "grad:", declarations, gradients);
  tf.dispose([...inputs.values()]);
}

/** A vector of length one: the cases give directions. */
async function unitValues(one: ModelCase, input: string): Promise<Float32Array> {
  const unit = tf.tidy(() => {
    const given = one.input(input);
    return tf.div(given, tf.norm(given));
  });
  const values = Float32Array.from(await unit.data());
  unit.dispose();
  return values;
}

async function checkSpectralNorm(one: ModelCase): Promise<void> {
  const [outputs = 0, inputs = 0, kernel = 0] = one.parameterShape("weight_orig");
  const declarations = normedConv2dParameters(inputs, outputs, kernel, { bias: false });
  const state = new Map([
    ["weight_u", await unitValues(one, "u")],
    ["weight_v", new Float32Array(inputs * kernel ** 2)],
  ]);
  const tensors = tensorsOf(one, declarations, state);
  for (const step of [1, 2]) {
    const norm = tf.tidy(() => ({ ...spectralNorm(new Parameters(tensors), true) }));
    await checkNorm(one, norm, { u: `u${step}`, v: `v${step}`, sigma: `sigma${step}` });
    tf.dispose(tensors.get("weight_u") as tf.Tensor);
    tensors.set("weight_u", norm.u);
    tf.dispose([norm.v, norm.weight, norm.sigma]);
  }
  const weight = new Map([["weight_orig", tensors.get("weight_orig") as tf.Tensor]]);
  const { found, gradients } = await differentiate(weight, (given) => {
    const norm = spectralNorm(new Parameters(new Map([...tensors, ...given])), true);
    const file = tf.transpose(norm.weight, [3, 2, 0, 1]);
    const cotangent = tf.transpose(one.cotangent(norm.weight.transpose([3, 0, 1, 2])), [
      0,
      3,
      1,
      2,
    ]);
    return {
      loss: tf.sum(tf.mul(file, cotangent)),
      found: { weight_normalised: file, u3: norm.u, v3: norm.v, sigma3: norm.sigma },
    };
  });
  for (const [name, tensor] of Object.entries(found)) one.check(name, await tensor.data());
  tf.dispose(found);
  await checkGradients(one, "grad:", declarations, gradients);
  tf.dispose([...tensors.values()]);
}

async function checkNorm(
  one: ModelCase,
  { u, v, sigma }: NormedWeight,
  names: { readonly u: string; readonly v: string; readonly sigma: string },
): Promise<void> {
  one.check(names.u, await u.data());
  one.check(names.v, await v.data());
  one.check(names.sigma, await sigma.data());
}

/** A discriminator of the case, under a prefix of its names. */
async function discriminatorOf(
  one: ModelCase,
  prefix: string,
): Promise<{ declarations: Declarations; tensors: Map<string, tf.Tensor> }> {
  const latent = one.parameterShape(`${prefix}latent.weight`)[1] as number;
  const filters = NORMED.map((name) => one.parameterShape(`${prefix}${name}.bias`)[0] as number);
  const declarations = discriminatorParameters(latent, filters as unknown as Filters);
  const values = new Map<string, Float32Array>(), all = one.parameters();
  for (const [name, { shape }] of Object.entries(declarations)) {
    const given = all.get(prefix + name);
    const size = shape.reduce((product, side) => product * side, 1);
    if (given) values.set(name, given);
    else if (name.endsWith("_u")) values.set(name, await unitValues(one, prefix + name));
    else values.set(name, new Float32Array(size)); // v needs no start
  }
  return { declarations, tensors: fromFile(declarations, values) };
}

async function checkDiscriminator(one: ModelCase): Promise<void> {
  const { declarations, tensors } = await discriminatorOf(one, "");
  const [real, generated, z] = ["x_real", "x_gen", "latent"].map((name) =>
    one.input<tf.Tensor4D>(name)
  ) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
  const trained = new Map([...tensors].filter(([name]) => !/_[uv]$/.test(name)));
  const d = await differentiate(trained, (given) => {
    const parameters = new Parameters(new Map([...tensors, ...given]));
    const { value, judgement } = discriminatorLoss(parameters, real, generated, z);
    const sigmas = [...judgement.norms].map(([name, { sigma }]) => [`sigma:${name}`, sigma]);
    return {
      loss: value,
      found: { logits: judgement.logits, ...Object.fromEntries(sigmas) } as Record<
        string,
        tf.Tensor
      >,
    };
  });
  one.check("d_loss", [d.loss]);
  await checkFound(one, d.found);
  await checkGradients(one, "grad_d:", declarations, d.gradients);
  const g = await differentiate(new Map([["x_gen", generated]]), (given) => ({
    loss: generatorLoss(new Parameters(tensors), given.get("x_gen") as tf.Tensor4D, z).value,
    found: {},
  }));
  one.check("g_loss", [g.loss]);
  await one.checkTensor("grad_g:x_gen", g.gradients.get("x_gen") as tf.Tensor);
  tf.dispose([...g.gradients.values()]);
  await checkPublishedOrder(one, new Parameters(tensors), { real, generated, z });
  tf.dispose([real, generated, z, ...tensors.values()]);
}

/** What the published code computes, with latents 1, 1, 2, 2, ... for pictures real 1.., generated 1... */
async function checkPublishedOrder(
  one: ModelCase,
  parameters: Parameters,
  { real, generated, z }: Record<"real" | "generated" | "z", tf.Tensor4D>,
): Promise<void> {
  const found = tf.tidy(() => {
    const repeated = tf.unstack(z).flatMap((latent) => [latent, latent]);
    const latents = tf.stack(repeated) as tf.Tensor4D;
    const { logits } = judge(parameters, tf.concat([real, generated]), latents);
    const [onReal, onGenerated] = tf.split(logits, 2) as [tf.Tensor, tf.Tensor];
    return {
      logits,
      d_loss: tf.add(bce(onReal, 1), bce(onGenerated, 0)),
      g_loss: bce(onGenerated, 1),
    };
  });
  for (const [name, tensor] of Object.entries(found)) {
    await one.checkTensor(`published_order:${name}`, tensor);
  }
  tf.dispose(found);
}

/** Encoder and generator of the case, under the published names. */
function chainOf(one: ModelCase): Declarations {
  const [latent = 0, width = 0] = one.parameterShape("Encoder.conv_block5.0.weight");
  return {
    ...under("Encoder", encoderParameters(latent, width)),
    ...under("Decoder", generatorParameters(latent, width)),
  };
}

/** Symbols of unit mean power, one factor for each picture. */
function unitPower(z: tf.Tensor4D): tf.Tensor4D {
  return tf.mul(z, tf.rsqrt(tf.mul(tf.mean(tf.square(z), [1, 2, 3], true), 2)));
}

async function checkChain(one: ModelCase): Promise<void> {
  const declarations = chainOf(one), tensors = tensorsOf(one, declarations);
  const image = one.input<tf.Tensor4D>("image"), noise = one.input<tf.Tensor4D>("noise");
  const target = image.clone(); // a constant to the loss
  const [n, height, width] = image.shape;
  const [rows, columns] = one.json.padding?.padded as readonly [number, number];
  const snrDb = tf.fill([n, 1], one.json.snr_db as number) as tf.Tensor2D;
  // The received latent is an input of its own, so that the gradient by the latent can be had.
  const latentShape = [n, rows / 4, columns / 4, noise.shape[3]];
  const zero = tf.zeros(latentShape), inputs = new Map<string, tf.Tensor>(tensors);
  inputs.set(":image", image).set(":latent", zero);
  const { loss, found, gradients } = await differentiate(inputs, (given) => {
    const parameters = new Parameters(given), picture = given.get(":image") as tf.Tensor4D;
    const pad: [number, number][] = [[0, 0], [0, rows - height], [0, columns - width], [0, 0]];
    const padded = tf.mirrorPad(picture, pad, "reflect");
    const latent = tf.add(
      encode(parameters.at("Encoder"), padded, snrDb),
      given.get(":latent") as tf.Tensor,
    ) as tf.Tensor4D;
    const symbols = unitPower(latent), received = tf.add(symbols, noise) as tf.Tensor4D;
    const whole = generate(parameters.at("Decoder"), received, snrDb);
    const image_out = tf.slice(whole, [0, 0, 0, 0], [n, height, width, 3]);
    return {
      loss: meanSquaredError255(target, image_out),
      found: { latent, symbols, received, image_out },
    };
  });
  one.check("loss", [loss]);
  await checkFound(one, found);
  for (const name of ["image", "latent"]) {
    const gradient = gradients.get(`:${name}`) as tf.Tensor;
    await one.checkTensor(`grad:${name}`, gradient);
    gradient.dispose();
    gradients.delete(`:${name}`);
  }
  await checkGradients(one, "grad:", declarations, gradients);
  tf.dispose([image, target, noise, zero, snrDb, ...tensors.values()]);
}

async function checkTrainingStep(one: ModelCase): Promise<void> {
  const declarations = chainOf(one), discriminator = await discriminatorOf(one, "Discriminator.");
  const own = [...one.parameters()].filter(([name]) => name in declarations);
  const tensors = fromFile(declarations, new Map(own)),
    judges = new Parameters(discriminator.tensors);
  const image = one.input<tf.Tensor4D>("image"), noise = one.input<tf.Tensor4D>("noise");
  const snrDb = tf.fill([image.shape[0], 1], one.json.snr_db as number) as tf.Tensor2D;
  const { loss, found, gradients } = await differentiate(tensors, (given) => {
    const parameters = new Parameters(given);
    const z = encode(parameters.at("Encoder"), image, snrDb);
    const received = tf.add(unitPower(z), noise) as tf.Tensor4D;
    const image_out = generate(parameters.at("Decoder"), received, snrDb);
    const mse255 = meanSquaredError255(image, image_out);
    const g = generatorLoss(judges, image_out, z),
      d = discriminatorLoss(judges, image, image_out, z);
    const { distortion, adversarial } = LOSS_WEIGHTS;
    return {
      loss: tf.add(tf.mul(mse255, distortion), tf.mul(g.value, adversarial)),
      found: { image_out, mse255, logits: d.judgement.logits, g_loss: g.value, d_loss: d.value },
    };
  });
  one.check("loss", [loss]);
  await checkFound(one, found);
  await checkGradients(one, "grad:", declarations, gradients);
  tf.dispose([image, noise, snrDb, ...tensors.values(), ...discriminator.tensors.values()]);
}

/** One power factor for each picture, and what the published code does: one for the batch. */
async function checkPower(one: ModelCase): Promise<void> {
  const found = tf.tidy(() => {
    const given = one.input<tf.Tensor4D>("latent");
    const scales = tf.tensor([1, 3, 0.5].slice(0, given.shape[0]), [given.shape[0], 1, 1, 1]);
    const latent = tf.mul(given, scales) as tf.Tensor4D;
    const whole = tf.reshape(latent, [1, 1, 1, -1]) as tf.Tensor4D;
    return {
      correct: unitPower(latent),
      published: tf.reshape(unitPower(whole), latent.shape),
    };
  });
  await checkFound(one, found);
}
