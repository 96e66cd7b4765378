/**
 * DeepJSCC as a codec: a network between picture and symbols.
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
} from "../../core/codec.ts";
import { CodecError, DataError } from "../../core/errors.ts";
import { type ImageSize, midGrey, type RgbImage } from "../../core/image.ts";
import { openTensors } from "../../core/tensor/backend.ts";
import { fetchParameters } from "../../core/tensor/checkpoint/shelf.ts";
import { fromFile, Parameters, shapesOf } from "../../core/tensor/nn/parameters.ts";
import { tf } from "../../core/tensor/tfjs.ts";
import { channelUseBudget, noiseVariance } from "../../core/units.ts";
import { chooseWeights } from "./choice.ts";
import type { Network, ReceivedLatent } from "./network.ts";
import type { DeepJsccOptions } from "./options.ts";
import { cropPicture, paddedSize, padPicture } from "./padding.ts";
import { FACTOR_BITS, factorByte, factorOf } from "./power.ts";
import { networkOfManifest } from "./presets.ts";
import { equalise, temper } from "./receiver.ts";
import { fromSymbols, type LatentShape, symbolsOf, toSymbols } from "./symbols.ts";

/** Of this code: results change with it. */
const VERSION = "1";

/** Bytes of tensors at most: the heap has 4 GiB, and needs room to move. */
const MOST_BYTES = 3.5 * 2 ** 30;

/**
 * Networks are told of no less noise than this far above the SNR that they were trained at: beyond
 * what they have seen they make it worse (at 40 dB the network for 13 dB gives 27.5 dB told of 19 dB,
 * 26.8 told of 40), and the linear estimator hardly notices.
 */
const MOST_ABOVE_DB = 6;

/** Opens the codec of a session with the weights that it chooses. */
export async function openDeepJscc(
  session: Session,
  options: DeepJsccOptions,
  host: Host,
): Promise<Codec> {
  const { checkpoint, notes } = await chooseWeights(session, options);
  const network = networkOfManifest(checkpoint.manifest, checkpoint.file);
  const values = await fetchParameters(checkpoint, shapesOf(network.declarations));
  await openTensors();
  const parameters = new Parameters(fromFile(network.declarations, values));
  const digest = checkpoint.manifest.digest.slice("sha256:".length, "sha256:".length + 16);
  const version = `deepjscc-${VERSION} ${checkpoint.manifest.preset} ${digest}`;
  const leastNoise = noiseVariance(checkpoint.manifest.snrDb + MOST_ABOVE_DB);
  return perImage(new DeepJscc(network, parameters, session, host, { version, notes, leastNoise }));
}

class DeepJscc {
  readonly version: string;
  readonly notes: readonly string[];

  constructor(
    private readonly network: Network,
    private readonly parameters: Parameters,
    private readonly session: Session,
    private readonly host: Host,
    private readonly about: {
      readonly version: string;
      readonly notes: readonly string[];
      readonly leastNoise: number;
    },
  ) {
    this.version = about.version;
    this.notes = about.notes;
  }

  async encodeImage(image: RgbImage): Promise<Transmission> {
    const { network, session } = this;
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
    const { network } = this, { symbols, side, width, height } = received;
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
    tf.dispose([...this.parameters.tensors.values()]);
  }

  /** Latent of a picture, f32[rows, columns, channels]. */
  async #encode(image: RgbImage): Promise<Float32Array> {
    const { network, parameters, session } = this;
    const { width, height } = paddedSize(image, network.stride);
    const z = tf.tidy(() => {
      const x = tf.tensor4d(padPicture(image, network.stride), [1, height, width, 3]);
      return network.encode(parameters, x, tf.fill([1, 1], session.snrDb));
    });
    return await takeValues(z);
  }

  /** Picture from what was received, times `scale`: f32[height, width, 3], padded. */
  async #decode(received: Reception, shape: LatentShape, scale: number): Promise<Float32Array> {
    const { network, parameters } = this;
    const x = tf.tidy(() => network.decode(parameters, this.#latent(received, shape, scale)));
    return await takeValues(x);
  }

  #latent(received: Reception, shape: LatentShape, scale: number): ReceivedLatent {
    const { rows, columns, channels } = shape;
    const told = Math.max(received.noiseVariance, this.about.leastNoise);
    const equalised = equalise({ ...received, noiseVariance: told }), { noiseVariance } = equalised;
    const symbols = this.network.tellsPower
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
    };
  }

  /** @throws {DataError} When the picture's tensors would not fit. */
  #latentShape(size: ImageSize): LatentShape {
    const { stride, latent, valuesPerPixel } = this.network;
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
