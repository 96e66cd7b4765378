/**
 * Link adaptation: which scheme a transmitter uses when it knows the SNR.
 *
 * The scheme with the most message bits whose probability of losing the picture's transport block,
 * 1 - (1 - BLER)^blocks, is at most the target. BLER by the measured table (see `deno task
 * calibrate`).
 *
 * @module
 */
import type { Decibel, Probability } from "../../../core/units.ts";
import { BlerModel, blockErrorRate, mixed, type Waterfall } from "./block_error_rate.ts";
import { BLER_TABLE } from "./bler_table.ts";
import { type Scheme, schemeName, schemes } from "./modulation_coding.ts";
import { openTransport, type Transport } from "./transport.ts";

/** A scheme with its transport for a number of channel uses. */
export interface Link {
  readonly scheme: Scheme;
  readonly transport: Transport;
}

/** What a transmitter aims at. */
export interface AdaptationGoal {
  readonly snrDb: Decibel;
  /** How often a picture may be lost. */
  readonly target: Probability;
  /** Whether code rates between the rows of the table may be used. */
  readonly betweenRows: boolean;
}

const model = new BlerModel(BLER_TABLE);

/** The probability that a transport loses its message; 1 when the scheme was not measured. */
export function lossProbability({ scheme, transport }: Link, snrDb: Decibel): Probability {
  return lossOf(transport, model.waterfall(schemeName(scheme), transport.blockBits), snrDb);
}

function lossOf(
  transport: Transport,
  waterfall: Waterfall | undefined,
  snrDb: Decibel,
): Probability {
  if (!waterfall) return 1;
  return -Math.expm1(transport.blocks * Math.log1p(-blockErrorRate(waterfall, snrDb)));
}

/** A control block is short and must arrive: 200 bits or so, lost once in a thousand times. */
const CONTROL_USES = 512;
const CONTROL_LOSS = 1e-3;

/**
 * Bits per channel use at which side information travels over this link: what a short, safe block of
 * TS 38.214's MCS table 3 (low rates) carries. 0 where none does.
 */
export function sideInformationRate(snrDb: Decibel): number {
  const goal = { snrDb, target: CONTROL_LOSS, betweenRows: false };
  const link = adaptLink(schemes("nr", 3), CONTROL_USES, goal);
  return link ? link.transport.size / CONTROL_USES : 0;
}

/** The best link for an SNR and a target loss, or null when no scheme reaches it. */
export function adaptLink(
  schemes: readonly Scheme[],
  channelUses: number,
  goal: AdaptationGoal,
): Link | null {
  const { snrDb, target, betweenRows } = goal;
  let best: Link | null = null;
  for (const scheme of schemes) {
    const transport = openTransport(scheme, channelUses);
    if (!transport || transport.size <= (best?.transport.size ?? 0)) continue;
    const link = { scheme, transport };
    if (lossProbability(link, snrDb) <= target) best = link;
  }
  const above = best && schemes.find(({ index }) => index === (best as Link).scheme.index + 1);
  return best && above && betweenRows ? refined(best, above, channelUses, goal) : best;
}

/** Steps between two rows of a table. */
const STEPS = 8;
/** A waterfall between rows is not measured, so it must promise a loss so many times smaller. */
const SAFETY = 10;

/**
 * The highest code rate between a row and the next one of the same modulation that still reaches the
 * target: rate matching allows every rate. Its waterfall is taken linearly between theirs, which is
 * on the safe side: thresholds rise faster than the rate.
 */
function refined(
  row: Link,
  above: Scheme,
  channelUses: number,
  { snrDb, target }: AdaptationGoal,
): Link {
  const { scheme } = row;
  if (scheme.family !== "nr" || above.bitsPerSymbol !== scheme.bitsPerSymbol) return row;
  for (let step = STEPS - 1; step > 0; step--) {
    const share = step / STEPS;
    const codeRate = scheme.codeRate + share * (above.codeRate - scheme.codeRate);
    const between = { ...scheme, codeRate };
    const transport = openTransport(between, channelUses);
    if (!transport || transport.size <= row.transport.size) continue;
    const low = model.waterfall(schemeName(scheme), transport.blockBits);
    const high = model.waterfall(schemeName(above), transport.blockBits);
    const waterfall = low && high && mixed(low, high, share);
    if (lossOf(transport, waterfall, snrDb) <= target / SAFETY) {
      return { scheme: between, transport };
    }
  }
  return row;
}
