/**
 * Measures block error rates over AWGN with the same chain that carries pictures.
 *
 * @module
 */
import { demap, modulate } from "ldpc-ts";
import { randomBits, type RandomKey, rootKey } from "../../../core/random.ts";
import { type Decibel, noiseVariance, toDecibel } from "../../../core/units.ts";
import { openNormals } from "../../../wasm/random/mod.ts";
import type { MeasuredCurve, MeasuredPoint } from "./block_error_rate.ts";
import { type Scheme, schemeName, spectralEfficiency } from "./modulation_coding.ts";
import { descramble, scramble } from "./scrambling.ts";
import { openTransport, type Transport } from "./transport.ts";

/** How exact a measurement is. */
export interface Effort {
  /** A point ends at so many lost blocks, */
  readonly errors: number;
  /** or at so many blocks. */
  readonly blocks: number;
  readonly iterations: number;
  readonly seed: number;
}

const STEP_DB = 0.2;
/** The waterfall is followed down to this rate. */
const LOWEST_RATE = 1.5e-3;
const MOST_POINTS = 40;

/**
 * Follows the waterfall of a scheme from where nearly all blocks are lost to where few are.
 *
 * @param blockBits Message bits wanted in a code block; the curve says what it got.
 */
export function measureCurve(
  scheme: Scheme,
  blockBits: number,
  effort: Effort,
): MeasuredCurve | null {
  const transport = openTransport(scheme, Math.ceil(blockBits / spectralEfficiency(scheme)));
  if (!transport) return null;
  const points: MeasuredPoint[] = [];
  // Shannon's limit: nothing works below it
  const limit = toDecibel(2 ** spectralEfficiency(scheme) - 1);
  const first = Math.ceil(limit / STEP_DB);
  for (let step = 0; step < MOST_POINTS; step++) {
    const snrDb = Math.round((first + step) * STEP_DB * 1000) / 1000;
    const point = measurePoint(scheme, transport, snrDb, effort);
    const rate = point.errors / point.blocks;
    if (rate < 0.97) points.push(point);
    if (rate < LOWEST_RATE) break;
  }
  return { scheme: schemeName(scheme), blockBits: transport.blockBits, points };
}

/** One point; the keys of its blocks depend on nothing but scheme, size, SNR and index. */
export function measurePoint(
  scheme: Scheme,
  transport: Transport,
  snrDb: Decibel,
  { errors: mostErrors, blocks: mostBlocks, iterations, seed }: Effort,
): MeasuredPoint {
  const { blockBits } = transport;
  const key = rootKey(seed).derive(
    "block-error-rate",
    schemeName(scheme),
    blockBits,
    String(snrDb),
  );
  let blocks = 0, errors = 0;
  for (let index = 0; blocks < mostBlocks && errors < mostErrors; index++) {
    const lost = sendOnce(scheme, transport, snrDb, iterations, key.derive(index));
    blocks += transport.blocks;
    errors += lost;
  }
  return { snrDb, blocks, errors };
}

/** Sends one random message; returns the code blocks lost. */
function sendOnce(
  { bitsPerSymbol }: Scheme,
  transport: Transport,
  snrDb: Decibel,
  iterations: number,
  key: RandomKey,
): number {
  const coded = scramble(transport.encode(randomBits(key.derive("message"), transport.size)));
  const symbols = modulate(coded, bitsPerSymbol);
  const variance = noiseVariance(snrDb);
  openNormals().addNoise(symbols, Math.sqrt(variance / 2), key.derive("noise"), symbols);
  const llrs = demap(symbols, { bitsPerSymbol, noiseVariance: variance, method: "max-log" });
  return transport.decode(descramble(llrs), { iterations }).blocksLost;
}
