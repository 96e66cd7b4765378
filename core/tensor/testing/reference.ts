/**
 * Slow float64 twins of operations, for tests: arrays with a shape, and loops that say what is meant.
 *
 * @module
 */

/** Numbers with a shape, row-major. */
export interface Reference {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** An array filled by a function of its index. */
export function fill(
  shape: readonly number[],
  at: (index: readonly number[]) => number,
): Reference {
  const size = shape.reduce((product, length) => product * length, 1);
  const data = new Float64Array(size), index = shape.map(() => 0);
  for (let i = 0; i < size; i++) {
    data[i] = at(index);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = index[axis]! + 1;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
  return { shape, data };
}

/** The value at an index; axes of length 1 and missing leading axes are broadcast. */
export function at({ shape, data }: Reference, index: readonly number[]): number {
  const skipped = index.length - shape.length;
  let offset = 0;
  for (let axis = 0; axis < shape.length; axis++) {
    const length = shape[axis]!;
    offset = offset * length + (length === 1 ? 0 : index[axis + skipped]!);
  }
  return data[offset]!;
}

/** The function of each value. */
export function each(x: Reference, f: (value: number) => number): Reference {
  return { shape: x.shape, data: x.data.map(f) };
}

/** The function of two arrays' values, broadcast. */
export function both(
  a: Reference,
  b: Reference,
  f: (a: number, b: number) => number,
): Reference {
  const rank = Math.max(a.shape.length, b.shape.length);
  const shape = Array.from({ length: rank }, (_, axis) => {
    const [p, q] = [a, b].map(({ shape }) => shape[axis - rank + shape.length] ?? 1);
    return p === 1 ? q! : p!;
  });
  return fill(shape, (index) => f(at(a, index), at(b, index)));
}

/** The same numbers under another shape. */
export function reshaped(x: Reference, shape: readonly number[]): Reference {
  return { shape, data: x.data };
}

/** y[index] = x[index permuted]: axis i of y is axis order[i] of x. */
export function transposed(x: Reference, order: readonly number[]): Reference {
  return fill(order.map((axis) => x.shape[axis]!), (index) => {
    const from: number[] = [];
    order.forEach((axis, i) => from[axis] = index[i]!);
    return at(x, from);
  });
}

/** Sum over axes; `mean` divides by their count. */
export function summed(x: Reference, axes: readonly number[], mean = false): Reference {
  const kept = x.shape.map((length, axis) => axes.includes(axis) ? 1 : length);
  const result = fill(kept, () => 0);
  const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
  let i = 0;
  fill(x.shape, (index) => {
    let offset = 0;
    kept.forEach((length, axis) => offset = offset * length + (length === 1 ? 0 : index[axis]!));
    result.data[offset] = result.data[offset]! + x.data[i++]! / (mean ? count : 1);
    return 0;
  });
  return reshaped(result, x.shape.filter((_, axis) => !axes.includes(axis)));
}

/** Strides, dilation and the padding at the start and (by the output's size) at the end. */
export interface ConvolutionForm {
  readonly stride: number;
  readonly dilation?: number;
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** TensorFlow's "same" padding for one input size, filter size and stride. */
export function same(
  height: number,
  width: number,
  filter: number,
  stride: number,
): ConvolutionForm {
  const [h, w] = [Math.ceil(height / stride), Math.ceil(width / stride)];
  const before = (length: number, out: number): number =>
    Math.max(0, (out - 1) * stride + filter - length) >> 1;
  return { stride, top: before(height, h), left: before(width, w), height: h, width: w };
}

/** Calls `visit` for each output position, tap and the input position under it. */
function overTaps(
  x: readonly number[],
  filter: readonly number[],
  form: ConvolutionForm,
  visit: (output: number, tap: number, pixel: number) => void,
): void {
  const [batch, height, width] = x as [number, number, number],
    [kh, kw] = filter as [number, number];
  const { stride, dilation = 1, top, left } = form;
  let output = 0;
  for (let n = 0; n < batch; n++) {
    for (let oy = 0; oy < form.height; oy++) {
      for (let ox = 0; ox < form.width; ox++, output++) {
        for (let tap = 0; tap < kh * kw; tap++) {
          const y = oy * stride - top + Math.floor(tap / kw) * dilation;
          const column = ox * stride - left + tap % kw * dilation;
          if (y < 0 || y >= height || column < 0 || column >= width) continue;
          visit(output, tap, (n * height + y) * width + column);
        }
      }
    }
  }
}

/** Convolution of NHWC x with HWIO w. */
export function convolved(x: Reference, w: Reference, form: ConvolutionForm): Reference {
  const [, , c, k] = w.shape as [number, number, number, number];
  const y = new Float64Array(x.shape[0]! * form.height * form.width * k);
  overTaps(x.shape, w.shape, form, (output, tap, pixel) => {
    for (let i = 0; i < c; i++) {
      const value = x.data[pixel * c + i]!, line = (tap * c + i) * k;
      for (let j = 0; j < k; j++) {
        y[output * k + j] = y[output * k + j]! + value * w.data[line + j]!;
      }
    }
  });
  return { shape: [x.shape[0]!, form.height, form.width, k], data: y };
}

/** The adjoint of {@link convolved} in its input: transposed convolution of y to a picture of `shape`. */
export function spread(
  y: Reference,
  w: Reference,
  shape: readonly number[],
  form: ConvolutionForm,
): Reference {
  const [, , c, k] = w.shape as [number, number, number, number];
  const x = new Float64Array(shape.reduce((product, length) => product * length, 1));
  overTaps(shape, w.shape, form, (output, tap, pixel) => {
    for (let i = 0; i < c; i++) {
      let sum = 0;
      for (let j = 0; j < k; j++) sum += y.data[output * k + j]! * w.data[(tap * c + i) * k + j]!;
      x[pixel * c + i] = x[pixel * c + i]! + sum;
    }
  });
  return { shape, data: x };
}

/** Depthwise convolution with w[height, width, c, multiplier]. */
export function depthwise(x: Reference, w: Reference, form: ConvolutionForm): Reference {
  const [, , c, m] = w.shape as [number, number, number, number];
  const y = new Float64Array(x.shape[0]! * form.height * form.width * c * m);
  overTaps(x.shape, w.shape, form, (output, tap, pixel) => {
    for (let i = 0; i < c * m; i++) {
      const value = x.data[pixel * c + Math.floor(i / m)]! * w.data[tap * c * m + i]!;
      y[output * c * m + i] = y[output * c * m + i]! + value;
    }
  });
  return { shape: [x.shape[0]!, form.height, form.width, c * m], data: y };
}

/** Max pooling with a square window. */
export function maxPooled(x: Reference, window: number, form: ConvolutionForm): Reference {
  const c = x.shape[3]!;
  const y = new Float64Array(x.shape[0]! * form.height * form.width * c).fill(-Infinity);
  overTaps(x.shape, [window, window], form, (output, _tap, pixel) => {
    for (let i = 0; i < c; i++) {
      y[output * c + i] = Math.max(y[output * c + i]!, x.data[pixel * c + i]!);
    }
  });
  return { shape: [x.shape[0]!, form.height, form.width, c], data: y };
}

/** Product of the last two axes, batches broadcast. */
export function multiplied(a: Reference, b: Reference): Reference {
  const [m, k] = a.shape.slice(-2) as [number, number], n = b.shape.at(-1)!;
  const rank = Math.max(a.shape.length, b.shape.length);
  const batch = Array.from({ length: rank - 2 }, (_, axis) =>
    Math.max(
      a.shape[axis - rank + a.shape.length] ?? 1,
      b.shape[axis - rank + b.shape.length] ?? 1,
    ));
  return fill([...batch, m, n], (index) => {
    const [row, column] = index.slice(-2) as [number, number], outer = index.slice(0, -2);
    let sum = 0;
    for (let i = 0; i < k; i++) sum += at(a, [...outer, row, i]) * at(b, [...outer, i, column]);
    return sum;
  });
}
