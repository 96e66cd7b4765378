/**
 * A printed sheet on a plastered wall: text from headline to footnote, slightly turned, in uneven
 * light.
 *
 * @module
 */
import type { RandomKey } from "../../../core/random.ts";
import { between, type Colour, lit, paint } from "./colour.ts";
import type { Canvas } from "./canvas.ts";
import { Draws } from "./draws.ts";
import { type Stroke, strokesOf, textWidth } from "./letters.ts";
import { clamp, mix, Noise, step } from "./noise.ts";

const PLASTER = paint(196, 160, 112), PAPER = paint(238, 232, 216);
const INK = paint(34, 32, 36), RED = paint(178, 36, 30), BLUE = paint(40, 78, 130);
const WORDS =
  "SIGNAL NOISE CHANNEL SYMBOL ENTROPY RATE POWER THE A OF IN TO BIT BLOCK FADING CODE IMAGE \
GAIN SOURCE PARITY QUANTISER MESSAGE RECEIVER TRANSMITTER WITH PER AND".split(" ");

/** The sheet: its upper left corner, its sides, and the direction of its lines (3-4-5 fractions). */
const SHEET = { x: 74, y: 18, width: 262, height: 216, along: [0.9992, 0.04] } as const;

/** Paints the scene. */
export function paintPoster(canvas: Canvas, key: RandomKey): void {
  const noise = new Noise(key.derive("noise")), draws = new Draws(key.derive("text"));
  canvas.paint((x, y) => {
    const [u, v] = onSheet(x, y);
    const light = lightAt(canvas, noise, x, y);
    if (u > 0 && v > 0 && u < SHEET.width && v < SHEET.height) {
      const fibre = 1 + 0.05 * noise.fractal(x / 2.2, y / 2.2, 3, 0.8);
      const fold = Math.abs(v - 108) < 0.7 ? 0.86 : 1 + 0.03 * step(0, 40, v - 108);
      return lit(PAPER, light * fibre * fold);
    }
    return lit(wall(noise, x, y), light * shadeOfSheet(u - 5, v - 6));
  });
  print(canvas, draws);
  stain(canvas, noise);
}

/** Coordinates on the sheet of a point of the picture. */
function onSheet(x: number, y: number): [number, number] {
  const [cos, sin] = SHEET.along, dx = x - SHEET.x, dy = y - SHEET.y;
  return [dx * cos + dy * sin, dy * cos - dx * sin];
}

function fromSheet(u: number, v: number): [number, number] {
  const [cos, sin] = SHEET.along;
  return [SHEET.x + u * cos - v * sin, SHEET.y + v * cos + u * sin];
}

function lightAt({ width, height }: Canvas, noise: Noise, x: number, y: number): number {
  const [dx, dy] = [x / width - 0.3, y / height - 0.2];
  return mix(0.75, 1.25, 1 / (1 + 3 * (dx * dx + dy * dy))) + 0.1 * noise.at(x / 90, y / 90);
}

function wall(noise: Noise, x: number, y: number): Colour {
  const rough = noise.fractal(x / 18, y / 18, 6, 0.7);
  const raised = noise.fractal((x + 1.4) / 18, (y + 1.4) / 18, 6, 0.7);
  const bare = step(0.42, 0.5, noise.fractal(x / 70, y / 70, 5, 0.6));
  return lit(
    between(PLASTER, paint(134, 122, 112), bare),
    clamp(0.9 + 0.9 * (rough - raised) + 0.2 * rough, 0.2, 1.6),
  );
}

/** The shadow that the sheet throws to the lower right. */
function shadeOfSheet(u: number, v: number): number {
  const out = Math.max(-u, -v, u - SHEET.width, v - SHEET.height);
  return mix(0.5, 1, step(-4, 5, out));
}

/** Lays out the sheet: a headline, a rule, two columns, a figure. */
function print(canvas: Canvas, draws: Draws): void {
  write(canvas, "SIGNAL", 16, 14, 34, 3.4, RED);
  write(canvas, "NOISE", 17, 57, 18, 2.2, INK);
  write(canvas, "1948", 182, 57, 18, 1.4, BLUE);
  rule(canvas, 16, 84, 230, 1.4);
  const column = (left: number, top: number, size: number, width: number): void => {
    for (let v = top; v < 200; v += 1.75 * size) {
      for (let u = left;;) {
        const word = draws.pick(WORDS);
        const length = size * textWidth(word);
        if (u + length > left + width) break;
        write(canvas, word, u, v, size, Math.max(0.55, 0.13 * size), INK);
        u += length + 0.8 * size;
      }
    }
  };
  column(16, 94, 5.2, 108);
  column(136, 94, 3.6, 110);
}

/** Prints a text whose capitals are `size` high, at a place of the sheet. */
function write(
  canvas: Canvas,
  text: string,
  u: number,
  v: number,
  size: number,
  pen: number,
  ink: Colour,
): void {
  for (const [x0, y0, x1, y1] of strokesOf(text)) {
    draw(canvas, [u + size * x0, v + size * y0, u + size * x1, v + size * y1], pen, ink);
  }
}

function rule(canvas: Canvas, u: number, v: number, length: number, pen: number): void {
  draw(canvas, [u, v, u + length, v], pen, INK);
}

/** Prints one stroke, by the distance of each sample from its line. */
function draw(canvas: Canvas, [u0, v0, u1, v1]: Stroke, pen: number, ink: Colour): void {
  const [ax, ay] = fromSheet(u0, v0), [bx, by] = fromSheet(u1, v1);
  const [dx, dy] = [bx - ax, by - ay];
  const square = dx * dx + dy * dy, reach = pen / 2 + 0.5;
  const box = [
    Math.min(ax, bx) - reach,
    Math.min(ay, by) - reach,
    Math.max(ax, bx) + reach,
    Math.max(ay, by) + reach,
  ] as const;
  canvas.visit(box, (x, y, at) => {
    const along = clamp(((x - ax) * dx + (y - ay) * dy) / square, 0, 1);
    const ex = x - ax - along * dx, ey = y - ay - along * dy;
    const distance = Math.sqrt(ex * ex + ey * ey);
    const cover = 0.94 * (1 - step(pen / 2 - 0.25, pen / 2 + 0.25, distance));
    if (cover > 0) canvas.put(at, ink, cover);
  });
}

/** A ring that a cup left. */
function stain(canvas: Canvas, noise: Noise): void {
  const [x0, y0] = fromSheet(206, 172);
  canvas.visit([x0 - 40, y0 - 40, x0 + 40, y0 + 40], (x, y, at) => {
    const radius = Math.sqrt((x - x0) * (x - x0) + (y - y0) * (y - y0)) +
      2.5 * noise.fractal(x / 14, y / 14, 3, 0.6);
    const ring = step(24, 27.5, radius) * (1 - step(28, 29.5, radius));
    const inner = 0.15 * (1 - step(25, 29, radius));
    const cover = clamp(0.5 * ring * (1 + noise.at(x / 8, y / 8)) + inner, 0, 0.6);
    if (cover > 0) canvas.put(at, paint(120, 78, 44), cover);
  });
}
