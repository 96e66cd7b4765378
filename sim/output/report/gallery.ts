/**
 * The pictures of a report: which are shown, at which conditions, and which part of them close up.
 *
 * @module
 */
import { isDeliberate } from "../../../core/errors.ts";
import type { ImageSize, RgbImage } from "../../../core/image.ts";
import { type Area, cut, windowOf } from "../../pictures/cut.ts";
import { cutOutSide, DifferenceMap } from "../../pictures/differ.ts";
import { decodeLossless } from "../../pictures/lossless.ts";
import {
  candidatePictures,
  type Condition,
  conditionName,
  shownConditions,
} from "../../pictures/plan.ts";
import type { PlannedImage } from "../../plan.ts";
import type { Point } from "../../summary.ts";
import type { UnitResult } from "../../unit.ts";
import { idOf, type Source } from "./results.ts";

/** One reconstruction. */
export interface Tile {
  /** Of the codec. */
  readonly label: string;
  readonly unit: UnitResult;
  readonly closeUp: RgbImage;
  /** All that was kept of it, in the row that is shown whole. */
  readonly whole?: Kept;
}

/** A kept picture: its file, and what that holds. */
export interface Kept {
  readonly file: Uint8Array;
  readonly image: RgbImage;
}

/** The reconstructions under one condition, in the order of the codecs. */
export interface TileRow {
  readonly condition: Condition;
  /** Whether its tiles have wholes. */
  readonly isWhole: boolean;
  readonly tiles: readonly Tile[];
}

/** One picture of the data set and what became of it. */
export interface ShownPicture {
  readonly image: PlannedImage;
  readonly original: Kept & { readonly closeUp: RgbImage };
  /** Where the close-ups lie in what was kept: the same for all. */
  readonly area: Area;
  readonly rows: readonly TileRow[];
}

/** The pictures that a report shows, in the order of the data set, one after another. */
export async function* galleryOf(source: Source): AsyncGenerator<ShownPicture> {
  for (const image of shownPictures(source)) {
    const shown = await picture(source, image);
    if (shown) yield shown;
  }
}

/**
 * Those asked for by name; or of the candidates those on which the codecs lie furthest apart, by
 * the first metric: mean over the conditions of the range over codecs.
 */
function shownPictures(source: Source): PlannedImage[] {
  const { experiment: { pictures }, summary, store } = source;
  const candidates = candidatePictures(pictures, summary.data.list)
    .filter(({ digest }) => store.hasPicture(digest));
  if (typeof pictures !== "number") return candidates;
  const ranked = candidates.map((image) => ({ image, spread: spreadOf(source, image) }))
    .sort((a, b) => b.spread - a.spread) // stable: the earlier one of equals comes first
    .slice(0, pictures).map(({ image }) => image);
  return candidates.filter((image) => ranked.includes(image));
}

function spreadOf(source: Source, image: PlannedImage): number {
  const { summary: { points, metrics }, store } = source;
  const metric = metrics[0]?.id ?? "";
  const ranges = shownConditions(points).map((condition) => {
    const values = pointsUnder(condition, points)
      .map((point) => store.get(idOf(source, point, image, 0), []))
      .filter((unit) => unit !== undefined && !unit.outage)
      .map((unit) => unit?.metrics[metric] ?? NaN).filter(Number.isFinite);
    return values.length > 1 ? Math.max(...values) - Math.min(...values) : 0;
  });
  return ranges.reduce((sum, range) => sum + range, 0);
}

function pointsUnder(condition: Condition, points: readonly Point[]): Point[] {
  const name = conditionName(condition);
  return points.filter((point) => conditionName(point) === name);
}

/** A reconstruction that was read from the store. */
interface Received extends Kept {
  readonly label: string;
  readonly unit: UnitResult;
}

async function picture(source: Source, image: PlannedImage): Promise<ShownPicture | undefined> {
  const original = await kept(source, image.digest);
  if (!original || !sameSize(original.image, windowOf(image))) return undefined;
  const rows: { condition: Condition; received: Received[] }[] = [];
  for (const condition of shownConditions(source.summary.points)) {
    const received = await receivedUnder(source, condition, image, original.image);
    if (received.length > 0) rows.push({ condition, received });
  }
  if (rows.length === 0) return undefined;
  const map = new DifferenceMap(original.image);
  for (const { received } of rows) {
    // What failed is grey, and differs from all others everywhere.
    const pictures = received.filter(({ unit }) => !unit.outage).map((one) => one.image);
    if (pictures.length > 1) map.add(pictures);
    else if (pictures[0]) map.add([original.image, pictures[0]]);
  }
  const area = map.largest(cutOutSide(original.image));
  const middle = (rows.length - 1) >> 1;
  return {
    image,
    original: { ...original, closeUp: cut(original.image, area) },
    area,
    rows: rows.map(({ condition, received }, row) => ({
      condition,
      isWhole: row === middle,
      tiles: received.map(({ label, unit, file, image: whole }) => ({
        label,
        unit,
        closeUp: cut(whole, area),
        ...row === middle ? { whole: { file, image: whole } } : {},
      })),
    })),
  };
}

async function receivedUnder(
  source: Source,
  condition: Condition,
  image: PlannedImage,
  original: RgbImage,
): Promise<Received[]> {
  const received: Received[] = [];
  for (const point of pointsUnder(condition, source.summary.points)) {
    const id = idOf(source, point, image, 0);
    const unit = source.store.get(id, []);
    const found = unit && await kept(source, id);
    if (!found || !sameSize(found.image, original)) continue;
    received.push({ ...found, label: point.label, unit });
  }
  return received;
}

function sameSize(a: ImageSize, b: ImageSize): boolean {
  return a.width === b.width && a.height === b.height;
}

/** A picture of the store; a damaged one is as one that is not there. */
async function kept({ store }: Source, id: string): Promise<Kept | undefined> {
  const file = store.picture(id);
  if (!file) return undefined;
  try {
    return { file, image: await decodeLossless(file, id) };
  } catch (error) {
    if (isDeliberate(error)) return undefined;
    throw error;
  }
}
