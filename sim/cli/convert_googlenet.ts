/**
 * BVLC GoogLeNet from raw float32 files, two a layer, to one safetensors file: filters from
 * [out, height, width, in] to [out, in, height, width] as float16, biases as float32.
 *
 * @module
 */
import { FormatError } from "../../core/errors.ts";
import { type TensorToWrite, writeSafetensors } from "../../core/tensor/checkpoint/safetensors.ts";
import { GOOGLENET_CLASSIFIER, GOOGLENET_LAYERS } from "../metrics/networks/googlenet_layers.ts";

/**
 * @param read Gives a file by its name, "conv1_7x7_s2_filter.bin".
 * @throws {FormatError} When a file has another size.
 */
export async function googlenetFromCaffe(
  read: (name: string) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const tensors = new Map<string, TensorToWrite>();
  const floats = async (name: string, count: number): Promise<Float32Array> => {
    const bytes = await read(name);
    if (bytes.length !== 4 * count) {
      throw new FormatError(`"${name}": ${4 * count} bytes are wanted; got ${bytes.length}`);
    }
    return new Float32Array(bytes.slice().buffer);
  };
  for (const { name, shape } of [...GOOGLENET_LAYERS, GOOGLENET_CLASSIFIER]) {
    const [out, inner, height, width] = shape, file = name.replace("/", "_");
    const stored = await floats(`${file}_filter.bin`, out * inner * height * width);
    const isMatrix = name === GOOGLENET_CLASSIFIER.name;
    tensors.set(`${name}.weight`, {
      shape: isMatrix ? [out, inner] : shape,
      values: channelsFirst(stored, out, inner, height * width),
      dtype: "F16",
    });
    tensors.set(`${name}.bias`, { shape: [out], values: await floats(`${file}_bias.bin`, out) });
  }
  return writeSafetensors(tensors);
}

function channelsFirst(
  stored: Float32Array,
  out: number,
  inner: number,
  area: number,
): Float32Array {
  const turned = new Float32Array(stored.length);
  for (let o = 0, from = 0; o < out; o++) {
    for (let at = 0; at < area; at++) {
      for (let i = 0; i < inner; i++, from++) {
        turned[(o * inner + i) * area + at] = stored[from] as number;
      }
    }
  }
  return turned;
}
