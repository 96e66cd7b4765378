/**
 * Two transmit and two receive antennas: r = sqrt(1/2) H x + n, entries of H ~ CN(0, 1), n ~ CN(0,
 * N0). Symbols go two at a time, each antenna with half of the power, so that 1 / N0 is the mean SNR
 * of a receive antenna. A channel use is one symbol: k symbols take k / 2 vectors.
 *
 * The receiver knows H. With `svd` the transmitter knows it too and sends along its singular vectors
 * (same power on both): stream i receives sqrt(1/2) sigma_i x_i + n. With `mmse` it does not, and
 * the receiver's linear filter leaves interference, which is counted as noise.
 *
 * Both give the codec what it knows from a fading channel: y = g x + w, w of variance N0.
 *
 * @module
 */
import type { ChannelOutput, ChannelPlugin } from "../core/channel.ts";
import type { RandomKey } from "../core/random.ts";
import { fromDecibel, noiseVariance } from "../core/units.ts";
import { openNormals } from "../wasm/random/mod.ts";
import { ergodicMimoCapacity, ergodicMmseCapacity } from "./ergodic_capacity_mimo.ts";
import { checkSnr, checkTransmission } from "./noise.ts";

/** Options of the channel. */
export interface MimoOptions {
  readonly scheme: string;
  readonly fading: string;
}

/** r = sqrt(1/2) H x + n. */
export const mimo: ChannelPlugin<MimoOptions> = {
  id: "mimo",
  title: "2x2 MIMO",
  reference: "Telatar, Capacity of multi-antenna Gaussian channels, 1999; " +
    "Tse, Viswanath, Fundamentals of Wireless Communication, 8.1, 8.3",
  options: {
    scheme: {
      type: "choice",
      default: "svd",
      choices: ["svd", "mmse"],
      text: "both ends know the channel, or the receiver alone and filters linearly",
    },
    fading: {
      type: "choice",
      default: "block",
      choices: ["block", "symbol"],
      text: "one matrix for each picture, or one for each two symbols",
    },
  },
  create: ({ scheme, fading }) => ({
    transmit: (symbols, snrDb, key) => {
      checkTransmission(symbols, snrDb);
      const send = scheme === "svd" ? sendAlongSingularVectors : sendAndFilter;
      return transmit(symbols, snrDb, key, { send, block: fading === "block" });
    },
    capacity: (snrDb, gains) => {
      checkSnr(snrDb);
      const snr = fromDecibel(snrDb);
      if (gains && fading === "block") return meanCapacity(gains, snr);
      return scheme === "svd" ? ergodicMimoCapacity(snr) : ergodicMmseCapacity(snr);
    },
  }),
};

/** Bits per symbol over both streams of the one matrix of a picture. */
function meanCapacity(gains: Float32Array, snr: number): number {
  const [first = 0, , second = 0] = gains;
  return (Math.log1p(snr * first * first) + Math.log1p(snr * second * second)) / (2 * Math.LN2);
}

/** sqrt(2) H by row, re and im interleaved: h11, h12, h21, h22; normals as they were drawn. */
type Matrix = Float32Array;

/** What two symbols become: re, im of both, and the real gain of both. */
interface Received {
  readonly y: readonly [number, number, number, number];
  readonly gains: readonly [number, number];
}

/** Sends the two symbols x with noise n (re, im of both) over sqrt(1/2) H. */
type Send = (h: Matrix, x: Float32Array, n: Float32Array, n0: number) => Received;

function transmit(
  symbols: Float32Array,
  snrDb: number,
  key: RandomKey,
  { send, block }: { send: Send; block: boolean },
): ChannelOutput {
  const n0 = noiseVariance(snrDb);
  const vectors = Math.ceil(symbols.length / 4);
  const noise = new Float32Array(4 * vectors);
  openNormals().fillNormals(key.derive("noise"), noise);
  const scale = Math.sqrt(n0 / 2);
  const matrices = new Float32Array(block ? 8 : 8 * vectors);
  openNormals().fillNormals(key.derive("fading"), matrices);
  const received = new Float32Array(symbols.length), gains = new Float32Array(symbols.length);
  const x = new Float32Array(4); // a single last symbol goes with silence on the other stream
  for (let vector = 0; vector < vectors; vector++) {
    const at = 4 * vector;
    x.fill(0).set(symbols.subarray(at, at + 4));
    const h = matrices.subarray(block ? 0 : 2 * at, (block ? 0 : 2 * at) + 8);
    const n = noise.subarray(at, at + 4).map((value) => value * scale);
    const { y, gains: [first, second] } = send(h, x, n, n0);
    received.set(y.slice(0, symbols.length - at), at);
    gains.set([first, 0, second, 0].slice(0, symbols.length - at), at);
  }
  return { symbols: received, gains };
}

