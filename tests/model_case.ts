/**
 * Reference cases of DeepJSCC's and GAN-JSCC's networks: a JSON of rules and tolerances, and tensors
 * beside it. What goes in is made by a rule from its name; what comes out is stored whole, or where it
 * is large by some of its values and its product with a tensor of that rule. Arrays are NCHW.
 *
 * @module
 */
import { assert } from "@std/assert";
import { readSafetensors, type Safetensors } from "../core/tensor/checkpoint/safetensors.ts";
import { tf } from "../core/tensor/tfjs.ts";

/**
 * A case's tolerance is 8 times the rounding that one engine showed in an array. In gradients of few
 * values, sums in which much cancels, that is luck: another order of the sum errs by 2.5 times the
 * tolerance where most arrays stay below half of it.
 */
const GRADIENT_SLACK = 4;

/** How a tensor is made: offset + scale * v(name, index), v in [-1, 1). */
interface Rule {
  readonly shape: readonly number[];
  readonly name: string;
  readonly scale: number;
  readonly offset: number;
}

/** A large tensor by its digest. */
interface Probe {
  readonly name: string;
  readonly dot: number;
  readonly dot_tol: number;
  readonly sum_sq: number;
  readonly sum_sq_rtol: number;
  readonly at: readonly number[];
  readonly values: readonly number[];
  readonly tol: number;
}

/** The description of a case. */
interface CaseJson {
  readonly case: string;
  readonly kind: string;
  readonly params?: Readonly<Record<string, Rule>>;
  readonly inputs?: Readonly<Record<string, Rule>>;
  readonly expected?: Readonly<Record<string, { readonly tol: number }>>;
  readonly probes?: Readonly<Record<string, Probe>>;
  readonly scalars?: Readonly<Record<string, { readonly value: number; readonly tol: number }>>;
  readonly snr_db?: number;
  readonly padding?: { readonly padded: readonly [number, number] };
  readonly tensors?: string;
}

/** One case. */
export class ModelCase {
  readonly json: CaseJson;
  readonly #stored: Safetensors | undefined;
  readonly #checked = new Set<string>();

  /** @param path Of the JSON. */
  constructor(path: string) {
    this.json = JSON.parse(Deno.readTextFileSync(path)) as CaseJson;
    const { tensors } = this.json;
    if (tensors === undefined) return;
    const stored = path.replace(/[^/]*$/, tensors);
    this.#stored = readSafetensors(Deno.readFileSync(stored), stored);
  }

  get name(): string {
    return this.json.case;
  }

  /** Values of all parameters by name, as a file holds them. */
  parameters(): Map<string, Float32Array> {
    return new Map(
      Object.entries(this.json.params ?? {}).map(([name, rule]) => [name, ruled(rule)]),
    );
  }

  /** Shape of a parameter, as in a file. */
  parameterShape(name: string): readonly number[] {
    return this.json.params?.[name]?.shape ?? [];
  }

  /** An input: pictures and feature maps become f32[n, h, w, c], others stay. */
  input<T extends tf.Tensor>(name: string): T {
    const rule = this.json.inputs?.[name];
    assert(rule, `${this.name} has no input ${name}`);
    return tf.tidy(() => {
      const values = tf.tensor(ruled(rule), [...rule.shape]);
      return (rule.shape.length === 4 ? tf.transpose(values, [0, 2, 3, 1]) : values) as T;
    });
  }

  /** The weights of the loss sum(y * t), of the shape of y (NHWC where y has four axes). */
  cotangent(y: tf.Tensor): tf.Tensor {
    const nchw = y.rank === 4 ? [0, 3, 1, 2].map((axis) => y.shape[axis] as number) : y.shape;
    const rule = { name: `${this.name}/input:cotangent`, shape: nchw, scale: 1, offset: 0 };
    return tf.tidy(() => {
      const values = tf.tensor(ruled(rule), nchw);
      return y.rank === 4 ? tf.transpose(values, [0, 2, 3, 1]) : values;
    });
  }

  /** Names that the case has something to compare with. */
  names(): ReadonlySet<string> {
    const { expected = {}, probes = {}, scalars = {} } = this.json;
    return new Set([expected, probes, scalars].flatMap((part) => Object.keys(part)));
  }

  /** Names that nothing was compared with yet. */
  unchecked(): readonly string[] {
    return [...this.names()].filter((name) => !this.#checked.has(name));
  }

  /** Compares a feature map or picture f32[n, h, w, c], or a tensor of fewer axes. */
  async checkTensor(name: string, found: tf.Tensor): Promise<void> {
    if (!this.names().has(name)) return;
    const ordered = found.rank === 4 ? tf.transpose(found, [0, 3, 1, 2]) : found.clone();
    this.check(name, await ordered.data());
    ordered.dispose();
  }

  /**
   * Compares values in the order of a file with what the case has of this name, if anything.
   *
   * @throws When they are further from it than the case allows.
   */
  check(name: string, found: ArrayLike<number>): void {
    const { expected, probes, scalars } = this.json;
    const slack = /^grad/.test(name) ? GRADIENT_SLACK : 1;
    const stored = expected?.[name], probe = probes?.[name], scalar = scalars?.[name];
    if (stored) {
      assert(this.#stored, `${this.name} has no tensors`);
      this.#near(name, found, this.#stored.floats(name), slack * stored.tol);
    }
    if (scalar) this.#near(name, found, [scalar.value], scalar.tol);
    if (probe) {
      this.#near(
        name,
        probe.at.map((index) => found[index] as number),
        probe.values,
        slack * probe.tol,
      );
      const weights = ruledValues(probe.name, found.length);
      let dot = 0, squares = 0;
      for (let i = 0; i < found.length; i++) {
        const value = found[i] as number;
        dot += value * (weights[i] as number);
        squares += value * value;
      }
      this.#near(`${name}, product`, [dot], [probe.dot], slack * probe.dot_tol);
      this.#near(`${name}, squares`, [squares], [probe.sum_sq], probe.sum_sq * probe.sum_sq_rtol);
    }
    if (stored || scalar || probe) this.#checked.add(name);
  }

  #near(what: string, found: ArrayLike<number>, wanted: ArrayLike<number>, most: number): void {
    assert(
      found.length === wanted.length,
      `${this.name}: ${what} has ${found.length} values, not ${wanted.length}`,
    );
    let worst = 0;
    for (let i = 0; i < wanted.length; i++) {
      const error = Math.abs((found[i] as number) - (wanted[i] as number));
      worst = Number.isNaN(error) ? Infinity : Math.max(worst, error);
    }
    assert(worst <= most, `${this.name}: ${what} is off by ${worst}, allowed ${most}`);
  }
}

function ruled({ name, shape, scale, offset }: Rule): Float32Array {
  const size = shape.reduce((product, side) => product * side, 1);
  return Float32Array.from(ruledValues(name, size), (value) => offset + scale * value);
}

/** f64[count] in [-1, 1): 32-bit FNV-1a of the name, then the finaliser of MurmurHash3. */
function ruledValues(name: string, count: number): Float64Array {
  const seed = new TextEncoder().encode(name)
    .reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193), 0x811c9dc5);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = seed + Math.imul(i, 0x9e3779b9);
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    x = (x ^ (x >>> 16)) >>> 0;
    values[i] = 2 * ((x >>> 8) / 2 ** 24) - 1;
  }
  return values;
}
