/**
 * Reference cases of models: inputs and parameters from a hash of their names, outputs from files.
 * The format is described beside the vectors.
 *
 * @module
 */
import { assert } from "@std/assert";
import { readSafetensors, type Safetensors } from "../tensor/checkpoint/safetensors.ts";
import { type Declarations, fromFile } from "../tensor/nn/parameters.ts";
import { tf } from "../tensor/tfjs.ts";

/** A number generator of an input or a parameter. */
interface Generated {
  readonly shape: readonly number[];
  readonly scale: number;
  readonly offset: number;
}

/** What a case says about an output. */
interface ExpectedOutput {
  readonly shape: readonly number[];
  readonly tol: number;
  readonly tol_rel?: number;
  readonly tol_rel_l2?: number;
}

/** The description of a case. */
interface CaseJson {
  readonly case: string;
  readonly operation: string;
  readonly hash_suffix: string;
  readonly params_file?: string;
  readonly param_prefixes: readonly string[];
  readonly inputs: Readonly<Record<string, Generated & { readonly name: string }>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, ExpectedOutput>>;
  readonly loss?: string;
}

/** A case with its inputs made. */
export class VectorCase {
  readonly json: CaseJson;
  readonly #files: Safetensors;

  constructor(private readonly folder: string, readonly name: string) {
    this.json = JSON.parse(Deno.readTextFileSync(`${folder}/${name}.json`)) as CaseJson;
    const path = `${folder}/${name}.safetensors`;
    this.#files = readSafetensors(Deno.readFileSync(path), path);
  }

  get attributes(): CaseJson["attributes"] {
    return this.json.attributes;
  }

  #inputOf(name: string): CaseJson["inputs"][string] {
    const input = this.json.inputs[name];
    assert(input, `${this.name}: input "${name}"`);
    return input;
  }

  #outputOf(name: string): ExpectedOutput {
    const output = this.json.outputs[name];
    assert(output, `${this.name}: output "${name}"`);
    return output;
  }

  /** Values of an input. */
  values(input: string): Float32Array {
    const { name, ...generated } = this.#inputOf(input);
    return generate(name + this.json.hash_suffix, generated);
  }

  /** An input in the layout of the reference. */
  input(name: string): tf.Tensor {
    return tf.tensor(this.values(name), [...this.#inputOf(name).shape]);
  }

  /** Random weights of the loss, of an output's shape. */
  probe(output: string): tf.Tensor {
    const { shape } = this.#outputOf(output);
    const name = `probe:${output}${this.json.hash_suffix}`;
    return tf.tensor(generate(name, { shape, scale: 1, offset: 0 }), [...shape]);
  }

  /** The declared parameters under the case's prefixes, with the case's values. */
  parameters(all: Declarations): { declared: Declarations; tensors: Map<string, tf.Tensor> } {
    const { param_prefixes, params_file = "params.json" } = this.json;
    const { hash_suffix, params } = JSON.parse(
      Deno.readTextFileSync(`${this.folder}/${params_file}`),
    ) as { hash_suffix: string; params: Record<string, Generated> };
    const declared = Object.fromEntries(
      Object.entries(all).filter(([name]) => param_prefixes.some((p) => name.startsWith(p))),
    );
    const wanted = Object.keys(params).filter((name) =>
      param_prefixes.some((p) => name.startsWith(p))
    );
    assert(wanted.every((name) => name in declared), "every parameter of the case is declared");
    const values = new Map(
      Object.keys(declared).map((
        name,
      ) => [name, generate(name + hash_suffix, params[name] as Generated)]),
    );
    return { declared, tensors: fromFile(declared, values) };
  }

  /** An expected output, as numbers. */
  expected(output: string): ArrayLike<number> {
    return this.#files.values(output) as ArrayLike<number>;
  }

  /** @throws When an output is further from the expected one than the case allows. */
  check(output: string, found: ArrayLike<number>): void {
    const { tol, tol_rel = 0, tol_rel_l2 } = this.#outputOf(output);
    const expected = this.expected(output), what = `${this.name}: ${output}`;
    assert(found.length === expected.length, `${what}: ${found.length} of ${expected.length}`);
    let squares = 0, reference = 0, worst = 0;
    for (let i = 0; i < expected.length; i++) {
      const wanted = expected[i] as number, error = Math.abs((found[i] as number) - wanted);
      worst = Math.max(worst, error / Math.max(tol + tol_rel * Math.abs(wanted), 1e-300));
      squares += error ** 2;
      reference += wanted ** 2;
    }
    assert(worst <= 1, `${what}: ${worst} times the tolerance`);
    if (tol_rel_l2 !== undefined) {
      const relative = Math.sqrt(squares / reference);
      assert(relative <= tol_rel_l2, `${what}: relative error ${relative}, at most ${tol_rel_l2}`);
    }
  }
}

/** Numbers from the hash of a name: see the vectors' README. */
function generate(name: string, { shape, scale, offset }: Generated): Float32Array {
  const size = shape.reduce((product, side) => product * side, 1), values = new Float32Array(size);
  const h = fnv1a(new TextEncoder().encode(name));
  for (let i = 0; i < size; i++) {
    let x = (h + Math.imul(i, 0x9e3779b9)) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    x = (x ^ (x >>> 16)) >>> 0;
    values[i] = offset + scale * (2 * ((x >>> 8) / 2 ** 24) - 1);
  }
  return values;
}

function fnv1a(bytes: Uint8Array): number {
  return bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0, 0x811c9dc5);
}
