/**
 * Features of the patches of a picture by one network.
 *
 * @module
 */
import type { RgbImage } from "../../core/image.ts";
import type { PatchNetwork } from "./patch_networks.ts";
import { patches } from "./pixels.ts";
import type { WeightSource } from "./weights.ts";

/** Patches that run through a network together: more would only need more memory. */
const BATCH = 6;

type Extract = (patches: readonly RgbImage[]) => Promise<Float32Array[][]>;

/**
 * Runs a network over the patches of pictures, for all its feature sets at once. The last picture's
 * features are kept, since the metrics ask for one feature set after the other.
 */
export class PatchExtractor {
  readonly #network: PatchNetwork;
  readonly #weights: WeightSource;
  #extract: Promise<Extract> | undefined;
  #last: { readonly image: RgbImage; readonly sets: Promise<Float32Array[][]> } | undefined;

  constructor(network: PatchNetwork, weights: WeightSource) {
    this.#network = network;
    this.#weights = weights;
  }

  /** Rows of one feature set, patch by patch; none when the picture is smaller than a patch. */
  async rows(image: RgbImage, featureSet: string): Promise<Float32Array[]> {
    if (this.#last?.image !== image) this.#last = { image, sets: this.extract(patches(image)) };
    const sets = await this.#last.sets;
    return sets[this.#network.featureSets.findIndex(({ name }) => name === featureSet)] ?? [];
  }

  /** For each feature set the rows of pictures of one size. */
  async extract(pictures: readonly RgbImage[]): Promise<Float32Array[][]> {
    const sets: Float32Array[][] = this.#network.featureSets.map(() => []);
    for (let first = 0; first < pictures.length; first += BATCH) {
      this.#extract ??= this.#open();
      const found = await (await this.#extract)(pictures.slice(first, first + BATCH));
      for (const [set, rows] of found.entries()) sets[set]?.push(...rows);
    }
    return sets;
  }

  async #open(): Promise<Extract> {
    const network = this.#network;
    const { layers: table, read, run } = await network.load();
    const { openLayers, pictureTensor, positionMeans } = await import("./networks/open.ts");
    const { tf } = await import("../../core/tensor/backend.ts");
    const layers = await openLayers(this.#weights, network.weights, table, read);
    return async (batch) => {
      const numbers = network.input(batch);
      const activations = tf.tidy(() =>
        run(layers, pictureTensor(numbers, batch.length, network.side))
      );
      return await Promise.all(activations.map(positionMeans));
    };
  }
}
