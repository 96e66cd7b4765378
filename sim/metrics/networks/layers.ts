/**
 * What the networks of metrics are made of: convolutions whose weights come from a file, poolings
 * with the borders of the frameworks that the networks were trained in, and stages that are run one
 * after the other so that no more activations live than are needed.
 *
 * Activations are f32[batch, height, width, channel].
 *
 * @module
 */
import { tf } from "../../../core/tensor/backend.ts";
import type { WeightFile } from "../weights.ts";

/** A picture or activation. */
export type Activation = tf.Tensor4D;

/** A convolution as it stands in a file. */
export interface LayerShape {
  /** Name without `.weight` and `.bias`. */
  readonly name: string;
  /** [out, in, height, width]; of a depthwise convolution [channels, 1, height, width]. */
  readonly shape: readonly [number, number, number, number];
  readonly depthwise?: boolean;
}

/** How a convolution is applied. */
export interface Steps {
  /** Default 1. */
  readonly stride?: number;
  /** Zeros around, on all sides or [above and below, left and right]; "same" as TensorFlow does it. */
  readonly padding?: number | readonly [number, number] | "same";
}

/** Weight and bias of a layer, before they become tensors. */
export interface LayerValues {
  /** f32[out, in, height, width] */
  readonly weight: Float32Array;
  /** f32[out] */
  readonly bias: Float32Array;
}

/** Reads a layer from a file. */
export type ReadLayer = (file: WeightFile, layer: LayerShape) => Promise<LayerValues>;

interface Layer {
  readonly filter: tf.Tensor4D;
  readonly bias: tf.Tensor1D;
  readonly depthwise: boolean;
}

/** The layers of a network, ready to be applied. */
export class Layers {
  readonly #layers: ReadonlyMap<string, Layer>;

  /** Use {@linkcode readLayers}. */
  constructor(layers: ReadonlyMap<string, Layer>) {
    this.#layers = layers;
  }

  /** Convolution and bias. */
  convolve(name: string, x: Activation, steps: Steps = {}): Activation {
    const { filter, bias, depthwise } = this.#layers.get(name) as Layer;
    const { stride = 1, padding = 0 } = steps, pad = paddingOf(padding);
    const product = depthwise
      ? tf.depthwiseConv2d(x, filter, stride, pad)
      : tf.conv2d(x, filter, stride, pad);
    return replaced(product, (y) => tf.add(y, bias));
  }

  /** Convolution, bias and ReLU. */
  convolveRelu(name: string, x: Activation, steps?: Steps): Activation {
    return replaced(this.convolve(name, x, steps), (y) => tf.relu(y));
  }

  /** Convolution, bias and ReLU with an upper bound of 6. */
  convolveRelu6(name: string, x: Activation, steps?: Steps): Activation {
    return replaced(this.convolve(name, x, steps), (y) => tf.relu6(y));
  }

  /** Frees all tensors. */
  dispose(): void {
    for (const { filter, bias } of this.#layers.values()) tf.dispose([filter, bias]);
  }
}

/** The result of an operation on something that nobody needs afterwards. */
function replaced(x: Activation, operation: (x: Activation) => Activation): Activation {
  const y = operation(x);
  x.dispose();
  return y;
}

type Pad = Parameters<typeof tf.conv2d>[3];

function paddingOf(padding: Exclude<Steps["padding"], undefined>): Pad {
  if (typeof padding !== "object") return padding;
  const [rows, columns] = padding;
  return [[0, 0], [rows, rows], [columns, columns], [0, 0]];
}

const asStored: ReadLayer = async (file, { name, shape }) => ({
  weight: await file.floats(`${name}.weight`, shape),
  bias: await file.floats(`${name}.bias`, [shape[0]]),
});

/**
 * Reads the layers of a network.
 *
 * @throws {FormatError} When one is missing, damaged, or has another shape.
 */
export async function readLayers(
  file: WeightFile,
  table: readonly LayerShape[],
  read: ReadLayer = asStored,
): Promise<Layers> {
  const layers = new Map<string, Layer>();
  for (const layer of table) {
    const { weight, bias } = await read(file, layer);
    const [out, inner, height, width] = layer.shape, depthwise = layer.depthwise === true;
    const lengths = depthwise ? [height, width, out, inner] : [height, width, inner, out];
    layers.set(layer.name, {
      filter: tf.tensor4d(spatialFirst(weight, layer), lengths as [number, number, number, number]),
      bias: tf.tensor1d(bias.slice()),
      depthwise,
    });
  }
  return new Layers(layers);
}

/** From [out, in, height, width] to [height, width, in, out], or [height, width, out, 1] depthwise. */
function spatialFirst(weight: Float32Array, { shape, depthwise }: LayerShape): Float32Array {
  const [out, inner, height, width] = shape, area = height * width;
  const turned = new Float32Array(weight.length);
  for (let o = 0, from = 0; o < out; o++) {
    for (let i = 0; i < inner; i++) {
      for (let at = 0; at < area; at++, from++) {
        const to = depthwise ? at * out + o : (at * inner + i) * out + o;
        turned[to] = weight[from] as number;
      }
    }
  }
  return turned;
}

/**
 * Max pooling 3x3 of stride 2 whose last window may be partial (PyTorch's ceil mode, Caffe), for
 * activations that are not negative: zeros behind the end change no maximum.
 */
export function maxPoolCeil(x: Activation): Activation {
  const missing = (length: number): number => 2 * Math.ceil((length - 3) / 2) + 3 - length;
  const [, height, width] = x.shape;
  return tf.tidy(() =>
    tf.maxPool(
      tf.pad(x, [[0, 0], [0, missing(height)], [0, missing(width)], [0, 0]]),
      3,
      2,
      "valid",
    )
  );
}

/** A network with taps: what compares pictures needs to know of it. */
export interface TappedNetwork {
  readonly layers: readonly LayerShape[];
  /** From each tap to the next. */
  readonly stages: readonly Stage[];
  /** Channels of the taps. */
  readonly channels: readonly number[];
}

/** One stretch of a network, from one tap to the next; what it makes in between is freed. */
export type Stage = (layers: Layers, x: Activation) => Activation;

/** One step after the other, each freed when the next is done. */
export function steps(...list: readonly Stage[]): Stage {
  return (layers, x) => {
    let at = x;
    for (const step of list) {
      const next = tf.tidy(() => step(layers, at));
      if (at !== x) at.dispose();
      at = next;
    }
    return at;
  };
}
