import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { FormatError } from "../../../errors.ts";
import { namedTensors } from "./named_tensors.ts";
import { TorchStorage, TorchTensor } from "./torch_tensor.ts";
import type { PickleValue } from "./value.ts";

function tensor(shape: number[], strides: number[], offset = 0, elements = 24): TorchTensor {
  return new TorchTensor(new TorchStorage("0", "I32", elements), offset, shape, strides);
}

/** Every index of a shape, in order. */
function* indices(shape: readonly number[]): Iterable<number[]> {
  const [size, ...rest] = shape;
  if (size === undefined) return yield [];
  for (let i = 0; i < size; i++) for (const inner of indices(rest)) yield [i, ...inner];
}

Deno.test("an element is found at offset plus index times strides, whatever these are", () => {
  const axis = fc.tuple(fc.nat(4), fc.nat(7));
  fc.assert(
    fc.property(fc.array(axis, { maxLength: 4 }), fc.nat(5), (axes, offset) => {
      const shape = axes.map(([size]) => size), strides = axes.map(([, stride]) => stride);
      const storage = Int32Array.from({ length: 200 }, (_, i) => 3 * i + 1);
      const window = tensor(shape, strides, offset, storage.length);
      assertEquals(window.fault, undefined);
      const span = storage.subarray(offset, offset + window.span);
      const gathered = window.gather(
        new Uint8Array(span.buffer, span.byteOffset, span.byteLength),
      ).slice();
      const wanted = Array.from(
        indices(shape),
        (index) => storage[index.reduce((sum, i, axis) => sum + i * strides[axis]!, offset)]!,
      );
      assertEquals([...new Int32Array(gathered.buffer)], wanted);
    }),
    { seed: 2, numRuns: 500 },
  );
});

Deno.test("axes of size 1 may have any stride without a copy", () => {
  assert(tensor([2, 1, 3], [3, 77, 1]).isContiguous);
  assert(!tensor([2, 3], [1, 2]).isContiguous);
});

Deno.test("a tensor beyond its storage, or impossible, has a fault that says why", () => {
  const faults: [TorchTensor, string][] = [
    [tensor([25], [1]), "it ends at element 25; its storage has 24"],
    [tensor([2, 3], [23, 1]), "it ends at element 26"],
    [tensor([1], [1], 24), "it ends at element 25"],
    [tensor([0], [1], 25), "it ends at element 25"],
    [tensor([2 ** 50, 1], [2 ** 50, 1]), "it ends at element"],
    [tensor([-1], [1]), "its shape [-1] is none"],
    [tensor([2 ** 30, 2 ** 30], [1, 1]), "is none"],
    [tensor([1.5], [1]), "is none"],
    [tensor([2], [-1], 5), "its strides [-1] do not belong"],
    [tensor([2], [0.5]), "its strides [0.5]"],
    [tensor([2, 2], [1]), "its strides [1] do not belong to shape [2, 2]"],
    [tensor([1], [1], -1), "its offset is -1"],
    [tensor([2 ** 40], [0]), "repeats of the 24 in its storage"],
  ];
  for (const [tensor, text] of faults) assert(tensor.fault?.includes(text), tensor.fault);
  assertEquals(tensor([2 ** 20], [0]).fault, undefined);
});

Deno.test("tensors are named by their path; other values have none", () => {
  const [a, b] = [tensor([1], [1]), tensor([2], [1])];
  const root = new Map<string | number, PickleValue>([["m", new Map([["x.y", a]])], [0, [3, [b]]]]);
  assertEquals([...namedTensors(root, "w")], [["m.x.y", a], ["0.1.0", b]]);
  assertEquals([...namedTensors(7, "w")], []);
});

Deno.test("two tensors of one path are refused by name", () => {
  const [a, b] = [tensor([1], [1]), tensor([2], [1])];
  const root = new Map<string, PickleValue>([["m.x", a], ["m", new Map([["x", b]])]]);
  assertThrows(() => namedTensors(root, "w"), FormatError, 'two tensors are named "m.x"');
});

Deno.test("structures that contain themselves, or share lists without end, are refused", () => {
  const loop: PickleValue[] = [];
  loop.push(loop);
  assertThrows(() => namedTensors(loop, "w"), FormatError, "nested more than 16 deep");
  let shared: PickleValue[] = [];
  for (let depth = 0; depth < 12; depth++) shared = Array(10).fill(shared);
  assertThrows(() => namedTensors(shared, "w"), FormatError, "more than 16777216 values");
  const long = new Map([["n".repeat(2000), [tensor([1], [1])]]]);
  assertThrows(() => namedTensors(long, "w"), FormatError, "1024 characters");
});
