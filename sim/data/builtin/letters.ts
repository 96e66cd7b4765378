/**
 * A plain alphabet of strokes, for text in a scene.
 *
 *     0 1 2      A glyph has 3 x 5 nodes, named by hexadecimal digits. It is drawn as
 *     3 4 5      lines through nodes: L is "0ce", down the left side and along the foot.
 *     6 7 8
 *     9 a b
 *     c d e
 *
 * @module
 */

const GLYPHS: Readonly<Record<string, string>> = {
  A: "c31 15e 68",
  B: "0c 01576 7bdc",
  C: "5139db",
  D: "0c 015bdc",
  E: "20ce 67",
  F: "20c 67",
  G: "5139db87",
  H: "0c 2e 68",
  I: "1d",
  J: "2bd9",
  K: "0c 26e",
  L: "0ce",
  M: "c072e",
  N: "c0e2",
  O: "139db51",
  P: "0c 01576",
  Q: "139db51 ae",
  R: "0c 01576 7e",
  S: "5137bd9",
  T: "02 1d",
  U: "09db2",
  V: "0d2",
  W: "0c7e2",
  X: "0e 2c",
  Y: "072 7d",
  Z: "02ce",
  1: "31d ce",
  4: "19b 1d",
  8: "157bd9731",
  9: "51375bd",
};

/** A straight stroke from (x0, y0) to (x1, y1). */
export type Stroke = readonly [x0: number, y0: number, x1: number, y1: number];

/** Advance from one letter to the next, in heights of a capital. */
const ADVANCE = 0.82, WIDTH = 0.56;

/** Width of a text, in heights of a capital. */
export function textWidth(text: string): number {
  return text.length * ADVANCE - (ADVANCE - WIDTH);
}

/** The strokes of a text whose capitals are 1 high, from (0, 0) to the lower right. */
export function strokesOf(text: string): Stroke[] {
  return [...text].flatMap((letter, index) =>
    (GLYPHS[letter] ?? "").split(" ").flatMap((line) => strokesOfLine(line, index * ADVANCE))
  );
}

function strokesOfLine(line: string, left: number): Stroke[] {
  const points = [...line].map((name) => {
    const node = parseInt(name, 16);
    return [left + (node % 3) * WIDTH / 2, Math.floor(node / 3) / 4] as const;
  });
  return points.slice(1).map(([x1, y1], index) => {
    const [x0, y0] = points[index] as readonly [number, number];
    return [x0, y0, x1, y1];
  });
}
