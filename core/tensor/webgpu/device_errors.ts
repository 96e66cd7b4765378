/**
 * Errors of the device as exceptions. WebGPU reports them to nobody but a listener, and a tensor
 * beyond the limits of the device reads as zeros.
 *
 * @module
 */
import { CodecError, DataError } from "../../errors.ts";
import { tf } from "../tfjs.ts";

/** The parts of the webgpu backend (tfjs 4.22) that are wrapped. */
interface WebgpuBackend {
  readonly device: EventTarget & {
    readonly limits: {
      readonly maxStorageBufferBindingSize: number;
      readonly maxBufferSize: number;
    };
  };
  readonly bufferManager: { acquireBuffer(size: number, ...rest: unknown[]): unknown };
  read(id: object): Promise<unknown>;
}

/** Makes errors of the device fatal at the next read-back, and refuses tensors that do not fit. */
export function surfaceErrors(): void {
  const backend = tf.backend() as unknown as WebgpuBackend;
  const { device, bufferManager } = backend;
  let failure: string | undefined;
  device.addEventListener("uncapturederror", (event) => {
    event.preventDefault();
    failure ??= (event as Event & { readonly error: { readonly message: string } }).error.message;
  });
  const read = backend.read.bind(backend);
  backend.read = async (id) => {
    const values = await read(id);
    if (failure !== undefined) throw new CodecError(`the GPU reported: ${failure}`);
    return values;
  };
  const acquire = bufferManager.acquireBuffer.bind(bufferManager);
  const limit = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
  bufferManager.acquireBuffer = (size, ...rest) => {
    if (size > limit) {
      throw new DataError(
        `a tensor of ${Math.ceil(size / 2 ** 20)} MiB does not fit this GPU, which binds at most ` +
          `${Math.floor(limit / 2 ** 20)} MiB; use a smaller batch or picture`,
      );
    }
    return acquire(size, ...rest);
  };
}
