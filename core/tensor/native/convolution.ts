/**
 * One convolution of fixed sizes by oneDNN: forward, input gradient or filter gradient, on NHWC
 * pictures and HWIO filters where they lie.
 *
 * @module
 */
import type { ConvolutionSizes } from "../convolution_geometry.ts";
import { CodecError } from "../../errors.ts";
import type { ConvolutionResult } from "../companion/convolution.ts";
import { check, type OneDnnFunctions } from "./library.ts";
import { describe, type Descriptor, integers, Out, stableBytes, type Workspace } from "./memory.ts";

/** How a convolution is computed. */
export interface ConvolutionForm {
  readonly algorithm: "direct" | "winograd";
  /** Whether pictures may be reordered into the layout that oneDNN likes best. */
  readonly reorder: boolean;
  /** Whether the filter is [height, width, channels, multiplier], one group a channel. */
  readonly depthwise: boolean;
}

/** An engine of oneDNN and its stream. */
export interface OneDnnEngine {
  readonly functions: OneDnnFunctions;
  readonly engine: Deno.PointerValue;
  readonly stream: Deno.PointerValue;
  readonly workspace: Workspace;
}

/** Numbers of a tensor on the heap of the wasm backend, made anew for every call. */
export type Values = Float32Array<ArrayBuffer>;

/** Bytes of a convolution descriptor; 5976 in oneDNN 2.6. */
const OPERATION_BYTES = 8192;
const FORWARD_TRAINING = 64;
const ALGORITHM = { direct: 1, winograd: 2 } as const;
const IMPLEMENTATION_NAME = 8;

type Role = "x" | "filter" | "y";
const ROLES = ["x", "filter", "y"] as const;

/** For each result: what to ask for a layout (query) and where execution takes it (argument). */
const NUMBERS: Readonly<
  Record<ConvolutionResult, Readonly<Record<Role, { query: number; argument: number }>>>
> = {
  y: {
    x: { query: 129, argument: 1 },
    filter: { query: 131, argument: 33 },
    y: { query: 133, argument: 17 },
  },
  x: {
    x: { query: 130, argument: 129 },
    filter: { query: 131, argument: 33 },
    y: { query: 134, argument: 145 },
  },
  filter: {
    x: { query: 129, argument: 1 },
    filter: { query: 132, argument: 161 },
    y: { query: 134, argument: 145 },
  },
};

/** A reorder or a convolution with its arguments bound to memory objects. */
interface Step {
  readonly primitive: Deno.PointerValue;
  readonly arguments: BigUint64Array<ArrayBuffer>;
  readonly count: number;
}

/** A tensor of the convolution: as it lies, and as oneDNN wants it where that differs. */
interface Binding {
  readonly plain: Deno.PointerValue;
  readonly inner: Deno.PointerValue;
  /** Bytes of the inner layout; 0 where the plain one serves. */
  readonly innerBytes: number;
}

/** A convolution, its gradient in the input or its gradient in the filter. */
export class NativeConvolution {
  /** What oneDNN calls its implementation: "jit_wino_4x3:avx512_core". */
  readonly implementation: string;
  readonly #context: OneDnnEngine;
  readonly #bindings: Readonly<Record<Role, Binding>>;
  readonly #steps: Step[] = [];
  readonly #memories: Deno.PointerValue[] = [];

