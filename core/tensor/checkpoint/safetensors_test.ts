import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { FormatError, OptionError } from "../../errors.ts";
import type { TensorValues } from "./dtype.ts";
import { readWeights } from "./quantised.ts";
import { FILES, TEXTS } from "./sample_files.ts";
import { readSafetensors, type TensorToWrite, writeSafetensors } from "./safetensors.ts";

/** A file of this header and this many bytes of numbers. */
function fileOf(header: string, size: number, padding = " "): Uint8Array {
  const text = new TextEncoder().encode(header + padding.repeat((8 - header.length % 8) % 8));
  const file = new Uint8Array(8 + text.length + size);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  return file;
}

function entry(begin: number, end: number, shape: readonly number[], dtype = "F32"): string {
  return JSON.stringify({ dtype, shape, data_offsets: [begin, end] });
}

/** The file is refused, and the text has all these words. */
function refused(file: Uint8Array, ...words: string[]): void {
  const { message } = assertThrows(() => readSafetensors(file, "w.safetensors"), FormatError);
  for (const word of ["w.safetensors", ...words]) {
    assert(message.includes(word), `${word}: ${message}`);
  }
}

const { trained } = TEXTS;
const weights = JSON.parse(trained) as Record<string, { shape: number[]; values: number[] }>;

Deno.test("weights that PyTorch training wrote are read, f32 exactly and f16 rounded", () => {
  const single = readSafetensors(Uint8Array.fromBase64(FILES.trainedF32), "a");
  const half = readSafetensors(Uint8Array.fromBase64(FILES.trainedF16), "b");
  assertEquals([...single.tensors.keys()].sort(), Object.keys(weights).sort());
  for (const [name, { shape, values }] of Object.entries(weights)) {
    assertEquals(single.floats(name, shape), Float32Array.from(values));
    assertEquals(half.floats(name, shape), Float32Array.from(Float16Array.from(values)));
  }
});

Deno.test("both writers, TypeScript and Python, write the same bytes", () => {
  for (const [base64, dtype] of [[FILES.trainedF32, "F32"], [FILES.trainedF16, "F16"]] as const) {
    const tensors = new Map(
      Object.entries(weights).map(([name, { shape, values }]) =>
        [name, { shape, values: Float32Array.from(values), dtype }] as const
      ),
    );
    assertEquals(writeSafetensors(tensors), Uint8Array.fromBase64(base64));
  }
});

const names = fc.string({ unit: "grapheme", maxLength: 12 }).filter((name) =>
  name !== "__metadata__"
);
const values: fc.Arbitrary<TensorValues> = fc.oneof(
  fc.float32Array({ noNaN: true, noDefaultInfinity: true, maxLength: 30 }),
  fc.float64Array({ noNaN: true, noDefaultInfinity: true, maxLength: 30 }),
  fc.int8Array(),
  fc.uint8Array(),
  fc.int16Array(),
  fc.uint16Array(),
  fc.int32Array(),
  fc.uint32Array(),
  fc.bigInt64Array(),
  fc.bigUint64Array(),
);
const tensors = fc.array(fc.tuple(names, values, fc.nat(3)), { maxLength: 8 }).map((list) =>
  list.map(([name, array, axis]): [string, TensorToWrite] => {
    const shape = [1, 1, 1];
    shape.splice(axis, 0, array.length);
    return [name, { shape, values: array }];
  })
);

Deno.test("what is written is read again, and the order of writing does not matter", () => {
  fc.assert(
    fc.property(tensors, fc.dictionary(names, fc.string({ unit: "grapheme" })), (list, texts) => {
      const unique = [...new Map(list)];
      const metadata = new Map(Object.entries(texts));
      const bytes = writeSafetensors(new Map(unique), metadata);
      assertEquals(
        writeSafetensors(new Map(unique.toReversed()), new Map([...metadata].reverse())),
        bytes,
      );
      const file = readSafetensors(bytes, "x");
      assertEquals(file.tensors.size, unique.length);
      assertEquals(new Map(file.metadata), metadata);
      for (const [name, tensor] of unique) {
        assertEquals(file.tensors.get(name)?.shape, tensor.shape);
        assertEquals(file.values(name), tensor.values);
      }
    }),
    { seed: 1, numRuns: 200 },
  );
});

