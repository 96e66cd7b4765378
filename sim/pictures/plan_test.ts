import { assert, assertEquals, assertThrows } from "@std/assert";
import { OptionError } from "../../core/errors.ts";
import { sampleImages } from "../output/sample_summary.ts";
import type { PlannedPoint } from "../plan.ts";
import { planPictures, shownConditions } from "./plan.ts";
import { spread } from "./spread.ts";

function points(snrsDb: readonly number[], cbrs: readonly string[] = ["1/48"]): PlannedPoint[] {
  return cbrs.flatMap((cbrTarget) =>
    snrsDb.map((snrDb) => ({
      codec: {
        request: { plugins: [], codec: "a", options: {}, rate: "per-image" as const },
        label: "A",
      },
      session: { cbr: 1 / 48, snrDb, channel: "awgn", sideInformation: "ideal" as const },
      channel: { id: "awgn", options: {} },
      cbrTarget,
      snrDb,
    }))
  );
}

Deno.test("a few of many are spread evenly, and all are taken when there are no more", () => {
  assertEquals(spread([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 2), [2, 7]);
  assertEquals(spread([0, 1, 2], 3), [0, 1, 2]);
  assertEquals(spread([0, 1, 2], 9), [0, 1, 2]);
  assertEquals(spread([0, 1, 2], 0), []);
  assertEquals(new Set(spread([...Array(24).keys()], 6)).size, 6);
});

Deno.test("twice as many pictures are kept as are shown, of the first trial alone", () => {
  const images = sampleImages(24), all = points([1, 4, 7]);
  const { candidates, wants } = planPictures(3, all, images);
  assertEquals(candidates.map(({ name }) => name), [
    "kodim03.png",
    "kodim07.png",
    "kodim11.png",
    "kodim15.png",
    "kodim19.png",
    "kodim23.png",
  ]);
  const kept = images.filter((image) => all.every((point) => wants(point, image, 0)));
  assertEquals(kept, candidates);
  assert(!images.some((image) => all.some((point) => wants(point, image, 1))));
  assertEquals(planPictures(0, all, images).candidates, []);
});

Deno.test("pictures are kept by name, with or without the ending; an unknown name is refused", () => {
  const images = sampleImages(24);
  const { candidates } = planPictures(["kodim15", "kodim02.png", "kodim15"], points([1]), images);
  assertEquals(candidates.map(({ name }) => name), ["kodim15.png", "kodim02.png"]);
  const error = assertThrows(() => planPictures(["kodim99"], points([1]), images), OptionError);
  assert(error.message.includes("--pictures") && error.message.includes('"kodim99"'));
});

Deno.test("of a variant a picture is kept at the end, when it is known which one is shown", () => {
  const images = sampleImages(2), [point] = points([1]);
  const variant = { ...point!, codec: { ...point!.codec, variantOf: {} } };
  const { wants, wantsOfVariant } = planPictures(1, [variant], images);
  assertEquals(images.filter((image) => wants(variant, image, 0)), []);
  assertEquals(images.filter((image) => wantsOfVariant(variant, image, 0)), images);
  assertEquals(images.filter((image) => wantsOfVariant(variant, image, 1)), []);
});

Deno.test("however many SNRs and CBRs there are, six conditions are shown, the same SNRs for all", () => {
  const shown = (snrsDb: number[], cbrs?: string[]): [string, number][] =>
    shownConditions(
      points(snrsDb, cbrs).map(({ snrDb, session, cbrTarget }) => ({
        channel: session.channel,
        cbrTarget,
        snrDb,
        assumedSnrDb: snrDb,
      })),
    ).map(({ cbrTarget, snrDb }) => [cbrTarget, snrDb]);
  assertEquals(shown([1, 4, 7, 10, 13]).length, 5);
  assertEquals(shown([...Array(20).keys()]).length, 6);
  assertEquals(shown([1, 4, 7, 10, 13], ["1/48", "1/16"]), [
    ["1/48", 1],
    ["1/48", 7],
    ["1/48", 13],
    ["1/16", 1],
    ["1/16", 7],
    ["1/16", 13],
  ]);
  const many = Array.from({ length: 40 }, (_, n) => `1/${n + 2}`);
  assertEquals(shown([1, 7], many).length, 6);
});
