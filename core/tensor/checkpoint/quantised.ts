/**
 * Weights of a layer that is stored as int8 with one scale for each output channel:
 * `<layer>.weight` I8[O, ...] and `<layer>.scale` F32[O]; value = weight * scale[o].
 *
 * safetensors knows no such type: the convention is that of the files of `deno task assets`.
 *
 * @module
 */
import type { Safetensors } from "./safetensors.ts";
import { formatShape, sameShape } from "./shape.ts";
import { quoted, unreadable } from "./unreadable.ts";

/**
 * The weights of a layer as float32, whether stored as floats or as int8 with scales.
 *
 * @param layer Name without `.weight`.
 * @param shape What the network wants; nothing wanted: any.
 * @throws {FormatError} When weights or scales are missing or have other shapes or types.
 */
export function readWeights(
  file: Safetensors,
  layer: string,
  shape?: readonly number[],
): Float32Array {
  const name = `${layer}.weight`;
  const info = file.tensors.get(name);
  if (info?.dtype !== "I8") return file.floats(name, shape);
  if (shape && !sameShape(shape, info.shape)) {
    throw unreadable(
      file.file,
      `${quoted(name)} has shape ${formatShape(info.shape)}; ${formatShape(shape)} is wanted`,
    );
  }
  const weights = file.values(name) as Int8Array;
  const channels = info.shape[0] ?? 1;
  const scales = file.floats(`${layer}.scale`, [channels]);
  const perChannel = weights.length / channels;
  const floats = new Float32Array(weights.length);
  for (let i = 0; i < floats.length; i++) {
    floats[i] = (weights[i] as number) * (scales[Math.floor(i / perChannel)] as number);
  }
  return floats;
}
