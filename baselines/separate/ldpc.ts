/**
 * LDPC + QAM as a channel code: 5G NR (TS 38.212) or 802.11n codes, Gray-mapped QAM, CRC, link
 * adaptation from a measured table. docs/bpg_ldpc.md states every choice.
 *
 * @module
 */
import { demap, type McsTable, modulate } from "ldpc-ts";
import type { ChannelCode, ChannelCodePlugin, ReceivedMessage } from "../../core/channel_code.ts";
import type { Reception, Session, Transmission } from "../../core/codec.ts";
import { OptionError } from "../../core/errors.ts";
import { frame, frameCapacity, unframe } from "./ldpc/framing.ts";
import { adaptLink, type Link } from "./ldpc/link_adaptation.ts";
import { type CodeFamily, type Scheme, schemes } from "./ldpc/modulation_coding.ts";
import { descramble, scramble } from "./ldpc/scrambling.ts";
import { openTransport } from "./ldpc/transport.ts";

/** Options of the link. */
export interface LdpcOptions {
  code: string;
  table: number;
  mcs: number | string;
  bler: number;
  backoff: number;
  rates: string;
  iterations: number;
  salvage: boolean;
}

/** NR or 802.11n LDPC with QAM. */
export const ldpcCode: ChannelCodePlugin<LdpcOptions> = {
  id: "ldpc",
  title: "LDPC",
  reference: "3GPP TS 38.211, 38.212, 38.214; IEEE 802.11-2012, 20.3.11.7",
  options: {
    code: {
      type: "choice",
      choices: ["nr", "wifi"],
      default: "nr",
      text: "5G NR codes, or those of 802.11n (older JSCC papers)",
    },
    table: {
      type: "integer",
      min: 1,
      max: 3,
      default: 1,
      text: "MCS table of TS 38.214: 1 up to 64-QAM, 2 up to 256-QAM, 3 low rates; NR only",
    },
    mcs: {
      type: "integer-or-word",
      words: ["auto", "best-psnr"],
      min: 0,
      max: 28,
      default: "auto",
      text: "from the assumed SNR; or the one of best mean PSNR at each SNR; or fixed",
    },
    bler: {
      type: "number",
      min: 1e-6,
      max: 1,
      default: 0.01,
      text: "mcs=auto: how often a picture may be lost",
    },
    backoff: {
      type: "number",
      min: -20,
      max: 40,
      default: 0,
      unit: "dB",
      text: "mcs=auto: taken off the assumed SNR before the MCS is chosen",
    },
    rates: {
      type: "choice",
      choices: ["fine", "table"],
      default: "fine",
      text: "mcs=auto: code rates between the rows of the MCS table too, or the rows only; NR",
    },
    iterations: {
      type: "integer",
      min: 1,
      max: 200,
      default: 20,
      text: "most iterations of the decoder",
    },
    salvage: {
      type: "boolean",
      default: false,
      text: "shows what the source decoder makes of a damaged file, where it can",
    },
  },
  variants: (options) =>
    options.mcs === "best-psnr"
      ? schemes(options.code as CodeFamily, options.table as McsTable)
        .map(({ index }) => ({ ...options, mcs: index }))
      : [],
  create: (session, options) => Promise.resolve(new LdpcLink(session, options)),
};

class LdpcLink implements ChannelCode {
  readonly version: string;
  readonly notes?: readonly string[];
  readonly #schemes: readonly Scheme[];
  readonly #links = new Map<number, Link | null>();

  constructor(private readonly session: Session, private readonly options: LdpcOptions) {
    const { code, table, mcs } = options;
    if (mcs === "best-psnr") {
      throw new OptionError("mcs=best-psnr: only a simulator that runs all MCS can choose so");
    }
    const all = schemes(code as CodeFamily, table as McsTable);
    this.#schemes = typeof mcs === "number" ? [pick(all, mcs)] : all;
    this.version = `ldpc-2 ${JSON.stringify(options)}`;
    if (!this.#choose(LONG_BLOCK)) {
      this.notes = [`no MCS reaches the target at ${session.snrDb} dB: outage`];
    }
  }

  capacityBytes(channelUses: number): number {
    const link = this.#link(channelUses);
    return link ? frameCapacity(link.transport.size) : -1;
  }

  transmit(message: Uint8Array, channelUses: number): Pick<Transmission, "symbols"> {
    const link = this.#link(channelUses);
    if (!link) throw new OptionError(`a message that fits; nothing fits ${channelUses} uses`);
    const coded = scramble(link.transport.encode(frame(message, link.transport.size)));
    return { symbols: unitPower(modulate(coded, link.scheme.bitsPerSymbol)) };
  }

  receive(received: Reception, channelUses: number): Promise<ReceivedMessage> {
    const link = this.#link(channelUses);
    if (!link) return Promise.resolve({ message: null });
    const { symbols, gains, noiseVariance } = received;
    const { scheme, transport } = link;
    const { bitsPerSymbol } = scheme;
    const llrs = demap(symbols, { bitsPerSymbol, noiseVariance, gains, method: "max-log" });
    const { iterations } = this.options;
    const decoded = transport.decode(descramble(llrs), { iterations });
    const { bits, intact, blocksLost, iterations: mean } = decoded;
    const { index: mcs, codeRate } = scheme;
    const details = { mcs, codeRate, blocks: transport.blocks, blocksLost, iterations: mean };
    const file = unframe(bits);
    if (intact && file) return Promise.resolve({ message: file, details });
    const damaged = this.options.salvage ? file ?? wholeBytes(bits) : undefined;
    return Promise.resolve({ message: null, details, ...(damaged ? { damaged } : {}) });
  }

  #link(channelUses: number): Link | null {
    const known = this.#links.get(channelUses);
    if (known !== undefined) return known;
    const link = this.#choose(channelUses);
    this.#links.set(channelUses, link);
    return link;
  }

  #choose(channelUses: number): Link | null {
    const { mcs, bler, backoff, rates } = this.options;
    const [fixed] = this.#schemes;
    if (mcs === "auto" || !fixed) {
      const snrDb = this.session.snrDb - backoff;
      const goal = { snrDb, target: bler, betweenRows: rates === "fine" };
      return adaptLink(this.#schemes, channelUses, goal);
    }
    const transport = openTransport(fixed, channelUses);
    return transport ? { scheme: fixed, transport } : null;
  }
}

/** Channel uses of a large picture: if no MCS serves it, none serves a smaller one. */
const LONG_BLOCK = 4096;

function pick(all: readonly Scheme[], mcs: number): Scheme {
  const scheme = all[mcs];
  if (scheme) return scheme;
  throw new OptionError(`mcs: an index of the table, 0 to ${all.length - 1}; got ${mcs}`);
}

/** A constellation has unit power on average; a block of it is scaled to have it exactly. */
function unitPower(symbols: Float32Array): Float32Array {
  let energy = 0;
  for (const part of symbols) energy += part * part;
  const scale = Math.sqrt(symbols.length / 2 / energy);
  return symbols.map((part) => part * scale);
}

function wholeBytes(bits: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(bits.length >> 3);
  for (let at = 0; at < 8 * bytes.length; at++) {
    bytes[at >> 3] = (bytes[at >> 3] as number) << 1 | (bits[at] as number);
  }
  return bytes;
}
