/**
 * Random numbers one after another, for things that are placed in a scene.
 *
 * @module
 */
import { fillUniforms, type RandomKey } from "../../../core/random.ts";

const BLOCK = 512;

/** A sequence of draws; the key alone fixes it. */
export class Draws {
  readonly #key: RandomKey;
  readonly #values = new Float64Array(BLOCK);
  #drawn = 0;

  constructor(key: RandomKey) {
    this.#key = key;
  }

  /** Uniform in (0, 1). */
  uniform(): number {
    const at = this.#drawn % BLOCK;
    if (at === 0) fillUniforms(this.#key.derive(this.#drawn / BLOCK), this.#values);
    this.#drawn++;
    return this.#values[at] as number;
  }

  /** Uniform between two numbers. */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** One of the items, each as likely. */
  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.uniform() * items.length)] as T;
  }

  /** A unit vector; made without sine and cosine, whose last bits differ between engines. */
  direction(): [number, number] {
    for (;;) {
      const x = this.between(-1, 1), y = this.between(-1, 1);
      const square = x * x + y * y;
      if (square > 1 || square < 1e-4) continue; // outside the disc, or too near its centre
      const length = Math.sqrt(square);
      return [x / length, y / length];
    }
  }

  /**
   * A radius of density r^-3 between two bounds: with it, things that occlude each other make
   * pictures whose statistics do not depend on scale, as those of photographs.
   *
   * Source: Lee, Mumford, Huang, "Occlusion Models for Natural Images", IJCV 41, 2001.
   */
  radius(least: number, most: number): number {
    const ratio = least / most;
    return least / Math.sqrt(1 - this.uniform() * (1 - ratio * ratio));
  }
}
