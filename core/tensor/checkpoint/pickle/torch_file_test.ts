import { assert, assertEquals, assertRejects } from "@std/assert";
import { FormatError } from "../../../errors.ts";
import { FILES, TEXTS } from "../sample_files.ts";
import { blobSource, type ByteSource, memorySource } from "./byte_source.ts";
import { zipOf } from "./sample_zip.ts";
import { openTorchFile, type TorchFile } from "./torch_file.ts";
import { type PickleDict, PickleGlobal, type PickleValue } from "./value.ts";
import { openZip } from "./zip.ts";

type Expected = Record<string, { type: string; shape: number[]; values: (number | string)[] }>;

/** What the script wrote where JSON has no number. */
const WORDS: Readonly<Record<string, number>> = {
  inf: Infinity,
  "-inf": -Infinity,
  nan: NaN,
  True: 1,
  False: 0,
};

const ARRAYS: Readonly<Record<string, string>> = {
  float64: "Float64Array",
  float32: "Float32Array",
  float16: "Float32Array",
  bfloat16: "Float32Array",
  int64: "BigInt64Array",
  int32: "Int32Array",
  int16: "Int16Array",
  int8: "Int8Array",
  uint8: "Uint8Array",
  bool: "Uint8Array",
};

function open(base64: string): Promise<TorchFile> {
  return openTorchFile(memorySource(Uint8Array.fromBase64(base64)), "w.pth");
}

/** Every tensor is what PyTorch reads. */
async function assertTensors(file: TorchFile, text: string): Promise<void> {
  const expected = JSON.parse(text) as Expected;
  assertEquals([...file.tensors.keys()], Object.keys(expected));
  for (const [name, { type, shape, values }] of Object.entries(expected)) {
    assertEquals(file.tensors.get(name)?.shape, shape, name);
    const read = await file.values(name);
    assertEquals(read.constructor.name, ARRAYS[type], name);
    const wanted = values.map((value) => typeof value === "string" ? WORDS[value] ?? value : value);
    const got = Array.from<number | bigint, number | string>(
      read,
      (value) => type.startsWith("int") || type === "uint8" ? String(value) : Number(value),
    );
    assertEquals(got, wanted, name);
  }
}

async function readAll(base64OrBytes: string | Uint8Array<ArrayBuffer>): Promise<void> {
  const bytes = typeof base64OrBytes === "string"
    ? Uint8Array.fromBase64(base64OrBytes)
    : base64OrBytes;
  const file = await openTorchFile(memorySource(bytes), "w.pth");
  for (const name of file.tensors.keys()) await file.values(name);
}

for (const form of ["zip", "protocol4", "legacy", "deflated"] as const) {
  Deno.test(`all types of numbers, windows and plain data are read as PyTorch does (${form})`, async () => {
    const file = await open(FILES[form]);
    await assertTensors(file, TEXTS.everything);
    const plain = (file.root as PickleDict).get("plain") as PickleDict;
    const rest = ["Zeichen: äöü ∑ 𝄞", Uint8Array.of(0, 255), [], [], new Map(), [1, 2, 3, 4]];
    assertEquals(
      [...plain],
      [
        ["numbers", [
          ...[0, -1, 255, 65536, -(2 ** 31), 2n ** 53n, 2n ** 80n, -(2n ** 100n)],
          ...[1.5, -Infinity],
        ]],
        ["rest", [null, true, false, ...rest]],
        [3, "a number as a key"],
        ["size", [2, 3]],
        ["device", "cuda:1"],
        ["dtype", new PickleGlobal("torch", "float16")],
      ] satisfies [PickleValue, PickleValue][],
    );
  });
}

Deno.test("the state of a training run is read: weights, optimiser, random generator", async () => {
  const file = await open(FILES.state);
  await assertTensors(file, TEXTS.state);
  const crops = (file.root as PickleDict).get("crops") as PickleDict;
  assertEquals(crops.get("bit_generator"), "PCG64");
  const state = (crops.get("state") as PickleDict).get("state");
  assert(typeof state === "bigint" && state > 2n ** 64n, String(state));
});

Deno.test("tensors that were on a GPU, or saved alone, are read", async () => {
  assertEquals(await (await open(FILES.fromGpu)).floats("weight"), Float32Array.of(3, 4));
  assertEquals(await (await open(FILES.alone)).floats("tensor", [2]), Float32Array.of(1, 2));
});

