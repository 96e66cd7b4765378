/**
 * SoftCast: linear analog transmission of a picture.
 *
 *     planes -> DCT -> chunks of variance v -> times g = c v^(-1/4) -> symbols
 *     received y = h g x + n -> x_hat = g v h* y / (g^2 v |h|^2 + N0 / 2 a real value)
 *
 * Source: Jakubczak, Katabi, "A cross-layer design for scalable mobile video", MobiCom 2011, section
 * 4: chunks (4.1), power allocation (4.2, lemma 4.1), metadata (4.4), LLSE decoder (4.5).
 *
 * Deviation: no Hadamard transform; it makes packets equally important when some are lost, and here
 * none is.
 * Deviation: the means of the planes are metadata instead of a chunk's.
 *
 * @module
 */
import {
  channelUseBudget,
  type Codec,
  type Host,
  midGrey,
  perImage,
  type Reception,
  type Reconstruction,
  type RgbImage,
  type Session,
  type Transmission,
} from "semcast";
import { areaOf, type Chunk, chunksOf, forEachCoefficient } from "./chunks.ts";
import { emptyPlanes, imageOf, type Planes, planesOf } from "./colour.ts";
import { forwardDct, inverseDct } from "./dct.ts";
import {
  levelOfVariance,
  type Metadata,
  metadataBits,
  readMetadata,
  varianceOfLevel,
  writeMetadata,
} from "./metadata.ts";

/** Options of the codec; plugin.ts describes them. */
export interface SoftCastOptions {
  readonly grid: number;
}

/** The codec for one session. */
export function openSoftCast(session: Session, { grid }: SoftCastOptions, host: Host): Codec {
  return perImage({
    version: "1",
    encodeImage: (image) => encode(image, chunksOf(image, grid), session, host),
    decodeImage: (received) => decode(received, chunksOf(received, grid)),
  });
}

async function encode(
  image: RgbImage,
  chunks: readonly Chunk[],
  session: Session,
  host: Host,
): Promise<Transmission> {
  const planes = planesOf(image);
  const means = planes.map(takeMean) as [number, number, number];
  for (const plane of planes) forwardDct(plane, image.width, image.height);
  const variances = chunks.map((chunk) => meanSquare(planes, chunk, image.width));
  const count = await countThatFits(chunks, variances, image, { session, host });
  if (count < 0) {
    return { symbols: new Float32Array(0), side: { bytes: new Uint8Array(0), bits: 0 } };
  }
  const sent = byVariance(variances).slice(0, count).sort((a, b) => a - b);
  const levels = sent.map((index) => levelOfVariance(variances[index] as number));
  const side = writeMetadata({ means, sent, levels }, chunks.length);
  const values: number[] = [];
  for (const { chunk, gain } of allocate(chunks, { sent, levels })) {
    const plane = planes[chunk.plane] as Float64Array;
    forEachCoefficient(chunk, image.width, (at) => values.push(gain * (plane[at] as number)));
  }
  return { symbols: unitPower(values), side, details: { chunks: count } };
}

/** Takes the rounded mean off a plane. */
function takeMean(plane: Float64Array): number {
  const mean = Math.round(plane.reduce((sum, value) => sum + value, 0) / plane.length);
  for (let at = 0; at < plane.length; at++) plane[at] = (plane[at] as number) - mean;
  return mean;
}

function meanSquare(planes: Planes, chunk: Chunk, width: number): number {
  const plane = planes[chunk.plane] as Float64Array;
  let sum = 0;
  forEachCoefficient(chunk, width, (at) => sum += (plane[at] as number) ** 2);
  return sum / areaOf(chunk);
}

/** Indices of chunks, the strongest first. */
function byVariance(variances: readonly number[]): number[] {
  return variances.map((_, index) => index)
    .sort((a, b) => (variances[b] as number) - (variances[a] as number) || a - b);
}

