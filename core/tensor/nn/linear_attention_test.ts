import { assertAlmostEquals, assertEquals } from "@std/assert";
import { rootKey } from "../../random.ts";
import { openTensors, tf } from "../backend.ts";
import { channelNorm } from "./layer_norm.ts";
import { linearAttention, linearAttentionParameters } from "./linear_attention.ts";
import { initialise, Parameters } from "./parameters.ts";

await openTensors({ backend: "wasm" });

/** The formula as it is written: q, k and v of every position. */
function asWritten(parameters: Parameters, x: tf.Tensor4D): tf.Tensor4D {
  const [batch, height, width, c] = x.shape, fn = parameters.at("fn", "fn");
  const n = tf.reshape(channelNorm(parameters.at("fn", "norm"), x), [batch, height * width, c]);
  const weights = tf.reshape(fn.get("to_qkv.weight"), [c, 3 * c]);
  const [q, k, v] = tf.split(tf.matMul(n, weights), 3, 2) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const softmax = tf.softmax(tf.transpose(k, [0, 2, 1])); // over positions
  const out = tf.matMul(tf.mul(q, 1 / Math.sqrt(c)), tf.matMul(softmax, v));
  const wo = tf.reshape(fn.get("to_out.weight"), [c, c]);
  return tf.add(x, tf.reshape(tf.add(tf.matMul(out, wo), fn.get("to_out.bias")), x.shape));
}

for (const [batch, height, width, c] of [[1, 1, 1, 8], [2, 3, 5, 12], [1, 96, 130, 16]] as const) {
  Deno.test(`linear attention of ${batch} x ${height} x ${width} x ${c} is the formula`, () => {
    const tensors = initialise(linearAttentionParameters(c), rootKey(1));
    const parameters = new Parameters(tensors);
    const [found, expected] = tf.tidy(() => {
      const x = tf.randomNormal<tf.Rank.R4>([batch, height, width, c], 0, 3, "float32", 7);
      return [linearAttention(parameters, x), asWritten(parameters, x)]
        .map((y) => y.dataSync()) as unknown as tf.TensorContainer;
    }) as unknown as [Float32Array, Float32Array];
    assertEquals(found.length, expected.length);
    found.forEach((value, i) => assertAlmostEquals(value, expected[i]!, 1e-4));
    tf.dispose([...tensors.values()]);
  });
}