  /** @throws {CodecError} When oneDNN has no such form on this machine. */
  constructor(
    context: OneDnnEngine,
    result: ConvolutionResult,
    sizes: ConvolutionSizes,
    form: ConvolutionForm,
  ) {
    this.#context = context;
    const plain = plainLayouts(context.functions, sizes, form.depthwise);
    const description = describePrimitive(context, result, sizes, form, plain);
    this.implementation = nameOf(context.functions, description);
    const before: Step[] = [], after: Step[] = [];
    const bind = (role: Role): Binding => {
      const wanted = context.functions.dnnl_primitive_desc_query_md(
        description,
        NUMBERS[result][role].query,
        0,
      );
      const outer = this.#memory(Deno.UnsafePointer.of(plain[role]));
      if (context.functions.dnnl_memory_desc_equal(wanted, plain[role])) {
        return { plain: outer, inner: outer, innerBytes: 0 };
      }
      const inner = this.#memory(wanted), layout = Deno.UnsafePointer.of(plain[role]);
      if (role === result) after.push(this.#reorder(wanted, layout, inner, outer));
      else before.push(this.#reorder(layout, wanted, outer, inner));
      const innerBytes = Number(context.functions.dnnl_memory_desc_get_size(wanted));
      return { plain: outer, inner, innerBytes };
    };
    this.#bindings = { x: bind("x"), filter: bind("filter"), y: bind("y") };
    const operands = ROLES.map((role) =>
      [NUMBERS[result][role].argument, this.#bindings[role].inner] as const
    );
    this.#steps = [...before, this.#step(description, operands), ...after];
    context.functions.dnnl_primitive_desc_destroy(description);
  }

  /** Computes the result from the two others. */
  run(values: Readonly<Record<Role, Values>>): void {
    const { functions, stream, workspace } = this.#context;
    for (const role of ROLES) {
      const { plain, inner, innerBytes } = this.#bindings[role];
      functions.dnnl_memory_set_data_handle(plain, values[role]);
      if (innerBytes > 0) {
        functions.dnnl_memory_set_data_handle(inner, workspace.piece(role, innerBytes));
      }
    }
    for (const { primitive, count, arguments: bound } of this.#steps) {
      check(functions.dnnl_primitive_execute(primitive, stream, count, bound), "execution");
    }
  }

  /** Frees what oneDNN holds for this convolution. */
  dispose(): void {
    const { functions } = this.#context;
    for (const { primitive } of this.#steps) functions.dnnl_primitive_destroy(primitive);
    for (const memory of this.#memories) functions.dnnl_memory_destroy(memory);
  }

  #memory(descriptor: Deno.PointerValue): Deno.PointerValue {
    const { functions, engine } = this.#context, out = new Out();
    check(functions.dnnl_memory_create(out.buffer, descriptor, engine, null), "memory");
    this.#memories.push(out.pointer);
    return out.pointer;
  }

  #step(
    description: Deno.PointerValue,
    operands: readonly (readonly [argument: number, memory: Deno.PointerValue])[],
  ): Step {
    const out = new Out(), { functions } = this.#context;
    check(functions.dnnl_primitive_create(out.buffer, description), "primitive");
    const bound = new BigUint64Array(new ArrayBuffer(128));
    operands.forEach(([argument, memory], index) => {
      bound[2 * index] = BigInt(argument);
      bound[2 * index + 1] = Deno.UnsafePointer.value(memory);
    });
    return { primitive: out.pointer, arguments: bound, count: operands.length };
  }

  #reorder(
    from: Deno.PointerValue,
    to: Deno.PointerValue,
    source: Deno.PointerValue,
    target: Deno.PointerValue,
  ): Step {
    const { functions, engine } = this.#context, out = new Out();
    check(
      functions.dnnl_reorder_primitive_desc_create(out.buffer, from, engine, to, engine, null),
      "reorder",
    );
    const step = this.#step(out.pointer, [[1, source], [17, target]]);
    functions.dnnl_primitive_desc_destroy(out.pointer);
    return step;
  }
}

/** NHWC pictures and the filter of tfjs, in oneDNN's order of dimensions (N C H W, [G] O I H W). */
function plainLayouts(
  functions: OneDnnFunctions,
  sizes: ConvolutionSizes,
  depthwise: boolean,
): Record<Role, Descriptor> {
  const { inChannels: c, outChannels: k, filterHeight, filterWidth } = sizes;
  const picture = (h: number, w: number, channels: number): Descriptor =>
    describe(functions, [sizes.batchSize, channels, h, w], [
      ...[h * w * channels, 1, w * channels, channels],
    ]);
  return {
    x: picture(sizes.inHeight, sizes.inWidth, c),
    filter: depthwise
      ? describe(functions, filterLengths(sizes, true), [k / c, 1, k, filterWidth * k, k])
      : describe(functions, [k, c, filterHeight, filterWidth], [1, k, filterWidth * c * k, c * k]),
    y: picture(sizes.outHeight, sizes.outWidth, k),
  };
}

function filterLengths(sizes: ConvolutionSizes, depthwise: boolean): number[] {
  const { inChannels: c, outChannels: k, filterHeight, filterWidth } = sizes;
  return depthwise ? [c, k / c, 1, filterHeight, filterWidth] : [k, c, filterHeight, filterWidth];
}

/** A primitive descriptor. A gradient is described with the forward pass that it belongs to. */
function describePrimitive(
  { functions, engine }: OneDnnEngine,
  result: ConvolutionResult,
  sizes: ConvolutionSizes,
  form: ConvolutionForm,
  plain: Readonly<Record<Role, Descriptor>>,
): Deno.PointerValue {
  const { batchSize, inChannels, inHeight, inWidth, outChannels, outHeight, outWidth } = sizes;
  const any = (lengths: readonly number[]): Descriptor => describe(functions, lengths, "any");
  const x = form.reorder ? any([batchSize, inChannels, inHeight, inWidth]) : plain.x;
  const y = form.reorder ? any([batchSize, outChannels, outHeight, outWidth]) : plain.y;
  const filter = any(filterLengths(sizes, form.depthwise));
  const algorithm = ALGORITHM[form.algorithm];
  const steps = [
    integers([sizes.strideHeight, sizes.strideWidth]),
    integers([sizes.dilationHeight - 1, sizes.dilationWidth - 1]),
    integers([sizes.padInfo.top, sizes.padInfo.left]),
    integers([endPadding(sizes, "Height"), endPadding(sizes, "Width")]),
  ] as const;
  const create = (
    operation: Uint8Array<ArrayBuffer>,
    forward: Deno.PointerValue,
  ): Deno.PointerValue => {
    const out = new Out();
    const status = functions.dnnl_primitive_desc_create(
      ...[out.buffer, operation, null, engine, forward] as const,
    );
    check(status, "primitive descriptor");
    return out.pointer;
  };
  const operation = stableBytes(OPERATION_BYTES);
  check(
    functions.dnnl_dilated_convolution_forward_desc_init(
      ...[operation, FORWARD_TRAINING, algorithm, x, filter, null, y, ...steps] as const,
    ),
    "convolution",
  );
  const forward = create(operation, null);
  if (result === "y") return forward;
  const backward = stableBytes(OPERATION_BYTES);
  check(
    result === "x"
      ? functions.dnnl_dilated_convolution_backward_data_desc_init(
        ...[backward, algorithm, x, filter, y, ...steps] as const,
      )
      : functions.dnnl_dilated_convolution_backward_weights_desc_init(
        ...[backward, algorithm, x, filter, null, y, ...steps] as const,
      ),
    "convolution gradient",
  );
  try {
    return create(backward, forward);
  } finally {
    functions.dnnl_primitive_desc_destroy(forward);
  }
}

/** Zeros (or, below 0, ignored lines) after the last row or column. */
function endPadding(sizes: ConvolutionSizes, axis: "Height" | "Width"): number {
  const before = axis === "Height" ? sizes.padInfo.top : sizes.padInfo.left;
  const reach = (sizes[`filter${axis}`] - 1) * sizes[`dilation${axis}`] + 1;
  return (sizes[`out${axis}`] - 1) * sizes[`stride${axis}`] + reach - sizes[`in${axis}`] - before;
}

function nameOf(functions: OneDnnFunctions, description: Deno.PointerValue): string {
  const out = new Out();
  check(
    functions.dnnl_primitive_desc_query(description, IMPLEMENTATION_NAME, 0, out.buffer),
    "implementation name",
  );
  const { pointer } = out;
  if (!pointer) throw new CodecError("oneDNN: an implementation without a name");
  return Deno.UnsafePointerView.getCString(pointer);
}
