import { assertEquals, assertThrows } from "@std/assert";
import { CapabilityError, DataError, OptionError } from "../../errors.ts";
import { chooseCheckpoint, type ShelvedCheckpoint, useCheckpoint } from "./choose.ts";
import { readManifest } from "./manifest.ts";
import { TEXTS } from "./sample_files.ts";

const base = readManifest(TEXTS.manifest, "w.json");

function checkpoint(snrDb: number, cbr = "1/48", preset = "compact"): ShelvedCheckpoint {
  const file = `${preset}-${cbr.replace("/", "_")}-${snrDb}.safetensors`;
  return { file, manifest: { ...base, snrDb, cbr, preset } };
}

const shelf = [
  checkpoint(10),
  checkpoint(1),
  checkpoint(4),
  checkpoint(10, "1/16"),
  checkpoint(7, "1/48", "bourtsoulatze-2019"),
];
const wish = { codec: "deepjscc", preset: "compact", cbr: 1 / 48, snrDb: 10 };

Deno.test("the checkpoint of the session's SNR is chosen, without a note", () => {
  assertEquals(chooseCheckpoint(shelf, wish), { checkpoint: shelf[0]!, note: null });
  assertEquals(
    chooseCheckpoint(shelf, { ...wish, cbr: 1 / 16 }),
    { checkpoint: shelf[3]!, note: null },
  );
});

Deno.test("else the nearest is chosen, of two equally near ones the lower, and a note says so", () => {
  const chosen = [-3, 2, 2.5, 3, 7, 7.1, 30].map((snrDb) => {
    const { checkpoint, note } = chooseCheckpoint(shelf, { ...wish, snrDb });
    assertEquals(note, `nearest checkpoint: ${checkpoint.manifest.snrDb} dB for ${snrDb} dB`);
    return checkpoint.manifest.snrDb;
  });
  assertEquals(chosen, [1, 1, 1, 4, 4, 10, 10]);
});

Deno.test("the choice does not depend on the order of the shelf", () => {
  for (let snrDb = -2; snrDb < 15; snrDb += 0.5) {
    assertEquals(
      chooseCheckpoint(shelf.toReversed(), { ...wish, snrDb }),
      chooseCheckpoint(shelf, { ...wish, snrDb }),
    );
  }
});

Deno.test("a rate or preset without weights is refused, and the text says what there is", () => {
  const rates = "preset compact at CBR 1/48 (1, 4, 10 dB), preset compact at CBR 1/16 (10 dB)";
  assertThrows(
    () => chooseCheckpoint(shelf, { ...wish, cbr: 1 / 24 }),
    CapabilityError,
    `deepjscc, preset compact, CBR 1/24: no weights; there are ${rates}`,
  );
  assertThrows(
    () => chooseCheckpoint([], wish),
    CapabilityError,
    "there are none of deepjscc at all",
  );
  assertThrows(
    () => chooseCheckpoint(shelf, { ...wish, codec: "x" }),
    CapabilityError,
    "none of x",
  );
});

Deno.test("two checkpoints for one SNR are refused: the choice would be an accident", () => {
  const twice = [...shelf, { ...shelf[1]!, file: "other" }];
  assertThrows(() => chooseCheckpoint(twice, wish), DataError, "two checkpoints for 1 dB");
});

Deno.test("a checkpoint that the user named is used at any SNR, and always noted", () => {
  assertEquals(
    useCheckpoint(shelf[0]!, wish).note,
    "checkpoint from a file: compact-1_48-10.safetensors",
  );
  assertEquals(
    useCheckpoint(shelf[0]!, { ...wish, snrDb: 7 }).note,
    "checkpoint from a file: compact-1_48-10.safetensors, 10 dB for 7 dB",
  );
});

Deno.test("a named checkpoint of another codec, preset or rate is refused by name", () => {
  const refused = (change: Partial<typeof wish>, text: string) =>
    assertThrows(() => useCheckpoint(shelf[0]!, { ...wish, ...change }), OptionError, text);
  refused({ codec: "gan-jscc" }, 'weights "compact-1_48-10.safetensors" are for codec deepjscc');
  refused({ preset: "adjscc" }, "are for preset compact");
  refused({ cbr: 1 / 16 }, "are for CBR 1/48");
});
