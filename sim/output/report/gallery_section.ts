/**
 * The pictures of a report: original and reconstructions side by side, whole and close up.
 *
 * @module
 */
import type { ImageSize, RgbImage } from "../../../core/image.ts";
import { type Area, shrink } from "../../pictures/cut.ts";
import { encodeLossless } from "../../pictures/lossless.ts";
import type { Summary } from "../../summary.ts";
import { distinct, fixed } from "../text.ts";
import type { Kept, ShownPicture, Tile, TileRow } from "./gallery.ts";
import { dataUrl, EMPTY, type Html, markup } from "./html.ts";
import { bestTiles, conditionTexts, inOrder, scoresOf } from "./scores.ts";

const TYPE = "image/webp";

/** How the pictures of a report are laid out. */
export interface GalleryLayout {
  /** Wholes are shown at this fraction of their size, so that a report stays a file to mail. */
  readonly shrinkBy: number;
}

/** One picture: its rows of tiles, first the one that is shown whole. */
export async function pictureSection(
  shown: ShownPicture,
  summary: Summary,
  { shrinkBy }: GalleryLayout,
): Promise<Html> {
  const { image, area, rows } = shown;
  const text = conditionTexts(summary.points);
  const parts: Html[] = [];
  for (const row of rows.toSorted((a, b) => Number(b.isWhole) - Number(a.isWhole))) {
    const place = text(row.condition);
    const tiles = [
      await originalTile(shown, row, shrinkBy),
      ...await receivedTiles(shown, row, { summary, shrinkBy, place }),
    ];
    parts.push(markup`<h4>${row.isWhole ? place : `${place}, close up`}</h4>
<div class="tiles" style="--tiles:${tiles.length}">
${tiles}</div>
`);
  }
  return markup`<section>
<h3>${image.name}</h3>
<p>${image.width} × ${image.height} pixels${
    windowNote(shown)
  }. Close-up: ${area.width} × ${area.height}
pixels from (${area.left}, ${area.top}), where the codecs differ most${
    shrinkBy > 1 ? `; the wholes are shrunk by ${shrinkBy}, the close-ups are not` : ""
  }.${summary.points.some(({ trials }) => trials > 1) ? " Of the first trial." : ""}</p>
${parts}</section>
`;
}

function windowNote({ image, original: { image: { width, height } } }: ShownPicture): string {
  return width < image.width || height < image.height
    ? `, of which the middle ${width} × ${height} are shown (scores are of all)`
    : "";
}

async function originalTile(
  { image, area, original }: ShownPicture,
  { isWhole }: TileRow,
  shrinkBy: number,
): Promise<Html> {
  return tileHtml({
    name: "Original",
    title: `Original: ${image.name}`,
    whole: isWhole ? await wholeHtml(original, area, `Original: ${image.name}`, shrinkBy) : EMPTY,
    closeUp: dataUrl(TYPE, await encodeLossless(original.closeUp)),
    side: area.width,
    caption: EMPTY,
  });
}

async function receivedTiles(
  { image, area }: ShownPicture,
  row: TileRow,
  { summary, shrinkBy, place }: { summary: Summary; shrinkBy: number; place: string },
): Promise<Html[]> {
  const tiles = inOrder(row.tiles, distinct(summary.points.map(({ label }) => label)));
  const best = bestTiles(tiles, summary.metrics);
  const made: Html[] = [];
  for (const tile of tiles) {
    const title = `${tile.label}: ${image.name}, ${place}`;
    made.push(tileHtml({
      name: tile.label,
      title,
      whole: tile.whole ? await wholeHtml(tile.whole, area, title, shrinkBy) : EMPTY,
      closeUp: dataUrl(TYPE, await encodeLossless(tile.closeUp)),
      side: area.width,
      caption: captionHtml(tile, summary, best),
    }));
  }
  return made;
}

function captionHtml(tile: Tile, { metrics }: Summary, best: ReadonlySet<string>): Html {
  const lines = scoresOf(tile.unit, metrics).map(({ id, text }) =>
    best.has(`${id} ${tile.label}`)
      ? markup`<span class="best">${text}<span class="hidden"> (best)</span></span>`
      : markup`<span>${text}</span>`
  );
  return markup`${lines}${tile.unit.outage ? markup`<span>outage</span>` : EMPTY}`;
}

/** A whole picture with a frame where the close-up lies; pressed, it is shown large. */
async function wholeHtml(kept: Kept, area: Area, title: string, shrinkBy: number): Promise<Html> {
  const { url, size } = await wholeFile(kept, shrinkBy);
  return markup`<button type="button" class="whole"><img src="${url}" width="${size.width}" height="${size.height}" alt="${title}">${
    frame(area, kept.image)
  }</button>
`;
}

/** The kept file as it is, where it is shown in its size: nothing is coded twice. */
async function wholeFile(
  { file, image }: Kept,
  shrinkBy: number,
): Promise<{ url: Html; size: ImageSize }> {
  if (shrinkBy <= 1) return { url: dataUrl(TYPE, file), size: image };
  const size = shrink(image, shrinkBy);
  return { url: dataUrl(TYPE, await encodeLossless(size)), size };
}

/** Where the close-up lies, in percent of the whole. */
function frame({ left, top, width, height }: Area, whole: RgbImage): Html {
  const percent = (part: number, all: number): string => fixed(100 * part / all, 3);
  const places = [
    `left:${percent(left, whole.width)}%`,
    `top:${percent(top, whole.height)}%`,
    `width:${percent(width, whole.width)}%`,
    `height:${percent(height, whole.height)}%`,
  ];
  return markup`<i style="${places.join(";")}"></i>`;
}

interface TileParts {
  readonly name: string;
  readonly title: string;
  readonly whole: Html;
  readonly closeUp: Html;
  readonly side: number;
  readonly caption: Html;
}

function tileHtml({ name, title, whole, closeUp, side, caption }: TileParts): Html {
  return markup`<figure class="tile">${whole}<img class="close-up" src="${closeUp}" width="${side}" height="${side}" alt="Close-up of ${title}">
<figcaption><b>${name}</b>${caption}</figcaption></figure>
`;
}
