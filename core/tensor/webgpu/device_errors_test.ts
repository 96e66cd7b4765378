import { assertEquals, assertRejects } from "@std/assert";
import { CodecError, DataError, isDeliberate } from "../../errors.ts";
import { openTensors, tf } from "../backend.ts";

const missing = await openTensors({ backend: "webgpu" }).then(
  () => undefined,
  (error: unknown) => {
    if (!isDeliberate(error)) throw error;
    console.log(`skipped: ${error.message}`);
    return error.message;
  },
);
const ignore = missing !== undefined;

interface Device {
  readonly device: EventTarget & {
    readonly limits: { readonly maxStorageBufferBindingSize: number };
    createBuffer(description: { size: number; usage: number }): unknown;
  };
}
const device = (): Device["device"] => (tf.backend() as unknown as Device).device;

Deno.test({
  name: "a tensor beyond what the GPU binds is refused with both sizes",
  ignore: ignore || device().limits.maxStorageBufferBindingSize > 2 ** 28,
  fn: async () => {
    const rows = device().limits.maxStorageBufferBindingSize / 2 ** 22 + 1;
    const x = tf.ones([1, 2 ** 20]);
    await assertRejects(
      async () => {
        await tf.tile(x, [rows, 1]).data();
      },
      DataError,
      "MiB does not fit this GPU",
    );
    x.dispose();
    assertEquals([...await tf.add([1, 2], [3, 4]).data()], [4, 6]);
  },
});

Deno.test({
  name: "an error of the device is an exception at the next read-back",
  ignore,
  fn: async () => {
    const reported = new Promise((resolve) =>
      device().addEventListener("uncapturederror", resolve, { once: true })
    );
    device().createBuffer({ size: 16, usage: 0 }); // no usage is a validation error
    await reported;
    const x = tf.add([1, 2], [3, 4]);
    await assertRejects(async () => void await x.data(), CodecError, "the GPU reported");
  },
});