/**
 * y_i = sqrt(1/2) sigma_i x_i + n_i: a unitary receiver leaves the noise white, so that it is added
 * to the streams themselves. sigma_i^2 are the eigenvalues of H^H H, from its trace and determinant.
 */
function sendAlongSingularVectors(h: Matrix, x: Float32Array, n: Float32Array): Received {
  const [re, im] = determinant(h);
  const half = sumOfSquares(h) / 8; // half the trace; entries of h have power 2
  const root = Math.sqrt(Math.max(0, half * half - (re * re + im * im) / 16));
  const first = Math.sqrt(half + root), second = Math.sqrt(Math.max(0, half - root));
  const [a, b, c, d] = x as unknown as [number, number, number, number];
  const [p, q, r, s] = n as unknown as [number, number, number, number];
  return {
    y: [first * a + p, first * b + q, second * c + r, second * d + s],
    gains: [first, second],
  };
}

/**
 * z = (G^H G + N0 I)^-1 G^H r with G = sqrt(1/2) H. Stream i of z is mu_i x_i plus interference and
 * noise of SINR mu_i / (1 - mu_i); it is scaled so that these have variance N0.
 */
function sendAndFilter(h: Matrix, x: Float32Array, n: Float32Array, n0: number): Received {
  const g = Float64Array.from(h, (value) => value / 2);
  const [g11r, g11i, g12r, g12i, g21r, g21i, g22r, g22i] = g as unknown as Eight;
  const [x1r, x1i, x2r, x2i] = x as unknown as [number, number, number, number];
  const [n1r, n1i, n2r, n2i] = n as unknown as [number, number, number, number];
  const r1r = g11r * x1r - g11i * x1i + g12r * x2r - g12i * x2i + n1r;
  const r1i = g11r * x1i + g11i * x1r + g12r * x2i + g12i * x2r + n1i;
  const r2r = g21r * x1r - g21i * x1i + g22r * x2r - g22i * x2i + n2r;
  const r2i = g21r * x1i + g21i * x1r + g22r * x2i + g22i * x2r + n2i;
  // u = G^H r, and G^H G = [[a, c], [c*, b]]
  const u1r = g11r * r1r + g11i * r1i + g21r * r2r + g21i * r2i;
  const u1i = g11r * r1i - g11i * r1r + g21r * r2i - g21i * r2r;
  const u2r = g12r * r1r + g12i * r1i + g22r * r2r + g22i * r2i;
  const u2i = g12r * r1i - g12i * r1r + g22r * r2i - g22i * r2r;
  const a = g11r ** 2 + g11i ** 2 + g21r ** 2 + g21i ** 2;
  const b = g12r ** 2 + g12i ** 2 + g22r ** 2 + g22i ** 2;
  const cr = g11r * g12r + g11i * g12i + g21r * g22r + g21i * g22i;
  const ci = g11r * g12i - g11i * g12r + g21r * g22i - g21i * g22r;
  const gap = (a + n0) * (b + n0) - cr * cr - ci * ci; // det(G^H G + N0 I)
  const z1r = ((b + n0) * u1r - cr * u2r + ci * u2i) / gap;
  const z1i = ((b + n0) * u1i - cr * u2i - ci * u2r) / gap;
  const z2r = ((a + n0) * u2r - cr * u1r - ci * u1i) / gap;
  const z2i = ((a + n0) * u2i - cr * u1i + ci * u1r) / gap;
  const mu1 = (a * (b + n0) - cr * cr - ci * ci) / gap, rest1 = n0 * (b + n0) / gap; // sum: 1
  const mu2 = (b * (a + n0) - cr * cr - ci * ci) / gap, rest2 = n0 * (a + n0) / gap;
  const scale1 = Math.sqrt(n0 / (mu1 * rest1)), scale2 = Math.sqrt(n0 / (mu2 * rest2));
  return {
    y: [z1r * scale1, z1i * scale1, z2r * scale2, z2i * scale2],
    gains: [scale1 * mu1, scale2 * mu2],
  };
}

type Eight = [number, number, number, number, number, number, number, number];

function sumOfSquares(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}

/** Of a 2x2 matrix. */
function determinant(h: Matrix): [number, number] {
  const [ar, ai, br, bi, cr, ci, dr, di] = h as unknown as Eight;
  return [ar * dr - ai * di - br * cr + bi * ci, ar * di + ai * dr - br * ci - bi * cr];
}
