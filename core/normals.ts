/**
 * Standard normals from Philox words: Box-Muller in float32.
 *
 *     u1 = (x0 + 1/2) / 2^32,  u2 = (x1 + 1/2) / 2^32,  r = sqrt(-2 ln u1)
 *     n0 = r cos(2 pi u2),  n1 = r sin(2 pi u2);  n2, n3 from x2, x3 alike
 *
 * Only integers and correctly rounded +, -, *, sqrt are used, in a fixed order and without fused
 * operations, so that every engine gives the same bits. `wasm/random/normals.h` is the same
 * arithmetic, four counters at a time; a test holds the two equal. Largest |n|: 6.76.
 *
 * Accuracy: absolute error below 1e-6 against float64. The polynomials were fitted by Sollya's
 * fpminimax with float32 coefficients; their own errors are below 1.5e-7 (relative, logarithm),
 * 3e-8 (relative, sine) and 6e-8 (absolute, cosine).
 *
 * @module
 */
import { OptionError } from "./errors.ts";
import { philoxInto, type Words4 } from "./philox.ts";

/** -2 ln(1 - x) / x for x in [0, 1/2], powers ascending. */
export const LOGARITHM = [
  1.9999997615814209,
  1.0000686645507812,
  0.66382378339767456,
  0.54353910684585571,
  0.080835260450839996,
  1.5580818653106689,
  -2.1457915306091309,
  2.3605260848999023,
] as const;

/** sin(pi v / 2) / v for v in [-1, 1], powers of v^2 ascending. */
export const SINE = [
  1.5707963705062866,
  -0.64596438407897949,
  0.079692028462886810,
  -0.0046768197789788246,
  0.00015281437663361430,
] as const;

/** cos(pi v / 2) for v in [-1, 1], powers of v^2 ascending. */
export const COSINE = [
  0.99999994039535522,
  -1.2336980104446411,
  0.25364995002746582,
  -0.020809518173336983,
  0.00085768237477168441,
] as const;

/** 2 ln 2 in float32. */
export const TWICE_LN2 = Math.fround(2 * Math.LN2);

const f = Math.fround;
const floatBits = new Int32Array(1);
const floatValue = new Float32Array(floatBits.buffer);

/** -2 ln((x + 1/2) / 2^32) for the unsigned word x given as i32. */
function minusTwoLog(word: number): number {
  // As a signed number the word tells which end of (0, 1) is near: u when it is positive, u - 1
  // when it is negative. So both ends keep their relative precision.
  const w = f(f(word) + 0.5);
  if (w < 0) return timesLogarithm(f(w * -(2 ** -32)));
  floatValue[0] = w;
  const bits = floatBits[0] as number;
  floatBits[0] = (bits & 0x007fffff) | 0x3f000000; // mantissa in [1/2, 1)
  const halvings = 158 - (bits >>> 23); // u = mantissa / 2^halvings
  return f(timesLogarithm(f(1 - (floatValue[0] as number))) + f(halvings * TWICE_LN2));
}

function timesLogarithm(x: number): number {
  const x2 = f(x * x), x4 = f(x2 * x2); // Estrin's order: half as long a chain as Horner's
  const p01 = f(f(LOGARITHM[1] * x) + LOGARITHM[0]), p23 = f(f(LOGARITHM[3] * x) + LOGARITHM[2]);
  const p45 = f(f(LOGARITHM[5] * x) + LOGARITHM[4]), p67 = f(f(LOGARITHM[7] * x) + LOGARITHM[6]);
  const low = f(f(p23 * x2) + p01), high = f(f(p67 * x2) + p45);
  const p = f(f(high * x4) + low);
  return f(p * x);
}

/** The two normals of two words, to out[at] and out[at + 1]. */
function boxMuller(word: number, angleWord: number, out: Float32Array, at: number): void {
  const radius = f(Math.sqrt(minusTwoLog(word)));
  // The angle modulo half a turn, v in [-1, 1]; the other half turn is a change of sign.
  const doubled = angleWord << 1;
  const signed = (angleWord ^ doubled) < 0 ? -radius : radius;
  const v = f(f(f(doubled) + 1) * 2 ** -31);
  const z = f(v * v);
  let s = f(f(SINE[4] * z) + SINE[3]);
  s = f(f(s * z) + SINE[2]);
  s = f(f(s * z) + SINE[1]);
  s = f(f(s * z) + SINE[0]);
  let c = f(f(COSINE[4] * z) + COSINE[3]);
  c = f(f(c * z) + COSINE[2]);
  c = f(f(c * z) + COSINE[1]);
  c = f(f(c * z) + COSINE[0]);
  out[at] = f(signed * c);
  out[at + 1] = f(signed * f(s * v));
}

const words = new Int32Array(4);
const four = new Float32Array(4);

/**
 * Calls `use(index, count)` for each counter of a range; its normals lie in `four`.
 *
 * @throws {OptionError} When `first` is not a multiple of 4 in [0, 2^53).
 */
function eachBlock(
  key: Words4,
  first: number,
  length: number,
  use: (start: number, count: number) => void,
): void {
  checkFirst(first);
  const [k0, k1, c2, c3] = key;
  for (let start = 0; start < length; start += 4) {
    const counter = (first + start) / 4;
    philoxInto(counter, Math.floor(counter / 2 ** 32), c2, c3, k0, k1, words);
    boxMuller(words[0] as number, words[1] as number, four, 0);
    boxMuller(words[2] as number, words[3] as number, four, 2);
    use(start, Math.min(4, length - start));
  }
}

/** @throws {OptionError} When a range of normals does not start at a counter. */
export function checkFirst(first: number): void {
  if (!Number.isSafeInteger(first) || first < 0 || first % 4 !== 0) {
    throw new OptionError(`first normal of a range: a multiple of 4, 0 or more; got ${first}`);
  }
}

/** What `fillNormals` of random.ts does; the plain twin of the wasm kernel. */
export function fillNormalsPlainly(key: Words4, out: Float32Array, first = 0): void {
  eachBlock(key, first, out.length, (start, count) => {
    for (let lane = 0; lane < count; lane++) out[start + lane] = four[lane] as number;
  });
}

/**
 * out[i] = symbols[i] + scale * normal[i], each operation rounded to float32; `out` may be
 * `symbols`. The plain twin of the wasm kernel.
 */
export function addNoisePlainly(
  symbols: Float32Array,
  scale: number,
  key: Words4,
  out: Float32Array,
): void {
  const s = f(scale);
  eachBlock(key, 0, symbols.length, (start, count) => {
    for (let lane = 0; lane < count; lane++) {
      out[start + lane] = f((symbols[start + lane] as number) + f(s * (four[lane] as number)));
    }
  });
}
