/**
 * Gradient of MirrorPad. That of tfjs 4.22 keeps the middle and forgets what the mirrored borders
 * send back.
 *
 * @module
 */
import { tf } from "../tfjs.ts";
import { setGradient } from "./set_gradient.ts";

/** Replaces the gradient of MirrorPad. */
export function installMirrorPadGradient(): void {
  setGradient("MirrorPad", [], (dy, _saved, attributes) => {
    const { paddings, mode } = attributes as {
      readonly paddings: readonly (readonly [number, number])[];
      readonly mode: "reflect" | "symmetric";
    };
    const edge = mode === "reflect" ? 1 : 0;
    return {
      x: () =>
        paddings.reduce<tf.Tensor>(
          (gradient, [before, after], axis) =>
            before + after > 0 ? folded(gradient, axis, before, after, edge) : gradient,
          dy,
        ),
    };
  });
}

/** Sends the borders of one axis back to the values that they mirror. */
function folded(
  gradient: tf.Tensor,
  axis: number,
  before: number,
  after: number,
  edge: number,
): tf.Tensor {
  const length = (gradient.shape[axis] as number) - before - after;
  const part = (start: number, count: number): tf.Tensor => {
    const begin = gradient.shape.map((_, i) => i === axis ? start : 0);
    return tf.slice(gradient, begin, gradient.shape.map((full, i) => i === axis ? count : full));
  };
  const placed = (border: tf.Tensor, left: number, right: number): tf.Tensor =>
    tf.pad(
      tf.reverse(border, axis),
      gradient.shape.map((_, i) => i === axis ? [left, right] : [0, 0]),
    );
  let sum = part(before, length);
  if (before > 0) sum = tf.add(sum, placed(part(0, before), edge, length - edge - before));
  if (after > 0) {
    sum = tf.add(sum, placed(part(before + length, after), length - edge - after, edge));
  }
  return sum;
}
