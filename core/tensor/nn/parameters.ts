/**
 * Parameters of a network: what they are (declarations), and what they hold (a tree of tensors).
 *
 * A block of layers declares its parameters under the names and in the shapes that PyTorch gives
 * them, which is how weights files hold them; the tensors of the tree have TensorFlow.js's layouts.
 * Names are paths joined by dots: `encoder.stage4.0.conv1.weight`.
 *
 * @module
 */
import { CodecError } from "../../errors.ts";
import type { RandomKey } from "../../random.ts";
import { tf } from "../tfjs.ts";
import type { Initialiser } from "./initialisers.ts";

/**
 * How the values of a parameter are ordered in a file and in memory.
 *
 * | layout            | file (PyTorch)    | tensor (TensorFlow.js) |
 * | ----------------- | ----------------- | ---------------------- |
 * | `plain`           | any               | the same               |
 * | `filter`          | [out, in, kh, kw] | [kh, kw, in, out]      |
 * | `transposed`      | [in, out, kh, kw] | [kh, kw, out, in]      |
 * | `depthwise`       | [c, 1, kh, kw]    | [kh, kw, c, 1]         |
 * | `matrix`          | [out, in]         | [in, out]              |
 */
export type Layout = keyof typeof AXES;

/** Axis of the file that each axis of the tensor is. */
const AXES = {
  plain: null,
  filter: [2, 3, 1, 0],
  transposed: [2, 3, 1, 0],
  depthwise: [2, 3, 0, 1],
  matrix: [1, 0],
} as const;

/** One parameter of a network. */
export interface Declaration {
  /** As in a file. */
  readonly shape: readonly number[];
  readonly layout: Layout;
  readonly initial: Initialiser;
}

/** Parameters of a block, by name within it. */
export type Declarations = Readonly<Record<string, Declaration>>;

/** Puts declarations under a name: `conv1.weight` becomes `stage4.0.conv1.weight`. */
export function under(name: string, declarations: Declarations): Declarations {
  return Object.fromEntries(
    Object.entries(declarations).map(([path, declaration]) => [`${name}.${path}`, declaration]),
  );
}

/** Blocks of one kind in a row, named 0, 1, ... */
export function inARow(count: number, declarations: (index: number) => Declarations): Declarations {
  const blocks: [string, Declaration][] = [];
  for (let index = 0; index < count; index++) {
    blocks.push(...Object.entries(under(String(index), declarations(index))));
  }
  return Object.fromEntries(blocks);
}

/** Shapes by name, as files hold them. */
export function shapesOf(declarations: Declarations): ReadonlyMap<string, readonly number[]> {
  return new Map(Object.entries(declarations).map(([name, { shape }]) => [name, shape]));
}

/** Number of values of all parameters. */
export function countValues(declarations: Declarations): number {
  return Object.values(declarations).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** A tree of tensors. It owns none of them: who made them disposes them. */
export class Parameters {
  constructor(
    /** All tensors of the network by full name. */
    readonly tensors: ReadonlyMap<string, tf.Tensor>,
    /** Where in the network this tree begins: "" or a path that ends in a dot. */
    private readonly prefix = "",
  ) {}

  /** The branch under a path, such as `at("stage4", 0)`. */
  at(...path: (string | number)[]): Parameters {
    return new Parameters(this.tensors, `${this.prefix}${path.join(".")}.`);
  }

  /**
   * A tensor of this tree.
   *
   * @throws {CodecError} When there is none of this name.
   */
  get<T extends tf.Tensor = tf.Tensor>(name: string): T {
    const tensor = this.find<T>(name);
    if (!tensor) throw new CodecError(`the network has no parameter "${this.prefix}${name}"`);
    return tensor;
  }

  /** A tensor of this tree, or undefined: layers without a bias have none. */
  find<T extends tf.Tensor = tf.Tensor>(name: string): T | undefined {
    return this.tensors.get(this.prefix + name) as T | undefined;
  }
}

/** Tensors with their initial values; every parameter draws from the key of its own name. */
export function initialise(declarations: Declarations, key: RandomKey): Map<string, tf.Tensor> {
  return mapDeclared(declarations, (name, declaration) => {
    const values = declaration.initial(declaration.shape, key.derive(name));
    return toTensor(declaration, values);
  });
}

/**
 * Tensors of values as a file holds them.
 *
 * @throws {CodecError} When a parameter is missing or has another number of values.
 */
export function fromFile(
  declarations: Declarations,
  values: ReadonlyMap<string, Float32Array>,
): Map<string, tf.Tensor> {
  return mapDeclared(declarations, (name, declaration) => {
    const given = values.get(name);
    const wanted = sizeOf(declaration.shape);
    if (given?.length !== wanted) {
      const came = given ? `${given.length} values` : "nothing";
      throw new CodecError(
        `parameter "${name}": ${wanted} values [${declaration.shape}]; got ${came}`,
      );
    }
    return toTensor(declaration, given);
  });
}

/** Values of tensors as a file holds them. */
export async function toFile(
  declarations: Declarations,
  tensors: ReadonlyMap<string, tf.Tensor>,
): Promise<Map<string, Float32Array>> {
  const tree = new Parameters(tensors);
  const values = new Map<string, Float32Array>();
  for (const [name, { layout, shape }] of Object.entries(declarations)) {
    const axes = AXES[layout];
    const ordered = axes ? tf.transpose(tree.get(name), inverse(axes)) : tree.get(name).clone();
    values.set(name, Float32Array.from(await ordered.data()));
    ordered.dispose();
    if (values.get(name)?.length !== sizeOf(shape)) {
      throw new CodecError(`parameter "${name}": its tensor has not the shape [${shape}]`);
    }
  }
  return values;
}

function toTensor({ shape, layout }: Declaration, values: Float32Array): tf.Tensor {
  const axes = AXES[layout];
  return tf.tidy(() => {
    const tensor = tf.tensor(values, [...shape]);
    return axes ? tf.transpose(tensor, [...axes]) : tensor;
  });
}

function mapDeclared<T>(
  declarations: Declarations,
  make: (name: string, declaration: Declaration) => T,
): Map<string, T> {
  return new Map(
    Object.entries(declarations).map(([name, declaration]) => [name, make(name, declaration)]),
  );
}

function inverse(axes: readonly number[]): number[] {
  return axes.map((_, index) => axes.indexOf(index));
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
