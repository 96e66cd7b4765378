/**
 * CDM-JSCC as a codec.
 *
 *     picture - pad - enc -+- hyperprior - bits - rates -+- side: rate map, power byte (priced)
 *                          +----------- fe ---- mask ----+- power, symbols ~~channel~~>
 *
 *     ~~> equalise - places - fd - conditions - U-Net, `steps` times - crop - picture
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
  type SideInformation,
  type Transmission,
} from "../codec.ts";
import { CodecError, DataError } from "../errors.ts";
import { type ImageSize, midGrey, type RgbImage } from "../image.ts";
import type { RandomKey } from "../random.ts";
import { openTensors } from "../tensor/backend.ts";
import { fetchParameters } from "../tensor/checkpoint/shelf.ts";
import { countValues, fromFile, Parameters, shapesOf } from "../tensor/nn/parameters.ts";
import { tf } from "../tensor/tfjs.ts";
import { channelUseBudget } from "../units.ts";
import { type Architecture, mostSymbols, PATCH } from "./architecture.ts";
import { chooseWeights } from "./choice.ts";
import { analysePicture, encodeSymbols, showPicture } from "./inference.ts";
import { declareNetworks } from "./networks.ts";
import type { CdmJsccOptions } from "./options.ts";
import { cropPicture, paddedSize, padPicture } from "./padding.ts";
import { allocateRates, countSymbols, rateMasks } from "./rate_allocation.ts";
import { complexSymbols, fixedRate, ratesWithin } from "./rate_control.ts";
import type { RateMapShape } from "./rate_map_code.ts";
import { equalise, geometricMean, temper } from "./receiver.ts";
import { readSide, type SideFormat, writeSide } from "./side_information.ts";
import { gatherSymbols, scatterSymbols, type SymbolGrid, toUnitPower } from "./symbols.ts";

/** Of this code: results change with it. */
const VERSION = "1";

/** Bytes of tensors at most: the heap has 4 GiB, and needs room to move. */
const MOST_BYTES = 3.5 * 2 ** 30;

/** Values that a picture's tensors hold at once for each of its pixels: as measured, and a little. */
const VALUES_PER_PIXEL: Readonly<Record<string, number>> = {
  compact: 82,
  paper: 800,
  reduced: 140,
};

/** Opens the codec of a session with the weights that it chooses. */
export async function openCdmJscc(
  session: Session,
  options: CdmJsccOptions,
  host: Host,
): Promise<Codec> {
  const { checkpoint, eta, notes, ...chosen } = await chooseWeights(session, options);
  const architecture = { ...chosen.architecture, prediction: options.prediction };
  const declarations = declareNetworks(architecture);
  const values = await fetchParameters(checkpoint, shapesOf(declarations));
  await openTensors();
  const parameters = new Parameters(fromFile(declarations, values));
  const digest = checkpoint.manifest.digest.slice("sha256:".length, "sha256:".length + 16);
  const version = `cdm-jscc-${VERSION} ${architecture.preset} ${digest}`;
  const link = { session, host, eta };
  return perImage(new CdmJscc(architecture, parameters, options, link, { version, notes }));
}

/** The session, and the eta that meets its CBR over a set: undefined where each picture meets it. */
interface Link {
  readonly session: Session;
  readonly host: Host;
  readonly eta: number | undefined;
}

class CdmJscc {
  readonly version: string;
  readonly notes: readonly string[];
  readonly #masks: Uint8Array;
  readonly #format: SideFormat;

  constructor(
    private readonly architecture: Architecture,
    private readonly parameters: Parameters,
    private readonly options: CdmJsccOptions,
    private readonly link: Link,
    about: { readonly version: string; readonly notes: readonly string[] },
  ) {
    this.version = about.version;
    this.notes = about.notes;
    this.#masks = rateMasks(architecture.rates, options.mask);
    const { side: accounting, power, rate } = options;
    this.#format = { accounting, power, fixed: rate === "fixed" };
  }

