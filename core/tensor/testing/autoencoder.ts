/**
 * A small autoencoder of the size of a learned codec, to measure training steps on: two strided and
 * three plain convolutions each way, PReLU, power normalisation, noise, mean squared error, Adam.
 *
 * @module
 */
import { adamStep } from "../ops/adam_step.ts";
import { tf } from "../tfjs.ts";
import { uniform } from "./check_case.ts";

interface Layer {
  readonly name: string;
  readonly transposed: boolean;
  readonly filter: number;
  readonly stride: number;
  readonly from: number;
  readonly to: number;
  readonly activation: "prelu" | "none" | "sigmoid";
}

function layer(
  name: string,
  kind: "convolution" | "transposed",
  [filter, stride, from, to]: readonly [number, number, number, number],
  activation: Layer["activation"],
): Layer {
  return { name, transposed: kind === "transposed", filter, stride, from, to, activation };
}

/** Layers of the encoder, then of the decoder; the symbols are between them. */
export const ENCODER: readonly Layer[] = [
  layer("e1", "convolution", [5, 2, 3, 64], "prelu"),
  layer("e2", "convolution", [5, 2, 64, 128], "prelu"),
  layer("e3", "convolution", [3, 1, 128, 128], "prelu"),
  layer("e4", "convolution", [3, 1, 128, 128], "prelu"),
  layer("e5", "convolution", [3, 1, 128, 24], "none"),
];
export const DECODER: readonly Layer[] = [
  layer("d1", "convolution", [3, 1, 24, 128], "prelu"),
  layer("d2", "convolution", [3, 1, 128, 128], "prelu"),
  layer("d3", "transposed", [5, 2, 128, 64], "prelu"),
  layer("d4", "transposed", [5, 2, 64, 3], "sigmoid"),
];

/** A network with its data; `step` trains once and returns the loss. */
export interface TrainingRun {
  step(): Promise<number>;
}

/** A run on `batch` pictures of size x size. Parameters, pictures and noise are always the same. */
export function startTraining(batch: number, size = 128): TrainingRun {
  const parameters = new Map<string, tf.Variable>();
  for (const l of [...ENCODER, ...DECODER]) {
    const taps = l.filter ** 2 * l.from, scale = Math.sqrt(3 / taps) * (l.transposed ? 2 : 1);
    const shape = l.transposed ? [l.to, l.from] : [l.from, l.to];
    const weights = values([l.filter, l.filter, ...shape], scale, 0);
    parameters.set(`${l.name}.weight`, tf.variable(weights));
    parameters.set(`${l.name}.bias`, tf.variable(tf.zeros([l.to])));
    if (l.activation === "prelu") {
      parameters.set(`${l.name}.slope`, tf.variable(tf.fill([l.to], 0.25)));
    }
  }
  const pictures = values([batch, size, size, 3], 0.5, 0.5) as tf.Tensor4D;
  const noise = values([batch, size / 4, size / 4, 24], 0.3, 0) as tf.Tensor4D;
  const moments = new Map<string, readonly [tf.Tensor, tf.Tensor]>();
  for (const [name, { shape }] of parameters) {
    moments.set(name, [tf.zeros(shape), tf.zeros(shape)]);
  }
  let count = 0;
  const lossOf = (): tf.Scalar => {
    const symbols = ENCODER.reduce((x, l) => apply(parameters, l, x), pictures);
    const power = tf.mean(tf.square(symbols), [1, 2, 3], true);
    const received = tf.add(tf.div(symbols, tf.sqrt(tf.add(power, 1e-9))), noise) as tf.Tensor4D;
    const decoded = DECODER.reduce((x, l) => apply(parameters, l, x), received);
    return tf.mean(tf.squaredDifference(decoded, pictures)) as tf.Scalar;
  };
  return {
    async step(): Promise<number> {
      count++;
      const { value, grads } = tf.variableGrads(lossOf, [...parameters.values()]);
      for (const [name, parameter] of parameters) {
        const [first, second] = moments.get(name)!, gradient = grads[parameter.name]!;
        const next = adamStep({ parameter, first, second }, gradient, { rate: 1e-4, step: count });
        moments.set(name, [next.first, next.second]);
        parameter.assign(next.parameter);
        tf.dispose([first, second, gradient, next.parameter]);
      }
      const loss = (await value.data())[0]!;
      value.dispose();
      return loss;
    },
  };
}

function values(shape: number[], scale: number, offset: number): tf.Tensor {
  const count = shape.reduce((product, length) => product * length, 1);
  const data = Float32Array.from(
    uniform(count, shape.length * count + 1),
    (u) => offset + scale * u,
  );
  return tf.tensor(data, shape);
}

function apply(
  parameters: ReadonlyMap<string, tf.Variable>,
  { name, transposed, stride, to, activation }: Layer,
  x: tf.Tensor4D,
): tf.Tensor4D {
  const weight = parameters.get(`${name}.weight`) as tf.Variable<tf.Rank.R4>;
  const [batch, height, width] = x.shape;
  const shape: [number, number, number, number] = [batch, height * stride, width * stride, to];
  const linear = transposed
    ? tf.conv2dTranspose(x, weight, shape, stride, "same")
    : tf.conv2d(x, weight, stride, "same");
  const y = tf.add(linear, parameters.get(`${name}.bias`)!) as tf.Tensor4D;
  if (activation === "prelu") {
    return tf.prelu(y as tf.Tensor, parameters.get(`${name}.slope`)!) as tf.Tensor4D;
  }
  return activation === "sigmoid" ? tf.sigmoid(y) : y;
}