Deno.test("opening reads no tensor, and a tensor's reading no other", async () => {
  const memory = memorySource(Uint8Array.fromBase64(FILES.zip));
  const ranges: [number, number][] = [];
  const source: ByteSource = {
    size: memory.size,
    read: (begin, end) => {
      ranges.push([begin, end]);
      return memory.read(begin, end);
    },
  };
  const file = await openTorchFile(source, "w");
  ranges.length = 0;
  assertEquals(await file.floats("windows.3"), Float32Array.of(5, 6, 7, 8));
  const tensor = ranges.at(-1)!;
  assertEquals(tensor[1] - tensor[0], 16);
  assert(ranges.slice(0, -1).every(([begin, end]) => end - begin < 64), String(ranges));
});

Deno.test("a blob, as a page gets it, is read like memory", async () => {
  const blob = new Blob([Uint8Array.fromBase64(FILES.legacy)]);
  await assertTensors(await openTorchFile(blobSource(blob), "w"), TEXTS.everything);
});

Deno.test("a tensor that is not there, or of another shape or type, is refused by name", async () => {
  const file = await open(FILES.zip);
  await assertRejects(() => file.values("model.2"), FormatError, 'no tensor "model.2"');
  await assertRejects(() => file.floats("types.i64"), FormatError, '"types.i64" is I64');
  await assertRejects(() => file.floats("scalar", [1]), FormatError, "[]; [1] is wanted");
});

Deno.test("modules, sparse tensors, programs and functions are refused by name, and nothing runs", async () => {
  const refusals = {
    module: '"torch.nn.modules.linear.Linear", which is not among the classes of plain weights',
    sparse: '"torch._utils._rebuild_sparse_tensor"',
    hostile: '"posix.system"',
    program: "TorchScript program; save the state_dict",
  } as const;
  for (const [name, text] of Object.entries(refusals)) {
    await assertRejects(() => open(FILES[name as keyof typeof refusals]), FormatError, text);
  }
});

Deno.test("files that are none of PyTorch's are refused", async () => {
  await assertRejects(() => readAll(new Uint8Array(0)), FormatError, "no file of PyTorch");
  await assertRejects(() => readAll(FILES.trainedF16), FormatError, "no file of PyTorch");
  const zip = await zipOf([{ name: "a/readme", data: new Uint8Array(3) }]);
  await assertRejects(() => readAll(zip), FormatError, "has one data.pkl; this has 0");
});

Deno.test("a file is refused when cut at any length", async () => {
  for (const form of ["zip", "legacy", "deflated"] as const) {
    const bytes = Uint8Array.fromBase64(FILES[form]);
    for (let length = 0; length < bytes.length; length += length < 600 ? 1 : 37) {
      await assertRejects(() => readAll(bytes.slice(0, length)), FormatError, "w.pth");
    }
    await assertRejects(() => readAll(bytes.slice(0, -1)), FormatError, "w.pth");
  }
});

Deno.test("a file with any byte changed is read as something else, or refused by a FormatError", async () => {
  for (const form of ["alone", "fromGpu", "state", "deflated"] as const) {
    const bytes = Uint8Array.fromBase64(FILES[form]);
    for (let at = 0; at < bytes.length; at += form === "deflated" ? 7 : 1) {
      const changed = bytes.slice();
      changed[at] = changed[at]! ^ (at % 2 ? 0xff : 1 << at % 8);
      await readAll(changed).catch((error) => assert(error instanceof FormatError, String(error)));
    }
  }
});

Deno.test("a storage that is missing, or of another size, is refused with the tensor's name", async () => {
  const alone = Uint8Array.fromBase64(FILES.fromGpu);
  const zip = await openZip(memorySource(alone), "w");
  const pickle = (await zip.read(zip.entries.get("archive/data.pkl")!)).slice();
  const entry = { name: "x/data.pkl", data: pickle };
  const file = (size: number) => zipOf([entry, { name: "x/data/0", data: new Uint8Array(size) }]);
  await readAll(await file(8));
  const missing = await zipOf([entry]);
  await assertRejects(() => readAll(missing), FormatError, '"weight": its storage "0" is missing');
  const short = await file(4);
  await assertRejects(() => readAll(short), FormatError, "has 4 bytes; 8 are declared");
  const big = await zipOf([
    entry,
    { name: "x/data/0", data: new Uint8Array(8) },
    { name: "x/byteorder", data: new TextEncoder().encode("big") },
  ]);
  await assertRejects(() => readAll(big), FormatError, 'byte order is "big"');
});
