/**
 * Weights that a new training starts from: a weights file, a training checkpoint of this program
 * (its averages), or one of train/torch (`state.pt`).
 *
 * @module
 */
import { FormatError } from "../core/errors.ts";
import { memorySource } from "../core/tensor/checkpoint/pickle/byte_source.ts";
import { openTorchFile, type TorchFile } from "../core/tensor/checkpoint/pickle/torch_file.ts";
import { readSafetensors, type Safetensors } from "../core/tensor/checkpoint/safetensors.ts";
import { sameShape } from "../core/tensor/checkpoint/shape.ts";
import { type Declarations, shapesOf } from "../core/tensor/nn/parameters.ts";
import { isState } from "./state_file.ts";

/** What of a file fits a network. */
export interface StartValues {
  /** As in a file, by parameter. */
  readonly values: ReadonlyMap<string, Float32Array>;
  /** Parameters that the file does not have in their shape: they start anew. */
  readonly missing: readonly string[];
}

/** A tensor of a file under the name of the parameter that it is. */
interface Given {
  readonly shape: readonly number[];
  read(): Float32Array | Promise<Float32Array>;
}

/**
 * Takes from a file what fits the network, by name and shape.
 *
 * @param file Its name, for messages.
 * @throws {FormatError} When it is damaged or nothing of it fits.
 */
export async function readStart(
  bytes: Uint8Array<ArrayBuffer>,
  file: string,
  declarations: Declarations,
): Promise<StartValues> {
  const given = await tensorsOf(bytes, file);
  const values = new Map<string, Float32Array>(), missing: string[] = [];
  for (const [name, shape] of shapesOf(declarations)) {
    const tensor = given.get(name);
    if (tensor && sameShape(tensor.shape, shape)) values.set(name, await tensor.read());
    else missing.push(name);
  }
  if (values.size === 0) {
    const theirs = [...given.keys()].slice(0, 3).join(", ");
    throw new FormatError(
      `Cannot start from "${file}": none of its tensors (${theirs}, ...) is a parameter of this ` +
        `network in name and shape (${missing.slice(0, 3).join(", ")}, ...)`,
    );
  }
  return { values, missing };
}

async function tensorsOf(
  bytes: Uint8Array<ArrayBuffer>,
  file: string,
): Promise<ReadonlyMap<string, Given>> {
  const isTorch = /\.(pt|pth|pkl)$/i.test(file);
  return isTorch
    ? torchTensors(await openTorchFile(memorySource(bytes), file))
    : safeTensors(readSafetensors(bytes, file));
}

function safeTensors(file: Safetensors): ReadonlyMap<string, Given> {
  const tensors = new Map<string, Given>();
  // Averages come last and replace the values that they are averages of.
  const kinds = isState(file) ? ["values.", "average."] : [""];
  for (const kind of kinds) {
    for (const [name, { shape }] of file.tensors) {
      if (!name.startsWith(kind)) continue;
      tensors.set(name.slice(kind.length), { shape, read: () => file.floats(name) });
    }
  }
  return tensors;
}

/** A state of train/torch has its parameters in `net` and their averages, by number, in `average`. */
function torchTensors(file: TorchFile): ReadonlyMap<string, Given> {
  const tensors = new Map<string, Given>();
  const inNet = [...file.tensors.keys()].filter((name) => name.startsWith("net."));
  const prefix = inNet.length > 0 ? "net." : "";
  for (const [name, { shape }] of file.tensors) {
    if (!name.startsWith(prefix)) continue;
    tensors.set(name.slice(prefix.length), { shape, read: () => file.floats(name) });
  }
  for (const [index, name] of inNet.entries()) {
    const average = file.tensors.get(`average.${index}`);
    const shape = file.tensors.get(name)?.shape ?? [];
    // Buffers stand in `net` only and move the numbers: then the weights themselves are taken.
    if (!average || !sameShape(average.shape, shape)) break;
    tensors.set(name.slice(prefix.length), {
      shape,
      read: () => file.floats(`average.${index}`),
    });
  }
  return tensors;
}