  async encodeImage(image: RgbImage): Promise<Transmission> {
    const shape = this.#mapShape(image), { rates } = this.architecture;
    const { height, width } = paddedSize(image);
    const x = tf.tensor4d(padPicture(image), [1, height, width, 3]);
    const analysis = analysePicture(this.parameters, x, this.architecture);
    x.dispose();
    try {
      const bits = await analysis.bits.data();
      const indices = await this.#rates(bits as Float32Array, shape, image);
      if (!indices) return { symbols: new Float32Array(0), side: NO_SIDE };
      const places = this.#places(indices);
      const all = encodeSymbols(this.parameters, analysis.y, indices, this.architecture);
      const { symbols, scale } = toUnitPower(gatherSymbols(await takeValues(all), places));
      const side = this.#side(indices, scale, shape);
      const mean = countSymbols(indices, rates) / indices.length;
      return { symbols, side, details: { realSymbolsPerPatch: mean } };
    } finally {
      tf.dispose([analysis.y, analysis.bits]);
    }
  }

  async decodeImage(received: Reception, key: RandomKey): Promise<Reconstruction> {
    const shape = this.#mapShape(received), { symbols, side } = received;
    const told = side && symbols.length > 0
      ? readSide(side, shape, this.#format, this.#fixedIndex(symbols.length, shape))
      : undefined;
    // A damaged map speaks of another number of symbols.
    if (!told || 2 * complexSymbols(told.indices, this.architecture.rates) !== symbols.length) {
      return { image: midGrey(received), outage: true };
    }
    const places = this.#places(told.indices), { scale } = told;
    const equalised = equalise(received, scale);
    const knowsNoise = this.architecture.transforms.kind === "trunk";
    const values = knowsNoise ? equalised.values : temper(equalised, received.noiseVariance, scale);
    const shown = showPicture(this.parameters, this.architecture, {
      indices: told.indices,
      height: shape.height,
      width: shape.width,
      symbols: scatterSymbols(values, places),
      variances: scatterSymbols(equalised.variances, places),
      variance: geometricMean(equalised.variances),
    }, { ...this.options, key });
    return { image: cropPicture(await takeValues(shown), received), outage: false };
  }

  dispose(): void {
    tf.dispose([...this.parameters.tensors.values()]);
  }

  /** Rate indices of a picture; undefined when the budget is too small for any. */
  async #rates(
    bits: Float32Array,
    shape: RateMapShape,
    image: ImageSize,
  ): Promise<Uint8Array | undefined> {
    const { rates } = this.architecture, { session, host, eta } = this.link;
    if (eta !== undefined) return allocateRates(bits, eta, rates);
    const budget = channelUseBudget(session.cbr, image);
    const price = async (indices: Uint8Array): Promise<number> =>
      complexSymbols(indices, rates) +
      await host.sideUses(this.#side(indices, 1, shape).bits, session);
    return this.#format.fixed
      ? await fixedRate(bits.length, rates, budget, price)
      : await ratesWithin(bits, rates, budget, price);
  }

  #side(indices: Uint8Array, scale: number, shape: RateMapShape): SideInformation {
    return writeSide({ indices, scale }, shape, this.#format);
  }

  /** The rate that this many symbols stand for where all positions have the same. */
  #fixedIndex(values: number, { height, width }: RateMapShape): number {
    const { rates } = this.architecture, each = Math.floor(values / (height * width));
    return Math.max(0, rates.indexOf(each));
  }

  #places(indices: Uint8Array): SymbolGrid {
    return { indices, masks: this.#masks, most: mostSymbols(this.architecture) };
  }

  /** @throws {DataError} When the picture's tensors would not fit. */
  #mapShape(size: ImageSize): RateMapShape {
    const { preset, rates } = this.architecture, { width, height } = paddedSize(size);
    const perPixel = VALUES_PER_PIXEL[preset];
    if (perPixel === undefined) throw new CodecError(`no memory figure for preset ${preset}`);
    const room = MOST_BYTES - 4 * countValues(declareNetworks(this.architecture));
    const bytes = 4 * perPixel * width * height;
    if (bytes > room) {
      const mebibytes = (count: number): number => Math.ceil(count / 2 ** 20);
      throw new DataError(
        `picture of ${size.width} x ${size.height}: preset ${preset} would need ` +
          `${mebibytes(bytes)} MiB of tensors, of at most ${mebibytes(room)}; ` +
          `pictures of up to ${(room / (4e6 * perPixel)).toFixed(1)} million pixels fit`,
      );
    }
    return { height: height / PATCH, width: width / PATCH, rates: rates.length };
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