/** How many of the strongest chunks fit the budget with their metadata; -1: not even none. */
async function countThatFits(
  chunks: readonly Chunk[],
  variances: readonly number[],
  image: RgbImage,
  { session, host }: { session: Session; host: Host },
): Promise<number> {
  const budget = channelUseBudget(session.cbr, image);
  let values = 0, fitting = -1;
  const strongest = byVariance(variances);
  for (let count = 0; count <= chunks.length; count++) {
    if (count > 0) values += areaOf(chunks[strongest[count - 1] as number] as Chunk);
    const uses = Math.max(1, Math.ceil(values / 2));
    const sideUses = await host.sideUses(metadataBits(chunks.length, count), session);
    if (uses + sideUses > budget) break;
    fitting = count;
  }
  return fitting;
}

interface Allocated {
  readonly chunk: Chunk;
  readonly variance: number;
  readonly gain: number;
}

/**
 * The chunks that are sent with their gains, which both ends know: c v^(-1/4), so that the mean power
 * of a real value is 1/2.
 */
function allocate(
  chunks: readonly Chunk[],
  { sent, levels }: Pick<Metadata, "sent" | "levels">,
): Allocated[] {
  const list = sent.map((index, at) => ({
    chunk: chunks[index] as Chunk,
    variance: varianceOfLevel(levels[at] as number),
  }));
  let values = 0, power = 0;
  for (const { chunk, variance } of list) {
    values += areaOf(chunk);
    power += areaOf(chunk) * Math.sqrt(variance);
  }
  const c = Math.sqrt(values / 2 / power);
  return list.map((one) => ({ ...one, gain: c * one.variance ** -0.25 }));
}

/**
 * Pairs of values as symbols of unit mean power: the rounding of variances leaves the power within
 * about a percent, which the receiver need not know. No values: one symbol that says nothing.
 */
function unitPower(values: readonly number[]): Float32Array {
  const symbols = new Float32Array(2 * Math.max(1, Math.ceil(values.length / 2)));
  symbols.set(values);
  const energy = symbols.reduce((sum, value) => sum + value * value, 0);
  if (energy === 0) return symbols.fill(Math.SQRT1_2);
  const scale = Math.sqrt(symbols.length / 2 / energy);
  return symbols.map((value) => value * scale);
}

function decode(received: Reception, chunks: readonly Chunk[]): Reconstruction {
  const metadata = received.side ? readMetadata(received.side, chunks.length) : null;
  const allocated = metadata ? allocate(chunks, metadata) : [];
  const values = allocated.reduce((sum, { chunk }) => sum + areaOf(chunk), 0);
  if (!metadata || values > received.symbols.length) {
    return { image: midGrey(received), outage: true };
  }
  const planes = emptyPlanes(received);
  let next = 0;
  for (const { chunk, variance, gain } of allocated) {
    const plane = planes[chunk.plane] as Float64Array;
    forEachCoefficient(chunk, received.width, (at) => {
      plane[at] = estimate(received, next++, variance, gain);
    });
  }
  for (const [index, plane] of planes.entries()) {
    inverseDct(plane, received.width, received.height);
    const mean = metadata.means[index] as number;
    for (let at = 0; at < plane.length; at++) plane[at] = (plane[at] as number) + mean;
  }
  return { image: imageOf(planes, received), outage: false };
}

/** Linear least squares estimate of coefficient `index` from its half of a symbol. */
function estimate(
  { symbols, gains, noiseVariance }: Reception,
  index: number,
  variance: number,
  gain: number,
): number {
  const at = index & ~1, isIm = index & 1;
  const hRe = gains ? gains[at] as number : 1, hIm = gains ? gains[at + 1] as number : 0;
  const re = symbols[at] as number, im = symbols[at + 1] as number;
  const matched = isIm ? hRe * im - hIm * re : hRe * re + hIm * im; // h* y
  const power = hRe * hRe + hIm * hIm;
  return gain * variance * matched / (gain * gain * variance * power + noiseVariance / 2);
}