Deno.test("a file that lies anywhere in a larger buffer is read; tensors share its memory", () => {
  const file = writeSafetensors(
    new Map([["a", { shape: [3], values: Float32Array.of(1, 2, 3) }]]),
  );
  for (const offset of [0, 1, 4]) {
    const buffer = new Uint8Array(file.length + offset);
    buffer.set(file, offset);
    const read = readSafetensors(buffer.subarray(offset), "a").values("a");
    assertEquals(read, Float32Array.of(1, 2, 3));
    assertEquals(read.buffer === buffer.buffer, offset % 4 === 0);
  }
});

Deno.test("a header of odd length, as old writers left it, is read", () => {
  const file = fileOf(`{"a":${entry(0, 4, [1])}}`, 4, "");
  file.set(new Uint8Array(Float32Array.of(2.5).buffer), file.length - 4);
  assertEquals(readSafetensors(file, "a").floats("a"), Float32Array.of(2.5));
});

Deno.test("a truncated file is refused at every length", () => {
  const file = Uint8Array.fromBase64(FILES.trainedF16);
  for (let length = 0; length < file.length; length++) refused(file.subarray(0, length));
});

Deno.test("a file with any byte changed is read as other numbers, or refused by a FormatError", () => {
  const file = Uint8Array.fromBase64(FILES.trainedF16);
  const headerEnd = file.length - 2 * 27;
  let refusals = 0;
  for (let at = 0; at < headerEnd; at++) {
    for (const flip of [1, 2, 0x80]) {
      const changed = file.slice();
      changed[at] = changed[at]! ^ flip;
      try {
        const read = readSafetensors(changed, "w");
        for (const name of read.tensors.keys()) read.values(name);
      } catch (error) {
        assert(error instanceof FormatError, String(error));
        refusals++;
      }
    }
  }
  assert(refusals > headerEnd, `${refusals}`);
});

Deno.test("lengths that lie are refused with the numbers", () => {
  const huge = new Uint8Array(16);
  huge.fill(0xff, 0, 8);
  refused(huge, "18446744073709551615");
  new DataView(huge.buffer).setBigUint64(0, 1_000_000_000n, true);
  refused(huge, "1000000000", "4194304");
  new DataView(huge.buffer).setBigUint64(0, 9n, true);
  refused(huge, "9 bytes", "has 8");
});

Deno.test("headers that are no JSON object, or JSON that hides something, are refused", () => {
  refused(fileOf("[]", 0), "no JSON object");
  refused(fileOf("{", 0), "no JSON");
  refused(fileOf('\ufeff{"a":1}', 0), "no JSON");
  refused(fileOf(`{"a":${entry(0, 4, [1])},"a":${entry(0, 4, [1])}}`, 4), '"a" stands twice');
  refused(fileOf(`{"a":${entry(0, 4, [1])},"\\u0061":${entry(0, 4, [1])}}`, 4), '"a" stands twice');
  refused(fileOf('{"a":{"dtype":"F32","dtype":"F16"}}', 0), '"dtype" stands twice');
  refused(fileOf("[".repeat(1_000_000), 0), "nested");
  refused(fileOf('{"a":"' + '\\"'.repeat(1_000_000), 0), "no JSON");
  refused(fileOf('{"__metadata__":{"a":1}}', 0), '__metadata__ "a"');
});

Deno.test("tensors that overlap, leave holes, end outside or are misaligned are refused by name", () => {
  const two = (first: string, second: string) => `{"first":${first},"second":${second}}`;
  refused(fileOf(two(entry(0, 8, [2]), entry(4, 12, [2])), 12), '"second" overlaps "first"');
  refused(fileOf(two(entry(0, 8, [2]), entry(0, 8, [2])), 8), '"second" overlaps "first"');
  refused(fileOf(two(entry(0, 4, [1]), entry(8, 12, [1])), 12), 'before "second"');
  refused(fileOf(`{"a":${entry(0, 8, [2])}}`, 4), '"a" ends at byte');
  refused(fileOf(`{"a":${entry(0, 8, [2])}}`, 12), "last 4 bytes");
  refused(fileOf(two(entry(0, 1, [1], "U8"), entry(1, 5, [1])), 5), '"second" is misaligned');
  refused(fileOf(`{"a":${entry(8, 4, [1])}}`, 8), '"a"', "give -4");
});

