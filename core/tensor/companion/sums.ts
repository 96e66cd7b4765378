/**
 * Sum and Mean in double precision. The wasm kernels of tfjs add in float32 one value after the
 * other and lose five digits over a million values.
 *
 * @module
 */
import { currentKernel, input, type Kernel, setKernel, sizeOf } from "../kernels.ts";
import { type TensorInfo, tf } from "../tfjs.ts";
import { call, type Companion } from "./module.ts";

/** Registers Sum, Mean and SumOfSquares on the wasm backend. */
export function installSums(companion: Companion): void {
  for (const name of ["Sum", "Mean"] as const) {
    const former = currentKernel("wasm", name);
    setKernel("wasm", name, reduction(companion, name === "Mean", former));
  }
  setKernel("wasm", "SumOfSquares", (inputs) => {
    const { heap } = companion, x = input(inputs, "x"), y = heap.make([]);
    heap.view(y)[0] = call(companion, "sum_of_squares", sizeOf(x.shape), heap.address(x));
    return y;
  });
}

function reduction(companion: Companion, mean: boolean, former: Kernel): Kernel {
  const { heap } = companion;
  return (inputs, attributes) => {
    const x = input(inputs, "x");
    if (x.dtype !== "float32") return former(inputs, attributes);
    const axes = tf.util.parseAxisParam(attributes.axis as number[], [...x.shape]);
    const summed = new Set(axes);
    const count = axes.reduce((product, axis) => product * (x.shape[axis] as number), 1);
    const kept = x.shape.map((length, axis) => summed.has(axis) ? 1 : length);
    const shape = attributes.keepDims ? kept : x.shape.filter((_, axis) => !summed.has(axis));
    let from = x;
    for (const run of runsOf(x.shape, summed)) {
      const last = run.outer === 0;
      const outer = sizeOf(run.shape.slice(0, run.first)), inner = sizeOf(run.shape.slice(run.end));
      const y = heap.make(
        last ? shape : [...run.shape.slice(0, run.first), ...run.shape.slice(run.end)],
      );
      const room = heap.scratch(2 * inner);
      const middle = sizeOf(run.shape.slice(run.first, run.end));
      const scale = last && mean ? 1 / count : 1;
      const operands = [heap.address(from), heap.address(y), scale, room];
      call(companion, "sum_middle", outer, middle, inner, ...operands);
      if (from !== x) heap.drop(from);
      from = y;
    }
    return from as TensorInfo;
  };
}

/** A run of neighbouring axes that are summed at once, in the shape left by the runs after it. */
interface Run {
  readonly shape: readonly number[];
  readonly first: number;
  readonly end: number;
  /** Runs still to come. */
  readonly outer: number;
}

/** Runs of summed axes, last first; axes of length 1 join what is beside them. */
function runsOf(shape: readonly number[], summed: ReadonlySet<number>): Run[] {
  const marks = shape.map((length, axis) => ({ length, summed: summed.has(axis) }))
    .filter(({ length }) => length !== 1);
  const bounds: { first: number; end: number }[] = [];
  marks.forEach((mark, axis) => {
    if (!mark.summed) return;
    const before = bounds.at(-1);
    if (before?.end === axis) before.end = axis + 1;
    else bounds.push({ first: axis, end: axis + 1 });
  });
  if (bounds.length === 0) bounds.push({ first: marks.length, end: marks.length });
  const lengths = marks.map(({ length }) => length);
  return bounds.map(({ first, end }, outer) => ({
    shape: [
      ...lengths.slice(0, end),
      ...marks.slice(end).filter((m) => !m.summed).map((m) => m.length),
    ],
    first,
    end,
    outer,
  })).reverse();
}
