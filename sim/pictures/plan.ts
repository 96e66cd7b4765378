/**
 * Which reconstructions a run keeps, so that its report can show them. Fixed before the run: a
 * picture is large, and most are never looked at.
 *
 * Kept are the first trial of a few pictures spread over the data set, at a few conditions spread
 * over the experiment. The report chooses among them, when the results are known.
 *
 * @module
 */
import { OptionError } from "../../core/errors.ts";
import { nearest } from "../../core/nearest.ts";
import type { Experiment } from "../experiment.ts";
import type { PlannedImage, PlannedPoint, WantsPicture } from "../plan.ts";
import { spread } from "./spread.ts";

/** How many pictures are kept for one that is shown: among them the report chooses. */
const CANDIDATES_PER_PICTURE = 2;

/** Most conditions (channel, CBR, SNR) at which a picture is kept. */
const MOST_CONDITIONS = 6;

/** Under what a picture was sent. */
export interface Condition {
  readonly channel: string;
  readonly cbrTarget: string;
  readonly snrDb: number;
  readonly assumedSnrDb: number;
}

/** Says of each unit whether its reconstruction is kept. */
export interface PicturePlan {
  /** Pictures of the data set of which reconstructions are kept, in its order. */
  readonly candidates: readonly PlannedImage[];
  /** During the run. Variants of an envelope are many: which one is shown is known at the end. */
  readonly wants: WantsPicture;
  /** At the end, of the variants that are shown. */
  readonly wantsOfVariant: WantsPicture;
}

/** Nothing is kept. */
export const NO_PICTURES: PicturePlan = {
  candidates: [],
  wants: () => false,
  wantsOfVariant: () => false,
};

/**
 * Plans the pictures of an experiment.
 *
 * @throws {OptionError} When a picture is named that the data set does not have.
 */
export function planPictures(
  asked: Experiment["pictures"],
  points: readonly PlannedPoint[],
  images: readonly PlannedImage[],
): PicturePlan {
  const candidates = candidatePictures(asked, images);
  const digests = new Set(candidates.map(({ digest }) => digest));
  const conditions = new Set(shownConditions(points.map(conditionOf)).map(conditionName));
  const isShown: WantsPicture = (point, image, trial) =>
    trial === 0 && digests.has(image.digest) && conditions.has(conditionName(conditionOf(point)));
  return {
    candidates,
    wants: (point, image, trial) => !point.codec.variantOf && isShown(point, image, trial),
    wantsOfVariant: isShown,
  };
}

/**
 * The pictures of which reconstructions are kept: those named, or twice as many as are shown.
 *
 * @throws {OptionError} When a picture is named that the data set does not have.
 */
export function candidatePictures(
  asked: Experiment["pictures"],
  images: readonly PlannedImage[],
): PlannedImage[] {
  if (typeof asked === "number") return spread(images, CANDIDATES_PER_PICTURE * asked);
  return [...new Set(asked.map((name) => named(name, images)))];
}

function named(name: string, images: readonly PlannedImage[]): PlannedImage {
  const found = images.find((image) => image.name === name || stem(image.name) === name);
  if (found) return found;
  const names = images.map((image) => image.name);
  throw new OptionError(
    `--pictures: names of pictures of the data set${nearest(name, names)}; got "${name}"`,
  );
}

function stem(file: string): string {
  return file.replace(/\.\w+$/, "");
}

function conditionOf({ session, cbrTarget, snrDb }: PlannedPoint): Condition {
  return { channel: session.channel, cbrTarget, snrDb, assumedSnrDb: session.snrDb };
}

/** One text for one condition. */
export function conditionName(
  { channel, cbrTarget, snrDb, assumedSnrDb }: Condition,
): string {
  return JSON.stringify([channel, cbrTarget, snrDb, assumedSnrDb]);
}

/**
 * A few conditions of an experiment: of every channel and CBR (or of a few of them) the same number
 * of SNRs, spread over those that there are, in the order given.
 */
export function shownConditions<C extends Condition>(all: Iterable<C>): C[] {
  const unique = [...new Map([...all].map((one) => [conditionName(one), one])).values()];
  const groups = [
    ...Map.groupBy(unique, (one) => JSON.stringify([one.channel, one.cbrTarget])).values(),
  ];
  const shown = spread(groups, MOST_CONDITIONS);
  const each = Math.max(1, Math.floor(MOST_CONDITIONS / Math.max(1, shown.length)));
  return shown.flatMap((group) => spread(group, each));
}
