import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { sha256 } from "../../core/digest.ts";
import { FormatError } from "../../core/errors.ts";
import { readSafetensors } from "../../core/tensor/checkpoint/safetensors.ts";
import { GOOGLENET_CLASSIFIER, GOOGLENET_LAYERS } from "../metrics/networks/googlenet_layers.ts";
import {
  MOBILENET_V2_CLASSIFIER,
  MOBILENET_V2_LAYERS,
} from "../metrics/networks/mobilenet_v2_layers.ts";
import { ASSETS } from "./asset_list.ts";
import { googlenetFromCaffe } from "./convert_googlenet.ts";
import { mobilenetFromTflite } from "./convert_mobilenet.ts";
import { readTflite } from "./tflite.ts";

const assets = `${
  Deno.env.get("SEMCAST_ASSETS") ?? new URL("../../../shared/assets", import.meta.url).pathname
}/weights`;
const googlenet = await Deno.readFile(`${assets}/bvlc_googlenet_fp16weights.safetensors`)
  .catch(() => undefined);
if (!googlenet) console.log(`skipped: no weights in ${assets} (set SEMCAST_ASSETS)`);

Deno.test({
  name: "GoogLeNet put together from Caffe's files has the checksum that the asset promises",
  ignore: !googlenet,
  async fn(): Promise<void> {
    const tensors = readSafetensors(googlenet!, "googlenet");
    /** The files as they are published; filters are [out, height, width, in]. */
    const files = new Map<string, Uint8Array<ArrayBuffer>>();
    for (const { name, shape } of [...GOOGLENET_LAYERS, GOOGLENET_CLASSIFIER]) {
      const [out, inner, height, width] = shape, area = height * width;
      const weight = tensors.floats(`${name}.weight`), stored = new Float32Array(weight.length);
      for (let at = 0; at < stored.length; at++) {
        const o = Math.floor(at / (inner * area)), rest = at % (inner * area);
        stored[at] = weight[(o * inner + rest % inner) * area + Math.floor(rest / inner)]!;
      }
      const file = name.replace("/", "_");
      files.set(`${file}_filter.bin`, new Uint8Array(stored.buffer));
      const bias = tensors.floats(`${name}.bias`, [out]).slice();
      files.set(`${file}_bias.bin`, new Uint8Array(bias.buffer as ArrayBuffer));
    }
    const asset = ASSETS.get("fd-googlenet");
    assertEquals(asset.files.map(({ name }) => name).sort(), [...files.keys()].sort());
    for (const { name, bytes } of asset.files) assertEquals(files.get(name)!.length, bytes);
    const made = await googlenetFromCaffe((name) => Promise.resolve(files.get(name)!));
    assertEquals(await sha256(made), asset.makes?.sha256);
    await assertRejects(
      () => googlenetFromCaffe(() => Promise.resolve(new Uint8Array(8))),
      FormatError,
      "bytes are wanted; got 8",
    );
  },
});

/** Writes FlatBuffers front to back: what is referred to stands behind, its writer tells where. */
class FlatWriter {
  readonly #bytes: number[] = [0, 0, 0, 0];

  finish(root: () => number): Uint8Array {
    this.#set(0, root());
    return Uint8Array.from(this.#bytes);
  }

  /** Fields of 4 bytes: a number, or the writer of what the field refers to. */
  table(fields: readonly (number | (() => number) | undefined)[]): number {
    this.#align();
    const offsets = this.#bytes.length;
    const words = [4 + 2 * fields.length, 4 + 4 * fields.length];
    fields.forEach((field, index) => words.push(field === undefined ? 0 : 4 + 4 * index));
    for (const word of words) this.#bytes.push(word & 255, word >> 8);
    this.#align();
    const table = this.#push(this.#bytes.length - offsets);
    this.#refer(fields.map((field) => field ?? 0));
    return table;
  }

  tables(writers: readonly (() => number)[]): number {
    this.#align();
    const vector = this.#push(writers.length);
    this.#refer(writers);
    return vector;
  }

  vector(values: Int8Array | Int32Array | Float32Array): number {
    this.#align();
    const vector = this.#push(values.length);
    for (const byte of new Uint8Array(values.buffer)) this.#bytes.push(byte);
    return vector;
  }

  #refer(entries: readonly (number | (() => number))[]): void {
    const places = entries.map((entry) => this.#push(typeof entry === "number" ? entry : 0));
    for (const [index, entry] of entries.entries()) {
      const place = places[index]!;
      if (typeof entry === "function") this.#set(place, entry() - place);
    }
  }

  #push(value: number): number {
    this.#bytes.push(0, 0, 0, 0);
    this.#set(this.#bytes.length - 4, value);
    return this.#bytes.length - 4;
  }

  #set(at: number, value: number): void {
    for (let k = 0; k < 4; k++) this.#bytes[at + k] = value >>> (8 * k) & 255;
  }

  #align(): void {
    while (this.#bytes.length % 4 !== 0) this.#bytes.push(0);
  }
}

interface Made {
  readonly code: number;
  readonly shape: readonly number[];
  readonly weight: Int8Array;
  readonly scale: Float32Array;
  readonly bias: Int32Array;
  readonly biasScale: Float32Array;
}

