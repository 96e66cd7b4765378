import { assert, assertEquals, assertThrows } from "@std/assert";
import { CapabilityError, isDeliberate } from "../../errors.ts";
import { openTensors, tf } from "../backend.ts";
import { loadCompanion } from "../companion/module.ts";
import { WasmHeap } from "../heap.ts";
import { uniform } from "../testing/check_case.ts";
import { checkVersion } from "./library.ts";
import { alignedBytes, integers, misalignment, Out, stableBytes, Workspace } from "./memory.ts";
import { NativePack } from "./pack.ts";

const engine = await openTensors({ backend: "wasm", native: true }).catch((error: unknown) => {
  if (!isDeliberate(error)) throw error;
  console.log(`skipped: ${error.message}`);
  return undefined;
});
const ignore = engine === undefined;

// A pack of the tests' own, in the place of the engine's.
const pack = ignore ? undefined : new NativePack(1);
pack?.install(await loadCompanion(new WasmHeap(), true));

Deno.test({
  name: "memory for blocked layouts lies at multiples of 64 bytes",
  ignore,
  fn: () => {
    const kept: Uint8Array[] = [];
    for (let bytes = 1; bytes < 5000; bytes = bytes * 2 + 3) {
      const buffer = alignedBytes(bytes);
      kept.push(buffer, new Uint8Array(bytes)); // the next one lies elsewhere
      assertEquals([misalignment(buffer), buffer.length], [0, bytes]);
      assertEquals(misalignment(new Workspace().piece("x", bytes)), 0);
    }
    assert(kept.length > 0);
  },
});

Deno.test("buffers whose address is kept are too large for the heap that V8 moves", () => {
  const ON_THE_HEAP = 64;
  for (const buffer of [stableBytes(1), integers([1]), new Out().buffer]) {
    assert(buffer.byteLength > ON_THE_HEAP, `${buffer.byteLength} bytes`);
  }
});

Deno.test({
  name: "working memory grows and keeps to its role",
  ignore,
  fn: () => {
    const workspace = new Workspace(), x = workspace.piece("x", 100);
    assert(workspace.piece("x", 50) === x);
    assert(workspace.piece("y", 50) !== x);
    assert(workspace.piece("x", 101).length === 101);
  },
});

Deno.test("another major version of oneDNN is refused by name", () => {
  checkVersion({ text: "2.6.3", major: 2 });
  assertThrows(() => checkVersion({ text: "3.4.1", major: 3 }), CapabilityError, "oneDNN 3.4.1");
  assertThrows(() => checkVersion({ text: "1.8.0", major: 1 }), CapabilityError, "libdnnl2");
});

Deno.test({
  name: "the engine names the version of oneDNN and its threads",
  ignore,
  fn: () => {
    assert(/^oneDNN 2\.\d+\.\d+$/.test(engine!.packs[0]!), engine!.packs[0]);
    assertEquals(engine!.threads, 1);
    assert(engine!.deterministic.includes("1 thread"));
  },
});

Deno.test({
  name: "a changed number of threads takes effect on sizes that were computed before",
  ignore,
  fn: () => {
    const made = (): number => pack!.implementations().length;
    const compute = (): number => {
      tf.tidy(() =>
        tf.conv2d(tf.ones<tf.Rank.R4>([1, 4, 4, 2]), tf.ones<tf.Rank.R4>([3, 3, 2, 2]), 1, "same")
      );
      return made();
    };
    assertEquals([pack!.threads, compute()], [1, 1]);
    pack!.setThreads(2);
    assertEquals([pack!.threads, made(), compute()], [2, 0, 1]);
    pack!.setThreads(1);
  },
});

Deno.test({
  name: "the same convolution gives the same bits again, forward and backward",
  ignore,
  fn: () => {
    const bits = (): string => {
      const x = tf.tensor4d(Float32Array.from(uniform(2 * 16 * 16 * 32, 3)), [2, 16, 16, 32]);
      const w = tf.tensor4d(Float32Array.from(uniform(9 * 32 * 32, 4)), [3, 3, 32, 32]);
      const { value, grads } = tf.valueAndGrads((a: tf.Tensor, b: tf.Tensor) =>
        tf.sum(tf.square(tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, "same")))
      )([x, w]);
      const words = [value, ...grads].flatMap((t) => [...t.dataSync()]).join();
      tf.dispose([x, w, value, ...grads]);
      return words;
    };
    assertEquals(bits(), bits());
  },
});

Deno.test({
  name: "many sizes do not fill the memory with primitives",
  ignore,
  fn: () => {
    const before = tf.memory().numTensors;
    const convolve = (height: number, width: number, filter: number): ArrayLike<number> =>
      tf.tidy(() => {
        const x = tf.ones<tf.Rank.R4>([1, height, width, 1]);
        return tf.conv2d(x, tf.ones<tf.Rank.R4>([filter, filter, 1, 1]), 1, "same").dataSync();
      });
    for (let width = 3; width < 600; width++) convolve(1, width, 1); // more than are kept
    const y = convolve(3, 3, 3)[4];
    assertEquals(y, 9);
    assertEquals(tf.memory().numTensors, before);
  },
});

Deno.test({
  name: "a training step asks for no gradient of the pictures",
  ignore,
  fn: () => {
    // The gradient to three channels runs at a fifth of the speed of the others.
    const x = tf.ones<tf.Rank.R4>([1, 8, 8, 3]), w = tf.variable(tf.ones<tf.Rank.R4>([3, 3, 3, 4]));
    const asked: string[] = [], kernel = tf.getKernel("Conv2DBackpropInput", "wasm")!;
    tf.unregisterKernel(kernel.kernelName, "wasm");
    tf.registerKernel({
      ...kernel,
      kernelFunc: (given) => {
        asked.push("x");
        return kernel.kernelFunc(given);
      },
    });
    const loss = (): tf.Scalar => tf.sum(tf.conv2d(x, w as unknown as tf.Tensor4D, 1, "same"));
    const { value, grads } = tf.variableGrads(loss);
    assertEquals(asked, []);
    tf.dispose([x, value, ...Object.values(grads)]);
    w.dispose();
    tf.unregisterKernel(kernel.kernelName, "wasm");
    tf.registerKernel(kernel);
  },
});

Deno.test("without permission the reason is said and everything else works", async () => {
  const script = new URL("./testing/why.ts", import.meta.url).pathname;
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-read", "--allow-env", "--allow-sys", script],
    stdin: "null",
    stderr: "null",
  }).output();
  assert(success);
  const { packs, why, sum } = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals([packs, sum], [1, 6]);
  assert(String(why).includes("--allow-ffi"), why);
});
