/**
 * The pictures of a run as one figure: a row a picture, the original and every reconstruction, whole
 * and close up, with their scores.
 *
 * @module
 */
import type { RgbImage } from "../../core/image.ts";
import { type Area, shrink } from "../pictures/cut.ts";
import { pngOf } from "../pictures/lossless.ts";
import type { MetricColumn, Summary } from "../summary.ts";
import type { ShownPicture, Tile } from "./report/gallery.ts";
import { dataUrl, escapeHtml } from "./report/html.ts";
import { bestTiles, conditionText, inOrder, scoresOf } from "./report/scores.ts";
import { distinct, printable } from "./text.ts";
import { FIGURE_FONT, textWidth } from "./text_width.ts";

const COLUMN = 176;
const GAP = 8;
const LINE = 15;
const FONT_SIZE = 12;
/** Samples across a column: enough where a pixel of the page is several of the screen. */
const COLUMN_SAMPLES = 1.5 * COLUMN;
const FRAME = "#ff2f00";

/** The figure as SVG; its pictures are PNG files inside. */
export function pictureGrid(summary: Summary, gallery: readonly ShownPicture[]): string {
  const labels = distinct(summary.points.map(({ label }) => label));
  const columns = 1 + Math.max(0, ...gallery.map((shown) => wholeTiles(shown, labels).length));
  const parts: string[] = [];
  let top = GAP;
  for (const shown of gallery) {
    const row = gridRow(shown, labels, summary.metrics, top);
    parts.push(row.text);
    top += row.height;
  }
  const width = columns * (COLUMN + GAP) + GAP;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top}" viewBox="0 0 ${width} ${top}" font-family="${
    escapeHtml(FIGURE_FONT)
  }" font-size="${FONT_SIZE}">
<title>Original and reconstructions, whole and close up</title>
<rect width="100%" height="100%" fill="white"/>
${parts.join("")}</svg>
`;
}

function wholeTiles({ rows }: ShownPicture, labels: readonly string[]): Tile[] {
  return inOrder(rows.find(({ isWhole }) => isWhole)?.tiles ?? [], labels);
}

function gridRow(
  shown: ShownPicture,
  labels: readonly string[],
  metrics: readonly MetricColumn[],
  top: number,
): { text: string; height: number } {
  const { original, area, image, rows } = shown;
  const tiles = wholeTiles(shown, labels);
  const condition = rows.find(({ isWhole }) => isWhole)?.condition;
  const best = bestTiles(tiles, metrics);
  const heads = ["Original", ...tiles.map(({ label }) => label)].map((name) => linesOf(name));
  const place = { top, headLines: Math.max(...heads.map((lines) => lines.length)) };
  const cells = [
    gridCell(0, place, {
      head: heads[0] ?? [],
      whole: original.image,
      closeUp: original.closeUp,
      area,
      below: [],
    }),
    ...tiles.map((tile, n) =>
      gridCell(n + 1, place, {
        head: heads[n + 1] ?? [],
        whole: tile.whole?.image ?? original.image,
        closeUp: tile.closeUp,
        area,
        below: scoresOf(tile.unit, metrics).map(({ id, text }) => ({
          text,
          isBest: best.has(`${id} ${tile.label}`),
        })),
      })
    ),
  ];
  const caption = `${image.name}${condition ? `, ${conditionText(condition)}` : ""}`;
  const height = Math.max(...cells.map((cell) => cell.height));
  return {
    text: `${cells.map(({ text }) => text).join("")}${
      textAt(GAP, top + height + LINE, caption, "#555555")
    }`,
    height: height + 2.5 * LINE,
  };
}

interface GridCell {
  readonly head: readonly string[];
  readonly whole: RgbImage;
  readonly closeUp: RgbImage;
  readonly area: Area;
  readonly below: readonly { readonly text: string; readonly isBest: boolean }[];
}

function gridCell(
  column: number,
  { top, headLines }: { top: number; headLines: number },
  { head, whole, closeUp, area, below }: GridCell,
): { text: string; height: number } {
  const left = GAP + column * (COLUMN + GAP);
  const scale = COLUMN / whole.width;
  const wholeTop = top + headLines * LINE + 4, wholeHeight = round(whole.height * scale);
  const closeTop = wholeTop + wholeHeight + 4;
  const belowTop = closeTop + COLUMN + LINE;
  const small = shrink(whole, Math.max(1, Math.floor(whole.width / COLUMN_SAMPLES)));
  return {
    text: [
      ...head.map((line, n) => textAt(left, top + (n + 0.8) * LINE, line, "black", true)),
      imageAt(left, wholeTop, wholeHeight, small, ""),
      `<rect x="${round(left + area.left * scale)}" y="${
        round(wholeTop + area.top * scale)
      }" width="${round(area.width * scale)}" height="${
        round(area.height * scale)
      }" fill="none" stroke="${FRAME}" stroke-width="1.5"/>\n`,
      imageAt(left, closeTop, COLUMN, closeUp, ' style="image-rendering:pixelated"'),
      ...below.map(({ text, isBest }, n) =>
        textAt(left, belowTop + n * LINE, text, isBest ? "black" : "#555555", isBest)
      ),
    ].join(""),
    height: belowTop - top + below.length * LINE,
  };
}

function imageAt(
  left: number,
  top: number,
  height: number,
  image: RgbImage,
  style: string,
): string {
  return `<image x="${left}" y="${
    round(top)
  }" width="${COLUMN}" height="${height}" preserveAspectRatio="none"${style} href="${
    dataUrl("image/png", pngOf(image)).text
  }"/>\n`;
}

function textAt(left: number, top: number, text: string, colour: string, bold = false): string {
  return `<text x="${left}" y="${round(top)}" fill="${colour}"${
    bold ? ' font-weight="bold"' : ""
  }>${escapeHtml(printable(text))}</text>\n`;
}

/** A label in lines that a column holds, broken between words. */
function linesOf(text: string): string[] {
  const lines = [""];
  for (const word of printable(text).split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (lines.at(-1) === "" || textWidth(longer, FONT_SIZE, true) <= COLUMN) {
      lines[lines.length - 1] = longer;
    } else lines.push(word);
  }
  return lines;
}

function round(value: number): number {
  return Math.round(100 * value) / 100;
}
