/**
 * Contract of a codec: a way of sending a picture. Every scheme is an interchangeable codec; the
 * simulator knows no more than what stands here.
 *
 *     image --encode--> Transmission --channel--> Reception --decode--> Reconstruction
 *                        symbols, side             symbols, gains, side
 *
 * @module
 */
import { CodecError } from "./errors.ts";
import { checkImage, type ImageSize, type RgbImage } from "./image.ts";
import type { OptionsSchema } from "./options.ts";
import type { RandomKey } from "./random.ts";
import type { Decibel } from "./units.ts";

/** How side information is priced in channel uses. */
export type SideInformationPrice = "ideal" | "ldpc" | "free";

/** The link as the codec may know it before it sees an image. */
export interface Session {
  /** Complex channel uses per source value, k / (3 W H). */
  readonly cbr: number;
  /** What transmitter and receiver believe: the assumed SNR. */
  readonly snrDb: Decibel;
  /** Channel with its options, canonical: "awgn", "rayleigh:fading=block". */
  readonly channel: string;
  /** How the simulator prices side information. */
  readonly sideInformation: SideInformationPrice;
}

/** Something a codec needs that may be missing; said before a run, not in it. */
export type Capability = "weights" | "native" | "webgpu";

/** What the simulator (or a page) lends to a codec. */
export interface Host {
  /** Bits per channel use an ideal code may count on over the session's channel at an SNR. */
  capacity(snrDb: Decibel): number;
  /**
   * Channel uses that so many bits of side information cost in a session: a codec that promises its
   * CBR for each image leaves room for them. Infinity: the link carries none.
   */
  sideUses(bits: number, session: Session): Promise<number>;
  /**
   * Computes once per key and keeps the result, within a memory budget, for every codec of this
   * process: a sweep over SNR asks for the same encode many times. Values are shared.
   */
  memo<T>(key: string, bytes: (value: T) => number, make: () => Promise<T>): Promise<T>;
}

/** A codec as the registry knows it: a value with a name, options that describe themselves. */
export interface CodecPlugin<O extends object = object> {
  /** Identity: "bpg-ldpc". */
  readonly id: string;
  /** As in a legend. */
  readonly title: string;
  /** Paper, equation or standard. */
  readonly reference: string;
  /** Options that describe themselves: they parse the command line and print the help. */
  readonly options: OptionsSchema<O>;
  /** How the CBR is met: for each image, or on average over a set. */
  readonly rate: "per-image" | "on-average";
  /** What must be there before a run; absent: nothing. */
  readonly needs?: readonly Capability[];
  /**
   * Options that stand for a choice made after the fact, as published envelopes do: all variants
   * are run, and the table shows at each point the one with the best mean PSNR, and says so. None:
   * the options are what they say.
   */
  variants?(options: O): readonly O[];
  /**
   * Makes the codec for one session.
   *
   * @throws {CapabilityError} When something that it needs is missing.
   */
  create(session: Session, options: O, host: Host): Promise<Codec>;
}

/** A codec for one session. All arrays have one entry per image, in the same order. */
export interface Codec {
  /** Changes whenever results may: code version and digest of weights. */
  readonly version: string;
  /** Conditions that no result may hide: "nearest checkpoint: 10 dB for 8 dB". */
  readonly notes?: readonly string[];
  /** What goes on the air for each image; the keys alone fix any randomness of the transmitter. */
  encode(images: readonly RgbImage[], keys: readonly RandomKey[]): Promise<Transmission[]>;
  /** What the receiver shows; the keys alone fix any randomness of the receiver. */
  decode(received: readonly Reception[], keys: readonly RandomKey[]): Promise<Reconstruction[]>;
  /** Frees what the codec holds; it is not used afterwards. */
  dispose(): void;
}

/** What goes on the air for one image. */
export interface Transmission {
  /** f32[k, 2] (re, im); mean |x|^2 = 1 over this image's k symbols. Empty: nothing fits, outage. */
  readonly symbols: Float32Array;
  /** Entropy-coded side information; the simulator prices its `bits`. */
  readonly side: SideInformation;
  /**
   * The message of an idealised code, which the simulator carries error-free beside the symbols.
   * Only for codes that are defined by capacity: such a codec must compare
   * {@linkcode Genie.capacity} with what it assumed and declare the outage itself.
   */
  readonly ideal?: Uint8Array;
  /** Numbers worth keeping with the result: quality parameter, bytes. */
  readonly details?: Readonly<Record<string, number>>;
}

/** Side information of one image. */
export interface SideInformation {
  /** As the transmitter sends it and, if it is not lost, the receiver gets it. */
  readonly bytes: Uint8Array;
  /** What is priced: at most 8 times the bytes. */
  readonly bits: number;
}

/** No side information. */
export const NO_SIDE: SideInformation = { bytes: new Uint8Array(0), bits: 0 };

/** What an idealised code may know: its message, and the true capacity of this realisation. */
export interface Genie {
  /** What was sent. */
  readonly message: Uint8Array;
  /** Bits per channel use that the channel really carried. */
  readonly capacity: number;
}

/** What arrives for one image. */
export interface Reception extends ImageSize {
  /** f32[k, 2] (re, im), before equalisation: gain times symbol plus noise. */
  readonly symbols: Float32Array;
  /** Complex gains f32[k, 2], known at the receiver; null = 1. */
  readonly gains: Float32Array | null;
  /** N0 per complex symbol, as assumed. */
  readonly noiseVariance: number;
  /** null = lost. */
  readonly side: Uint8Array | null;
  /** null unless the transmission carried an ideal message. */
  readonly genie: Genie | null;
}

/** What the receiver shows for one image. */
export interface Reconstruction {
  /** Of the size that was sent. */
  readonly image: RgbImage;
  /** The receiver knows that it failed; the picture is then mid-grey. */
  readonly outage: boolean;
  /** Numbers worth keeping with the result: iterations, blocks lost. */
  readonly details?: Readonly<Record<string, number>>;
}

/** A codec that thinks of one image at a time. */
export interface PerImageCodec {
  /** Changes whenever results may: code version and digest of weights. */
  readonly version: string;
  /** Conditions that no result may hide. */
  readonly notes?: readonly string[];
  /** As `encode` of {@linkcode Codec}, for one image that was checked. */
  encodeImage(image: RgbImage, key: RandomKey): Promise<Transmission> | Transmission;
  /** As `decode` of {@linkcode Codec}, for one image. */
  decodeImage(received: Reception, key: RandomKey): Promise<Reconstruction> | Reconstruction;
  /** Frees what the codec holds. */
  dispose?(): void;
}

/** Makes a {@linkcode Codec} of one that thinks of one image at a time. */
export function perImage(codec: PerImageCodec): Codec {
  return {
    version: codec.version,
    ...(codec.notes ? { notes: codec.notes } : {}),
    encode: (images, keys) =>
      each(images, keys, (image, key) => {
        checkImage(image);
        return codec.encodeImage(image, key);
      }),
    decode: (received, keys) => each(received, keys, (one, key) => codec.decodeImage(one, key)),
    dispose: () => codec.dispose?.(),
  };
}

async function each<I, O>(
  items: readonly I[],
  keys: readonly RandomKey[],
  work: (item: I, key: RandomKey) => Promise<O> | O,
): Promise<O[]> {
  const results: O[] = [];
  for (const [index, item] of items.entries()) {
    const key = keys[index];
    if (key === undefined) {
      throw new CodecError(
        `a key for each image is needed: ${items.length} images, ${keys.length} keys`,
      );
    }
    results.push(await work(item, key)); // one after another: memory stays that of one image
  }
  return results;
}
