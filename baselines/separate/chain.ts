/**
 * Separate source and channel coding is composition: a source coder and a channel code make a
 * codec.
 *
 *     image --SourceCoder--> file --ChannelCode--> symbols ~~channel~~> file --SourceCoder--> image
 *             ^ the best quality whose whole file fits k = floor(cbr * 3 W H) channel uses
 *
 * Nothing of the file is free: headers count. When even the worst quality does not fit, nothing is
 * sent and the receiver shows mid-grey; the same when it knows that the message is lost.
 *
 * @module
 */
import type { ChannelCode, ChannelCodePlugin } from "../../core/channel_code.ts";
import {
  type Codec,
  type CodecPlugin,
  type Host,
  NO_SIDE,
  perImage,
  type Reception,
  type Reconstruction,
  type Session,
  type Transmission,
} from "../../core/codec.ts";
import { imageDigest } from "../../core/digest.ts";
import { FormatError, OptionError } from "../../core/errors.ts";
import { midGrey, type RgbImage } from "../../core/image.ts";
import type { OptionsSchema } from "../../core/options.ts";
import type { RandomKey } from "../../core/random.ts";
import type { SourceCoder, SourceCoderPlugin } from "../../core/source_coder.ts";
import { channelUseBudget } from "../../core/units.ts";
import { bestFitting, type FittingFile } from "./rate_search.ts";

/**
 * The codec `<source>-<code>`: its options are those of both halves.
 *
 * @throws {OptionError} When both halves have an option of the same name.
 */
export function separateChain<S extends object, C extends object>(
  source: SourceCoderPlugin<S>,
  code: ChannelCodePlugin<C>,
): CodecPlugin<S & C> {
  const shared = Object.keys(source.options).filter((key) => Object.hasOwn(code.options, key));
  if (shared.length > 0) {
    throw new OptionError(`${source.id} and ${code.id} both have an option "${shared[0]}"`);
  }
  return {
    id: `${source.id}-${code.id}`,
    title: `${source.title} + ${code.title}`,
    reference: `${source.reference}; ${code.reference}`,
    options: { ...source.options, ...code.options } as OptionsSchema<S & C>,
    rate: "per-image",
    variants: (options) =>
      (code.variants?.(pick(options, code.options)) ?? []).map((own) => ({ ...options, ...own })),
    async create(session, options, host): Promise<Codec> {
      const coder = await source.create(pick(options, source.options), host);
      const link = await code.create(session, pick(options, code.options), host);
      return perImage(new Chain(coder, link, session, host));
    },
  };
}

function pick<O extends object>(options: object, schema: OptionsSchema<O>): O {
  return Object.fromEntries(Object.entries(options).filter(([key]) => key in schema)) as O;
}

class Chain {
  readonly version: string;
  readonly notes: readonly string[];

  constructor(
    private readonly source: SourceCoder,
    private readonly code: ChannelCode,
    private readonly session: Session,
    private readonly host: Host,
  ) {
    this.version = `separate-1 ${source.version} ${code.version}`;
    this.notes = code.notes ?? [];
  }

  async encodeImage(image: RgbImage, key: RandomKey): Promise<Transmission> {
    const uses = channelUseBudget(this.session.cbr, image);
    const found = await this.#fit(image, this.code.capacityBytes(uses));
    if (!found) return { symbols: new Float32Array(0), side: NO_SIDE };
    const { quality, file } = found;
    return {
      ...this.code.transmit(file, uses, key),
      side: NO_SIDE,
      details: { quality, bytes: file.length },
    };
  }

  async decodeImage(received: Reception): Promise<Reconstruction> {
    const failed = { image: midGrey(received), outage: true };
    if (received.symbols.length === 0) return failed;
    const uses = channelUseBudget(this.session.cbr, received);
    const { message, damaged, details = {} } = await this.code.receive(received, uses);
    const outage = message === null, file = message ?? damaged;
    if (!file) return { ...failed, details };
    try {
      return { image: await this.source.decode(file, received), outage, details };
    } catch (error) {
      if (error instanceof FormatError) return { ...failed, details };
      throw error;
    }
  }

  dispose(): void {
    this.code.dispose?.();
  }

  /** Encodes are shared per (image, settings, quality): a sweep over SNR never encodes twice. */
  async #fit(image: RgbImage, budgetBytes: number): Promise<FittingFile | null> {
    const { source, host } = this;
    const name = `${source.version} ${await imageDigest(image)}`;
    const sizes = await host.memo(
      `sizes ${name}`,
      () => 1024,
      () => Promise.resolve(new Map<number, number>()),
    );
    const encode = (quality: number): Promise<Uint8Array> =>
      host.memo(
        `file ${name} ${quality}`,
        (file) => file.length,
        () => source.encode(image, quality),
      );
    return await bestFitting({ qualities: source.qualities, sizes, encode }, budgetBytes);
  }
}