Deno.test("entries with other types, shapes or sizes are refused by name", () => {
  refused(fileOf(`{"a":${entry(0, 4, [1], "F8_E4M3")}}`, 4), '"a" has dtype "F8_E4M3"', "BF16");
  refused(fileOf(`{"a":${entry(0, 4, [1], "toString")}}`, 4), '"a" has dtype');
  refused(fileOf(`{"a":${entry(0, 4, [2])}}`, 4), '"a" F32[2] needs 8 bytes');
  refused(fileOf(`{"a":${entry(0, 4, [-1, -1])}}`, 4), '"a" has no shape');
  refused(fileOf(`{"a":${entry(0, 4, [1.5])}}`, 4), '"a" has no shape');
  refused(fileOf(`{"a":${entry(0, 0, [2 ** 40, 2 ** 40, 0])}}`, 0), '"a" has no shape');
  refused(fileOf(`{"a":${entry(0, 4, Array(33).fill(1))}}`, 4), '"a" has no shape');
  refused(fileOf('{"a":{"dtype":"F32","shape":[1]}}', 4), '"a" has no data_offsets');
  refused(fileOf('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}', 4), "no data_offsets");
  refused(fileOf('{"a":7}', 0), '"a" is no object');
});

Deno.test("names that a terminal would obey are shown escaped", () => {
  const file = fileOf(`{"\\u001b[2J\u009b1m":7}`, 0);
  const { message } = assertThrows(() => readSafetensors(file, "w"), FormatError);
  assert(message.includes("\\u001b[2J\\u009b1m"), message);
});

Deno.test("a tensor that is not there, or in another shape or type, is refused by name", () => {
  const file = readSafetensors(
    writeSafetensors(
      new Map<string, TensorToWrite>([
        ["a", { shape: [2, 1], values: Float32Array.of(1, 2) }],
        ["n", { shape: [], values: Int32Array.of(3) }],
      ]),
    ),
    "w",
  );
  assertEquals(file.floats("a", [2, 1]), Float32Array.of(1, 2));
  assertThrows(() => file.floats("a", [1, 2]), FormatError, "[2, 1]; [1, 2] is wanted");
  assertThrows(() => file.floats("n"), FormatError, '"n" is I32');
  assertThrows(() => file.values("b"), FormatError, 'no tensor "b"');
});

Deno.test("values that would not survive are not written", () => {
  const write = (tensor: TensorToWrite, name = "a") => () =>
    writeSafetensors(new Map([[name, tensor]]));
  const one = { shape: [1], values: Float32Array.of(1) };
  assertThrows(write({ shape: [2], values: Float32Array.of(1) }), OptionError, "not filled by 1");
  assertThrows(write({ shape: [1], values: Float32Array.of(NaN) }), OptionError, '"a"');
  assertThrows(
    write({ shape: [1], values: Float32Array.of(65520), dtype: "F16" }),
    OptionError,
    "not finite as F16",
  );
  assertThrows(write(one, "__metadata__"), OptionError, "__metadata__");
  assertThrows(write(one, "\ud800"), OptionError, "Unicode");
});

Deno.test("int8 weights are multiplied by the scale of their output channel", () => {
  const file = readSafetensors(
    writeSafetensors(
      new Map<string, TensorToWrite>([
        ["a.weight", { shape: [2, 1, 2], values: Int8Array.of(-128, 3, 5, 127) }],
        ["a.scale", { shape: [2], values: Float32Array.of(0.5, 0.1) }],
        ["b.weight", { shape: [1], values: Float32Array.of(0.25) }],
        ["c.weight", { shape: [2], values: Int8Array.of(1, 2) }],
        ["c.scale", { shape: [1], values: Float32Array.of(1) }],
      ]),
    ),
    "w",
  );
  const tenth = Math.fround(0.1);
  assertEquals(
    readWeights(file, "a", [2, 1, 2]),
    Float32Array.of(-64, 1.5, 5 * tenth, 127 * tenth),
  );
  assertEquals(readWeights(file, "b"), Float32Array.of(0.25));
  assertThrows(() => readWeights(file, "a", [2, 2]), FormatError, "[2, 1, 2]; [2, 2] is wanted");
  assertThrows(() => readWeights(file, "c"), FormatError, '"c.scale" has shape [1]; [2]');
});
