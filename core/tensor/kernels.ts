/**
 * Kernels of a backend by name: replacing one, keeping the former as what it falls back to, and
 * refusing one by name.
 *
 * @module
 */
import { CapabilityError } from "../errors.ts";
import { type TensorInfo, tf } from "./tfjs.ts";

/** Attributes of a kernel; each kernel knows the types of its own. */
export type Attributes = Readonly<Record<string, unknown>>;

/** A kernel: tensors by name and attributes in, one new tensor or several out. */
export type Kernel = (
  inputs: Readonly<Record<string, TensorInfo>>,
  attributes: Attributes,
) => TensorInfo | TensorInfo[];

/** A tensor of a kernel's inputs. */
export function input(inputs: Readonly<Record<string, TensorInfo>>, name: string): TensorInfo {
  return inputs[name] as TensorInfo;
}

/** Makes `kernel` the one of this name on this backend, whether there was one or not. */
export function setKernel(backendName: string, kernelName: string, kernel: Kernel): void {
  if (hasKernel(backendName, kernelName)) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs }) =>
      kernel(inputs as Record<string, TensorInfo>, (attrs ?? {}) as Attributes),
  });
}

/**
 * The kernel that is registered now, to fall back to.
 *
 * @throws {CapabilityError} When the backend has none of this name.
 */
export function currentKernel(backendName: string, kernelName: string): Kernel {
  const found = tf.getKernel(kernelName, backendName)?.kernelFunc;
  if (!found) {
    throw new CapabilityError(`kernel ${kernelName} is missing on backend ${backendName}`);
  }
  return (inputs, attrs) =>
    found({ inputs: { ...inputs }, attrs: attrs as tf.NamedAttrMap, backend: tf.backend() });
}

/** Whether a backend has a kernel. */
export function hasKernel(backendName: string, kernelName: string): boolean {
  return tf.getKernel(kernelName, backendName) !== undefined;
}

/** Registers a kernel that only says why it is not there and what to do instead. */
export function refuseKernel(backendName: string, kernelName: string, instead: string): void {
  setKernel(backendName, kernelName, () => {
    throw new CapabilityError(
      `kernel ${kernelName} is missing on backend ${backendName}: ${instead}`,
    );
  });
}

/** Runs a kernel of the current backend under the engine's eyes: outputs are tracked, gradients follow. */
export function runKernel(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attributes: Attributes = {},
): tf.Tensor | tf.Tensor[] {
  return tf.engine().runKernel(name, { ...inputs }, attributes as tf.NamedAttrMap);
}

/** Number of values of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
