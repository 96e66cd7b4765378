/**
 * Widths of texts in figures, from the letters alone: no canvas and no font of the machine is
 * asked, so that a figure is laid out the same everywhere.
 *
 * Source: the advance widths of Helvetica (Adobe font metrics), which Arial, Liberation Sans and
 * Nimbus Sans share; in thousandths of the font size.
 *
 * @module
 */

/** Fonts of these widths, the usual ones first. */
export const FIGURE_FONT = "Helvetica, Arial, 'Liberation Sans', 'Nimbus Sans', sans-serif";

const LETTERS: readonly (readonly [number, string])[] = [
  [191, "'"],
  [222, "ijl"],
  [260, "|"],
  [278, " !,./:;I[\\]ft"],
  [333, "()-`r"],
  [334, "{}"],
  [355, '"'],
  [389, "*"],
  [469, "^"],
  [500, "Jcksvxyz"],
  [556, "#$0123456789?L_abdeghnopqu–"],
  [584, "+<=>~±−×"],
  [611, "FTZ"],
  [667, "&ABEKPSVXY"],
  [722, "CDHNRUw"],
  [778, "GOQ"],
  [833, "Mm"],
  [889, "%"],
  [944, "W"],
  [1000, "→←…—"],
  [1015, "@"],
];

const WIDTHS: ReadonlyMap<string, number> = new Map(
  LETTERS.flatMap(([width, letters]) => Array.from(letters, (letter) => [letter, width] as const)),
);

/** Other alphabets run near the width of a capital; nothing is wider than a square. */
const OTHER_LATIN = 667;
const WIDEST = 1000;

/** How much wider bold letters are, on average. */
const BOLD = 1.07;

/** Width in pixels of one line of text. */
export function textWidth(text: string, fontSize: number, bold = false): number {
  let width = 0;
  for (const letter of text) {
    width += WIDTHS.get(letter) ?? (letter < "\u2000" ? OTHER_LATIN : WIDEST);
  }
  return width * fontSize * (bold ? BOLD : 1) / 1000;
}