/** A model with one operator a layer, among others without weights. */
function writeModel(layers: readonly Made[]): Uint8Array {
  const flat = new FlatWriter(), codes = [3, 4, 9, 0];
  const tensor =
    (shape: readonly number[], type: number, buffer: number, scale: Float32Array) => (): number =>
      flat.table([
        () => flat.vector(Int32Array.from(shape)),
        type,
        buffer,
        undefined,
        () => flat.table([undefined, undefined, () => flat.vector(scale)]),
      ]);
  const tensors = layers.flatMap(({ shape, scale, bias, biasScale }, index) => [
    tensor(shape, 9, 2 * index + 1, scale),
    tensor([bias.length], 2, 2 * index + 2, biasScale),
  ]);
  const operators = layers.flatMap(({ code }, index) => [
    () => flat.table([3, () => flat.vector(Int32Array.of(0, 0))]),
    () =>
      flat.table([
        codes.indexOf(code),
        () => flat.vector(Int32Array.of(0, 2 * index, 2 * index + 1)),
      ]),
  ]);
  const buffers = layers.flatMap(({ weight, bias }) => [
    () => flat.table([() => flat.vector(weight)]),
    () => flat.table([() => flat.vector(new Int8Array(bias.buffer))]),
  ]);
  return flat.finish(() =>
    flat.table([
      3,
      () => flat.tables(codes.map((code) => () => flat.table([code, 0, 0, code]))),
      () =>
        flat.tables([() =>
          flat.table([
            () => flat.tables(tensors),
            undefined,
            undefined,
            () => flat.tables(operators),
          ])]),
      undefined,
      () => flat.tables([() => flat.table([]), ...buffers]),
    ])
  );
}

function madeLayer(shape: readonly number[], depthwise: boolean, isMatrix: boolean): Made {
  const [out = 0, inner = 0, height = 0, width = 0] = shape;
  const weight = Int8Array.from({ length: out * inner * height * width }, (_, at) => at * 31 >> 2);
  return {
    code: isMatrix ? 9 : depthwise ? 4 : 3,
    shape: isMatrix
      ? [out, inner]
      : depthwise
      ? [1, height, width, out]
      : [out, height, width, inner],
    weight,
    scale: Float32Array.from({ length: out }, (_, at) => 0.01 + at / 1000),
    bias: Int32Array.from({ length: out }, (_, at) => 1000 * at - 7000),
    biasScale: Float32Array.of(0.5),
  };
}

const small = [madeLayer([2, 3, 1, 2], false, false), madeLayer([4, 1, 2, 2], true, false)];

Deno.test("layers of a TensorFlow Lite model come with weights, scales and biases", () => {
  const layers = readTflite(writeModel(small), "model.tflite");
  assertEquals(layers.map(({ kind }) => kind), ["convolution", "depthwise"]);
  for (const [index, { shape, weight, scale, bias }] of layers.entries()) {
    const made = small[index]!;
    assertEquals([shape, weight, scale], [made.shape, made.weight, made.scale]);
    assertEquals([...bias], [...made.bias].map((value) => value * 0.5));
  }
});

Deno.test("a cut or altered TensorFlow Lite model is refused, never misread beyond its end", () => {
  const whole = writeModel(small);
  for (let length = 0; length < whole.length; length += 7) {
    assertThrows(() => {
      const layers = readTflite(whole.slice(0, length), "model.tflite");
      if (layers.length < small.length) throw new FormatError("fewer layers");
    }, FormatError);
  }
  for (let at = 0; at < whole.length; at++) {
    const altered = whole.slice();
    altered[at] = altered[at]! ^ 0x5a;
    try {
      readTflite(altered, "model.tflite");
    } catch (error) {
      assert(error instanceof FormatError, `${at}: ${error}`);
    }
  }
});

Deno.test("MobileNetV2 is put together from a model with its layers, and from no other", () => {
  const table = [...MOBILENET_V2_LAYERS, MOBILENET_V2_CLASSIFIER];
  const made = table.map(({ shape, depthwise, name }) =>
    madeLayer(shape, depthwise === true, name === "logits")
  );
  const tensors = readSafetensors(mobilenetFromTflite(writeModel(made)), "made");
  assertEquals(tensors.tensors.size, 3 * table.length);
  for (const [index, { name, shape, depthwise }] of table.entries()) {
    const info = tensors.tensors.get(`${name}.weight`);
    assertEquals([info?.dtype, info?.shape], ["I8", [...shape]]);
    const { weight, scale } = made[index]!, values = tensors.values(`${name}.weight`);
    assertEquals(tensors.floats(`${name}.scale`), scale);
    const [out, inner, height, width] = shape, area = height * width;
    const [o, i, at] = [out - 1, inner >> 1, area >> 1];
    const from = depthwise ? at * out + o : (o * area + at) * inner + i;
    assertEquals(values[(o * inner + i) * area + at], weight[from], name);
  }
  assertThrows(() => mobilenetFromTflite(writeModel(small)), FormatError, "53 layers; got 2");
});
