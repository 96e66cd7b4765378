import { assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../core/errors.ts";
import { readSafetensors, writeSafetensors } from "../core/tensor/checkpoint/safetensors.ts";
import { zeros } from "../core/tensor/nn/initialisers.ts";
import type { Declarations } from "../core/tensor/nn/parameters.ts";
import type { Snapshot } from "./network.ts";
import { DEFAULTS } from "./settings.ts";
import { formatState, openState, snapshotOf, type TrainingRecord } from "./state_file.ts";

const declarations: Declarations = {
  a: { shape: [2], layout: "plain", initial: zeros },
  b: { shape: [1], layout: "plain", initial: zeros },
};
const record: TrainingRecord = {
  settings: { ...DEFAULTS, codec: "toy", preset: "small", data: "photos" },
  ...{ version: "1", options: { width: 2 }, step: 7, hours: 0.5, best: null, counts: [7] },
  ...{ logBytes: 10, engine: "wasm", pictures: 3 },
};
const snapshot: Snapshot = {
  values: new Map([["a", Float32Array.of(1 / 3, -2)], ["b", Float32Array.of(5)]]),
  average: new Map([["a", Float32Array.of(0.1, 0.2)]]),
  first: new Map([["a", Float32Array.of(1e-30, 0)]]),
  second: new Map([["a", Float32Array.of(1e-38, 1e38)]]),
  counts: [7],
};

Deno.test("a training checkpoint gives back what was put in, to the bit", () => {
  const bytes = formatState(record, snapshot, declarations);
  const state = openState(bytes, "f");
  assertEquals(state.record, record);
  assertEquals(snapshotOf(state, declarations), snapshot);
  assertEquals(formatState(record, snapshot, declarations), bytes);
});

function withRecord(text: string): Uint8Array {
  const { tensors } = readSafetensors(formatState(record, snapshot, declarations), "f");
  assertEquals(tensors.size, 5);
  const none = new Map([["values.a", { shape: [1], values: new Float32Array(1) }]]);
  return writeSafetensors(none, new Map([["semcast.training", text]]));
}

Deno.test("a damaged record is refused, with the place where it is wrong", () => {
  const change = (part: object): string => JSON.stringify({ ...record, ...part });
  const settings = (part: object): string =>
    JSON.stringify({ ...record, settings: { ...record.settings, ...part } });
  const refusals = [
    ["{", "no JSON"],
    ["null", "record: an object"],
    ["[]", "record.settings"],
    [change({ step: "7" }), "record.step: a number"],
    [change({ counts: ["7"] }), "record.counts[0]"],
    [change({ best: "x" }), "record.best: a number or null"],
    [settings({ valid: 3 }), "record.settings.valid: a text"],
    [settings({ data: null }), "record.settings.data: a text"],
    [settings({ steps: {} }), "record.settings.steps: a number"],
  ] as const;
  for (const [text, wanted] of refusals) {
    assertThrows(() => openState(withRecord(text), "f"), FormatError, wanted);
  }
});

Deno.test("a checkpoint of another network is refused, naming the parameter", () => {
  const state = openState(formatState(record, snapshot, declarations), "f");
  const { a, b } = declarations as { a: Declarations[string]; b: Declarations[string] };
  assertThrows(() => snapshotOf(state, { a }), FormatError, 'no parameter "b"');
  assertThrows(() => snapshotOf(state, { a, b, c: b }), FormatError, 'it has no parameter "c"');
  const other = { ...a, shape: [3] };
  assertThrows(() => snapshotOf(state, { a: other, b }), FormatError, "[3]");
});
