import { assertAlmostEquals, assertEquals } from "@std/assert";
import { rootKey } from "../../random.ts";
import { openTensors, tf } from "../backend.ts";
import {
  conv2d,
  conv2dParameters,
  conv2dTranspose,
  conv2dTransposeParameters,
} from "./convolution.ts";
import { initialise, Parameters } from "./parameters.ts";

await openTensors({ backend: "wasm" });

/** <conv(x), y> = <x, transposed conv(y)> for one filter, without bias. */
for (
  const [height, width, kernel, stride] of [[8, 8, 5, 2], [7, 5, 5, 2], [6, 8, 4, 2], [5, 7, 3, 1]]
) {
  Deno.test(`a transposed convolution is the adjoint of the convolution: ${height}x${width}, kernel ${kernel}, stride ${stride}`, async () => {
    const h = height!, w = width!, k = kernel!, s = stride!;
    const down = initialise(conv2dParameters(3, 4, k, { bias: false }), rootKey(1));
    const up = initialise(conv2dTransposeParameters(4, 3, k, { bias: false }), rootKey(1));
    const filter = down.get("weight")!;
    up.get("weight")!.dispose();
    const x = tf.randomNormal<tf.Rank.R4>([2, h, w, 3], 0, 1, "float32", 1);
    const y = conv2d(new Parameters(down), x, { stride: s });
    const z = tf.randomNormal<tf.Rank.R4>(y.shape, 0, 1, "float32", 2);
    const outputPadding = (side: number): number => (side + 2 * ((k - 1) >> 1) - k) % s;
    assertEquals(outputPadding(h), outputPadding(w));
    const back = conv2dTranspose(new Parameters(new Map([["weight", filter]])), z, {
      stride: s,
      outputPadding: outputPadding(h),
    });
    assertEquals(back.shape, x.shape);
    const left = (await tf.sum(tf.mul(y, z)).data())[0]!;
    const right = (await tf.sum(tf.mul(x, back)).data())[0]!;
    assertAlmostEquals(left, right, 1e-3);
  });
}
