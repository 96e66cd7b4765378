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
import { BlerModel, blockErrorRate } from "./block_error_rate.ts";
import { BLER_TABLE } from "./bler_table.ts";
import { type Scheme, schemeName, schemes } from "./modulation_coding.ts";
import { openTransport, type Transport } from "./transport.ts";

/** A scheme with its transport for a number of channel uses. */
export interface Link {
  readonly scheme: Scheme;
  readonly transport: Transport;
}

const model = new BlerModel(BLER_TABLE);

/** The probability that a transport loses its message; 1 when the scheme was not measured. */
export function lossProbability({ scheme, transport }: Link, snrDb: Decibel): Probability {
  const waterfall = model.waterfall(schemeName(scheme), transport.blockBits);
  if (!waterfall) return 1;
  const bler = blockErrorRate(waterfall, snrDb);
  return -Math.expm1(transport.blocks * Math.log1p(-bler));
}

/** A control block is short and must arrive: 200 bits or so, lost once in a thousand times. */
const CONTROL_USES = 512;
const CONTROL_LOSS = 1e-3;

/**
 * Bits per channel use at which side information travels over this link: what a short, safe block of
 * TS 38.214's MCS table 3 (low rates) carries. 0 where none does.
 */
export function sideInformationRate(snrDb: Decibel): number {
  const link = adaptLink(schemes("nr", 3), CONTROL_USES, snrDb, CONTROL_LOSS);
  return link ? link.transport.size / CONTROL_USES : 0;
}

/** The best link for an SNR and a target loss, or null when no scheme reaches it. */
export function adaptLink(
  schemes: readonly Scheme[],
  channelUses: number,
  snrDb: Decibel,
  target: Probability,
): Link | null {
  let best: Link | null = null;
  for (const scheme of schemes) {
    const transport = openTransport(scheme, channelUses);
    if (!transport || transport.size <= (best?.transport.size ?? 0)) continue;
    const link = { scheme, transport };
    if (lossProbability(link, snrDb) <= target) best = link;
  }
  return best;
}
