/**
 * MobileNetV2 from the quantised TensorFlow Lite model of Coral to safetensors: int8 weights with a
 * scale for each channel, biases as float32.
 *
 * @module
 */
import { FormatError } from "../../core/errors.ts";
import { formatShape, sameShape } from "../../core/tensor/checkpoint/shape.ts";
import { type TensorToWrite, writeSafetensors } from "../../core/tensor/checkpoint/safetensors.ts";
import {
  MOBILENET_V2_CLASSIFIER,
  MOBILENET_V2_LAYERS,
} from "../metrics/networks/mobilenet_v2_layers.ts";
import { type QuantisedLayer, readTflite } from "./tflite.ts";

/** @throws {FormatError} When the model is damaged or has other layers. */
export function mobilenetFromTflite(model: Uint8Array): Uint8Array<ArrayBuffer> {
  const layers = readTflite(model, "MobileNetV2");
  const wanted = [...MOBILENET_V2_LAYERS, MOBILENET_V2_CLASSIFIER];
  if (layers.length !== wanted.length) {
    throw new FormatError(`MobileNetV2 has ${wanted.length} layers; got ${layers.length}`);
  }
  const tensors = new Map<string, TensorToWrite>();
  for (const [index, { name, shape }] of wanted.entries()) {
    const layer = layers[index] as QuantisedLayer;
    const [out, height, width, inner] = outFirst(layer);
    if (!sameShape([out, inner, height, width], shape)) {
      throw new FormatError(
        `MobileNetV2: ${name} has shape ${formatShape(shape)}; got ${
          formatShape([out, inner, height, width])
        }`,
      );
    }
    tensors.set(`${name}.weight`, { shape, values: turned(layer, shape) });
    tensors.set(`${name}.scale`, { shape: [out], values: layer.scale });
    tensors.set(`${name}.bias`, { shape: [out], values: layer.bias });
  }
  return writeSafetensors(tensors);
}

/** [out, height, width, in] */
function outFirst({ kind, shape }: QuantisedLayer): [number, number, number, number] {
  const [a = 0, b = 0, c = 0, d = 0] = shape;
  if (kind === "matrix") return [a, 1, 1, b];
  return kind === "depthwise" ? [d, b, c, 1] : [a, b, c, d];
}

/** To [out, in, height, width]. */
function turned({ kind, weight }: QuantisedLayer, shape: readonly number[]): Int8Array {
  const [out = 0, inner = 0, height = 0, width = 0] = shape, area = height * width;
  const values = new Int8Array(weight.length);
  for (let o = 0, to = 0; o < out; o++) {
    for (let i = 0; i < inner; i++) {
      for (let at = 0; at < area; at++, to++) {
        values[to] =
          weight[kind === "depthwise" ? at * out + o : (o * area + at) * inner + i] as number;
      }
    }
  }
  return values;
}
