/**
 * A network between picture and symbols as a codec.
 *
 *     picture - pad - encode - power, symbols ~~channel~~> equalise - latent - decode - crop - picture
 *                                 '- (factor as a byte, priced) -'
 *
 * Pictures go one after another, also where several are given: a network's arithmetic depends on the
 * size of its batch in the last bits, and a result must not.
 *
 * @module
 */
import {
  type Codec,
  type Host,
  NO_SIDE,
  perImage,
  type Reception,
  type Reconstruction,
  type Session,
  type Transmission,
} from "../../codec.ts";
import { CodecError, DataError } from "../../errors.ts";
import { type ImageSize, midGrey, type RgbImage } from "../../image.ts";
import { channelUseBudget, toDecibel } from "../../units.ts";
import type { Parameters } from "../nn/parameters.ts";
import { tf } from "../tfjs.ts";
import type { Network, ReceivedLatent } from "./network.ts";
import { cropPicture, paddedSize, padPicture } from "./padding.ts";
import { FACTOR_BITS, factorByte, factorOf } from "./power.ts";
import { equalise, temper } from "./receiver.ts";
import { fromSymbols, type LatentShape, symbolsOf, toSymbols } from "./symbols.ts";

/** Bytes of tensors at most: the heap has 4 GiB, and needs room to move. */
const MOST_BYTES = 3.5 * 2 ** 30;

/** A network with its weights. */
export interface TrainedNetwork {
  readonly network: Network;
  /** The codec disposes them. */
  readonly parameters: Parameters;
  /** Of codec and weights: changes whenever results may. */
  readonly version: string;
  readonly notes: readonly string[];
  /**
   * The network is told of no less noise than this, N0 per complex symbol: beyond the SNR that it has
   * seen it makes what it is told worse. Absent: it is told what is believed.
   */
  readonly leastNoiseVariance?: number;
}

/** The codec of a session. */
export function jsccCodec(trained: TrainedNetwork, session: Session, host: Host): Codec {
  return perImage(new JsccCodec(trained, session, host));
}

class JsccCodec {
  readonly version: string;
  readonly notes: readonly string[];
  readonly #network: Network;
  readonly #parameters: Parameters;
  readonly #leastNoise: number;

  constructor(
    { network, parameters, version, notes, leastNoiseVariance = 0 }: TrainedNetwork,
    private readonly session: Session,
    private readonly host: Host,
  ) {
    this.version = version;
    this.notes = notes;
    this.#network = network;
    this.#parameters = parameters;
    this.#leastNoise = leastNoiseVariance;
  }

  async encodeImage(image: RgbImage): Promise<Transmission> {
    const network = this.#network, { session } = this;
    const shape = this.#latentShape(image);
    const sideBits = network.tellsPower ? FACTOR_BITS : 0;
    const room = channelUseBudget(session.cbr, image) -
      await this.host.sideUses(sideBits, session);
    const count = Math.min(room, symbolsOf(shape));
    if (!(count >= 1)) return { symbols: new Float32Array(0), side: NO_SIDE };
    const { symbols, factor } = toSymbols(await this.#encode(image), shape, count);
    if (!network.tellsPower) return { symbols, side: NO_SIDE };
    return { symbols, side: { bytes: Uint8Array.of(factorByte(factor)), bits: FACTOR_BITS } };
  }

  async decodeImage(received: Reception): Promise<Reconstruction> {
    const network = this.#network, { symbols, side, width, height } = received;
    const shape = this.#latentShape(received), factor = side?.[0];
    if (symbols.length === 0 || (network.tellsPower && factor === undefined)) {
      return { image: midGrey(received), outage: true };
    }
    if (symbols.length > 2 * symbolsOf(shape)) {
      throw new CodecError(
        `a picture of ${width} x ${height} has at most ${symbolsOf(shape)} symbols; ` +
          `got ${symbols.length / 2}`,
      );
    }
    const scale = network.tellsPower ? 1 / factorOf(factor as number) : 1;
    const shown = await this.#decode(received, shape, scale);
    return { image: cropPicture(shown, received, network.stride), outage: false };
  }

  dispose(): void {
    tf.dispose([...this.#parameters.tensors.values()]);
  }

  /** Latent of a picture, f32[rows, columns, channels]. */
  async #encode(image: RgbImage): Promise<Float32Array> {
    const network = this.#network, { session } = this;
    const { width, height } = paddedSize(image, network.stride);
    const z = tf.tidy(() => {
      const x = tf.tensor4d(padPicture(image, network.stride), [1, height, width, 3]);
      return network.encode(this.#parameters, x, tf.fill([1, 1], session.snrDb));
    });
    return await takeValues(z);
  }

  /** Picture from what was received, times `scale`: f32[height, width, 3], padded. */
  async #decode(received: Reception, shape: LatentShape, scale: number): Promise<Float32Array> {
    const x = tf.tidy(() =>
      this.#network.decode(this.#parameters, this.#latent(received, shape, scale))
    );
    return await takeValues(x);
  }

  #latent(received: Reception, shape: LatentShape, scale: number): ReceivedLatent {
    const { rows, columns, channels } = shape;
    const told = Math.max(received.noiseVariance, this.#leastNoise);
    const equalised = equalise({ ...received, noiseVariance: told }), { noiseVariance } = equalised;
    const symbols = this.#network.tellsPower
      ? equalised.symbols.map((part) => scale * part)
      : temper(equalised, told);
    const halved = (variance: number): number => variance * scale * scale / 2;
    const common = halved(told);
    return {
      y: tf.tensor4d(fromSymbols(symbols, shape, 2, 0), [1, rows, columns, channels]),
      variance: typeof noiseVariance === "number" ? tf.fill([1, 1, 1, 1], common) : tf.tensor4d(
        fromSymbols(noiseVariance.map(halved), shape, 1, common),
        [1, rows, columns, channels],
      ),
      snrDb: tf.fill([1, 1], meanSnrDb(noiseVariance)),
    };
  }

  /** @throws {DataError} When the picture's tensors would not fit. */
  #latentShape(size: ImageSize): LatentShape {
    const { stride, latent, valuesPerPixel } = this.#network;
    const { width, height } = paddedSize(size, stride);
    const bytes = 4 * valuesPerPixel * width * height;
    if (bytes > MOST_BYTES) {
      const pixels = MOST_BYTES / (4 * valuesPerPixel) / 1e6;
      throw new DataError(
        `picture of ${size.width} x ${size.height}: this network would need ` +
          `${Math.ceil(bytes / 2 ** 20)} MiB of tensors, of at most ${MOST_BYTES / 2 ** 20}; ` +
          `pictures of up to ${Math.floor(pixels)} million pixels fit`,
      );
    }
    return { rows: height / stride, columns: width / stride, channels: latent };
  }
}

/** The values of a tensor, which is no more. */
async function takeValues(tensor: tf.Tensor): Promise<Float32Array> {
  try {
    return await tensor.data() as Float32Array;
  } finally {
    tensor.dispose();
  }
}

/** Mean over the symbols of their SNRs in dB. */
function meanSnrDb(noiseVariance: Float32Array | number): number {
  if (typeof noiseVariance === "number") return -toDecibel(noiseVariance);
  const sum = noiseVariance.reduce((sum, variance) => sum - toDecibel(variance), 0);
  return sum / Math.max(1, noiseVariance.length);
}
