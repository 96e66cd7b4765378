/**
 * Rotary position embedding in two dimensions.
 *
 * Channels (2j, 2j + 1) are a complex number that is turned by row theta_j for j < c / 4, by column
 * theta_(j - c / 4) beyond; theta_j = 10000^(-j / (c / 4)).
 *
 * Source: Su et al., arXiv:2104.09864, in the two-dimensional form of Han et al., arXiv:2405.16605.
 *
 * @module
 */
import { tf } from "../tfjs.ts";

/** Cosines and sines of a grid, f32[positions, c / 2] each. */
export interface Rotations {
  readonly cos: tf.Tensor2D;
  readonly sin: tf.Tensor2D;
}

/** Rotations of all positions of a grid, row by row; angles in double precision. */
export function rotations(height: number, width: number, channels: number): Rotations {
  const half = channels / 2, quarter = channels / 4;
  const cos = new Float32Array(height * width * half), sin = new Float32Array(cos.length);
  for (const [function_, values] of [[Math.cos, cos], [Math.sin, sin]] as const) {
    const table = turns(Math.max(height, width), quarter, function_);
    for (let row = 0, at = 0; row < height; row++) {
      for (let column = 0; column < width; column++, at += half) {
        values.set(table.subarray(row * quarter, (row + 1) * quarter), at);
        values.set(table.subarray(column * quarter, (column + 1) * quarter), at + quarter);
      }
    }
  }
  const shape: [number, number] = [height * width, half];
  return { cos: tf.tensor2d(cos, shape), sin: tf.tensor2d(sin, shape) };
}

/** A function of position times theta_j, for all positions of a side: [positions, quarter]. */
function turns(positions: number, quarter: number, f: (angle: number) => number): Float32Array {
  const table = new Float32Array(positions * quarter);
  for (let position = 0, at = 0; position < positions; position++) {
    for (let j = 0; j < quarter; j++) table[at++] = f(position * 10000 ** (-j / quarter));
  }
  return table;
}

/** Turns tokens f32[n, positions, c]. */
export function rotate(x: tf.Tensor3D, { cos, sin }: Rotations): tf.Tensor3D {
  return tf.tidy(() => {
    const [batch, positions, channels] = x.shape;
    const pairs = tf.reshape(x, [batch, positions, channels / 2, 2]);
    const [re, im] = tf.unstack(pairs, 3) as [tf.Tensor3D, tf.Tensor3D];
    const turned = [
      tf.sub(tf.mul(re, cos), tf.mul(im, sin)),
      tf.add(tf.mul(re, sin), tf.mul(im, cos)),
    ];
    return tf.reshape(tf.stack(turned, 3), x.shape);
  });
}
