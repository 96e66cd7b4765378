/**
 * Reference cases of the networks: parameters and inputs from a hash of their names, outputs and
 * gradients from files. The format is described beside the vectors. For tests.
 *
 * @module
 */
import { assert } from "@std/assert";
import { readSafetensors, type Safetensors } from "../../../core/tensor/checkpoint/safetensors.ts";
import { type Declarations, fromFile, Parameters } from "../../../core/tensor/nn/parameters.ts";
import { tf } from "../../../core/tensor/tfjs.ts";

/** An array of numbers that a name and a rule give. */
interface Generated {
  readonly shape: readonly number[];
  readonly name: string;
  readonly scale: number;
  readonly offset: number;
}

/** What is known of a large array: some values, and two sums. */
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
export interface CaseDescription {
  readonly case: string;
  readonly kind: "block" | "chain" | "checkpoint";
  readonly params?: Readonly<Record<string, Generated>>;
  readonly inputs: Readonly<Record<string, Generated>>;
  readonly expected: Readonly<Record<string, { readonly shape: number[]; readonly tol: number }>>;
  readonly probes?: Readonly<Record<string, Probe>>;
  readonly scalars?: Readonly<Record<string, { readonly value: number; readonly tol: number }>>;
  readonly snr_db?: number;
  readonly tensors: string;
}

/** A case with its inputs made. */
export class SampleCase<D extends CaseDescription = CaseDescription> {
  readonly json: D;
  readonly #expected: Safetensors;
  readonly #met = new Set<string>();

  /**
   * @param path Of the JSON.
   * @param slackOf By how much an array may exceed its tolerance, which is 8 times the rounding that
   * one engine showed in it; absent: by nothing.
   */
  constructor(path: string, private readonly slackOf: (name: string) => number = () => 1) {
    this.json = JSON.parse(Deno.readTextFileSync(path)) as D;
    const tensors = new URL(this.json.tensors, `file://${path}`).pathname;
    this.#expected = readSafetensors(Deno.readFileSync(tensors), tensors);
  }

  get name(): string {
    return this.json.case;
  }

  /** An input as a tensor: four axes from NCHW to NHWC. */
  input<T extends tf.Tensor = tf.Tensor4D>(name: string): T {
    return generated(this.json.inputs[name]!) as T;
  }

  /** Weights of the loss sum(y t) of a block, in the layout of {@linkcode input}. */
  cotangent(): tf.Tensor4D {
    const { shape } = this.json.expected.y!, name = `${this.name}/input:cotangent`;
    return generated({ shape, name, scale: 1, offset: 0 }) as tf.Tensor4D;
  }

  /**
   * The case's parameters for a network.
   *
   * @param nameOf The case's name of a parameter; all of the case's must be asked for.
   */
  parameters(declarations: Declarations, nameOf: (name: string) => string): Parameters {
    const given = this.json.params ?? {}, values = new Map<string, Float32Array>();
    for (const [name, { shape }] of Object.entries(declarations)) {
      const rule = given[nameOf(name)];
      assert(rule, `${this.name}: it has no parameter "${nameOf(name)}"`);
      assert(shape.join() === rule.shape.join(), `${this.name}: shape of "${nameOf(name)}"`);
      values.set(name, valuesOf(rule));
    }
    assert(values.size === Object.keys(given).length, `${this.name}: parameters are left over`);
    return new Parameters(fromFile(declarations, values));
  }

  /** Whether the case says anything of an array. */
  knows(name: string): boolean {
    return name in this.json.expected || name in (this.json.probes ?? {});
  }

  /** Numbers that the case holds of an array. */
  expected(name: string): Float32Array {
    return this.#expected.floats(name);
  }

  /**
   * Holds an array, in the order of the case, against what the case says of it.
   *
   * @throws When it is further off than the case allows.
   */
  check(name: string, found: ArrayLike<number>): void {
    const what = `${this.name}: ${name}`, exact = this.json.expected[name];
    assert(this.knows(name), `${what}: the case says nothing of it`);
    const slack = this.slackOf(name), probe = this.json.probes?.[name];
    if (exact) checkClose(what, found, this.expected(name), slack * exact.tol);
    if (probe) checkProbe(what, found, probe, slack);
    this.#met.add(name);
  }

  /** @throws When a scalar is further off than the case allows. */
  checkScalar(name: string, found: number): void {
    const { value, tol } = this.json.scalars![name]!;
    assert(Math.abs(found - value) <= tol, `${this.name}: ${name} is ${found}; ${value} +- ${tol}`);
  }

  /** @throws When the case expects more than was checked. */
  checkComplete(): void {
    const all = [...Object.keys(this.json.expected), ...Object.keys(this.json.probes ?? {})];
    const left = all.filter((name) => !this.#met.has(name));
    assert(left.length === 0, `${this.name}: not checked: ${left.join(", ")}`);
  }
}

/** The numbers of a tensor in the order of the cases: four axes from NHWC to NCHW. */
export async function inFileOrder(tensor: tf.Tensor): Promise<Float32Array> {
  const ordered = tensor.rank === 4 ? tf.transpose(tensor, [0, 3, 1, 2]) : tensor.clone();
  const values = await ordered.data() as Float32Array;
  ordered.dispose();
  return values;
}

/** A tensor of generated numbers: four axes from NCHW to NHWC. */
export function generated(rule: Generated): tf.Tensor {
  const shape = [...rule.shape];
  return tf.tidy(() => {
    const tensor = tf.tensor(valuesOf(rule), shape);
    return shape.length === 4 ? tf.transpose(tensor, [0, 2, 3, 1]) : tensor;
  });
}

function valuesOf({ name, shape, scale, offset }: Generated): Float32Array {
  const size = shape.reduce((product, side) => product * side, 1);
  const v = hashed(name);
  return Float32Array.from({ length: size }, (_, i) => offset + scale * v(i));
}

/** v(name, i) in [-1, 1): FNV-1a of the name, then MurmurHash3's finaliser for each i. */
function hashed(name: string): (index: number) => number {
  let seed = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 0x01000193);
  return (index) => {
    let x = (seed + Math.imul(index, 0x9e3779b9)) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    x = (x ^ (x >>> 16)) >>> 0;
    return 2 * ((x >>> 8) / 2 ** 24) - 1;
  };
}

function checkClose(
  what: string,
  found: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance: number,
): void {
  assert(found.length === wanted.length, `${what}: ${wanted.length} values; got ${found.length}`);
  let worst = 0;
  for (let i = 0; i < wanted.length; i++) {
    const error = Math.abs(found[i]! - wanted[i]!);
    if (!(error <= worst)) worst = error;
  }
  assert(worst <= tolerance, `${what}: off by ${worst}; ${tolerance} is allowed`);
}

function checkProbe(
  what: string,
  found: ArrayLike<number>,
  probe: Probe,
  slack: number,
): void {
  const v = hashed(probe.name);
  let dot = 0, squares = 0;
  for (let i = 0; i < found.length; i++) {
    dot += found[i]! * v(i);
    squares += found[i]! ** 2;
  }
  checkClose(`${what}, dot`, [dot], [probe.dot], slack * probe.dot_tol);
  checkClose(`${what}, squares`, [squares], [probe.sum_sq], probe.sum_sq_rtol * probe.sum_sq);
  checkClose(`${what}, values`, probe.at.map((i) => found[i]!), probe.values, slack * probe.tol);
}
