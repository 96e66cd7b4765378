/**
 * Random crops of photographs. Which ones a step gets follows from its number and a key alone, so
 * that a resumed training sees what it would have seen.
 *
 * @module
 */
import type { RgbImage } from "../core/image.ts";
import { fillUniforms, type RandomKey } from "../core/random.ts";
import { shrink } from "./resample.ts";

/** Least factor of the rescaling: shrinking hides the traces of JPEG and adds variety. */
const LEAST_SCALE = 0.6;

/** Crops of one step. */
export interface CropRequest {
  readonly step: number;
  readonly count: number;
  /** Of each crop, in pixels; no longer than the shortest side of any picture. */
  readonly side: number;
}

/** Where a crop comes from. */
export interface CropChoice {
  /** Index of the picture. */
  readonly picture: number;
  /** The square that is taken, before it is shrunk. */
  readonly top: number;
  readonly left: number;
  readonly side: number;
  readonly mirrored: boolean;
}

/** Crops of some pictures. */
export class Crops {
  readonly #pictures: readonly RgbImage[];
  /** Pixels of all pictures up to and with this one. */
  readonly #pixels: Float64Array;
  readonly #key: RandomKey;

  constructor(pictures: readonly RgbImage[], key: RandomKey) {
    this.#pictures = pictures;
    this.#key = key;
    let sum = 0;
    this.#pixels = Float64Array.from(pictures, ({ width, height }) => sum += width * height);
  }

  /** f32[count, side, side, 3] in [0, 1]. */
  batch({ step, count, side }: CropRequest): Float32Array<ArrayBuffer> {
    const size = side * side * 3, values = new Float32Array(count * size);
    for (let index = 0; index < count; index++) {
      const choice = this.choose(step, index, side);
      const picture = this.#pictures[choice.picture] as RgbImage;
      const out = values.subarray(index * size, (index + 1) * size);
      shrink(picture, choice, side, out, choice.mirrored);
    }
    return values;
  }

  /**
   * Crop `index` of a step: picture by area, rescaled by U[0.6, 1] with its aspect kept (by more,
   * where the picture is too small for that), mirrored one time in two.
   */
  choose(step: number, index: number, side: number): CropChoice {
    const lots = new Float64Array(5);
    fillUniforms(this.#key.derive(step, index), lots);
    const [which, scale, down, right, mirror] = lots as unknown as [
      ...[number, number, number, number, number],
    ];
    const picture = this.#pictureAt(which);
    const { width, height } = this.#pictures[picture] as RgbImage;
    const wanted = Math.round(side / (LEAST_SCALE + (1 - LEAST_SCALE) * scale));
    const taken = Math.min(wanted, width, height);
    return {
      picture,
      side: taken,
      top: Math.floor(down * (height - taken + 1)),
      left: Math.floor(right * (width - taken + 1)),
      mirrored: mirror < 0.5,
    };
  }

  /** The picture in which a share of all pixels ends. */
  #pictureAt(share: number): number {
    const pixel = share * (this.#pixels.at(-1) as number);
    let low = 0, high = this.#pixels.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#pixels[middle] as number) > pixel) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
