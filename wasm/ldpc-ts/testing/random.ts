/**
 * Seeded numbers for tests: Marsaglia's xorshift32, good enough to choose cases.
 *
 * @module
 */

/** A source of seeded random values. */
export class TestRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed ^ 0x9e3779b9) | 1;
    for (let i = 0; i < 8; i++) this.word();
  }

  /** Uniform in [0, 2^32). */
  word(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x >>> 0;
  }

  /** Uniform in [0, 1). */
  unit(): number {
    return this.word() / 2 ** 32;
  }

  /** Uniform integer in [least, most]. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.unit() * (most - least + 1));
  }

  pick<T>(items: readonly T[]): T {
    return items[this.integer(0, items.length - 1)]!;
  }

  bits(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.word() >>> 31);
  }

  /** A standard normal value. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.unit()));
    return radius * Math.cos(2 * Math.PI * this.unit());
  }

  /** LLRs of bits sent as +-1 with noise of the given standard deviation. */
  llrs(bits: Uint8Array, deviation: number): Float32Array {
    const scale = 2 / deviation ** 2;
    return Float32Array.from(bits, (bit) => scale * (1 - 2 * bit + deviation * this.normal()));
  }
}
