import { assertAlmostEquals, assertEquals } from "@std/assert";
import { rootKey } from "../../random.ts";
import { openTensors, tf } from "../backend.ts";
import { fromFile, initialise, Parameters } from "./parameters.ts";
import {
  isPowerIterationState,
  normedConv2d,
  normedConv2dParameters,
  spectralNorm,
} from "./spectral_norm.ts";

await openTensors({ backend: "wasm" });

/** Singular values 5, 2, 1, known from the rows: each has one entry, in columns of its own. */
function knownWeight(): Map<string, tf.Tensor> {
  const weight = new Float32Array(3 * 2 * 3 * 3);
  weight[4] = 2;
  weight[18 + 7] = 5;
  weight[36 + 16] = 1;
  const unit = Math.sqrt(1 / 3);
  return fromFile(
    normedConv2dParameters(2, 3, 3),
    new Map([
      ["weight_orig", weight],
      ["bias", new Float32Array(3)],
      ["weight_u", new Float32Array(3).fill(unit)],
      ["weight_v", new Float32Array(18)],
    ]),
  );
}

Deno.test("the power iteration comes to the largest singular value, and the weight to norm one", async () => {
  const tensors = knownWeight(), before = tf.memory().numTensors;
  for (let step = 0; step < 30; step++) {
    const { u, v, sigma, weight } = tf.tidy(() => ({
      ...spectralNorm(new Parameters(tensors), true),
    }));
    tensors.get("weight_u")!.dispose();
    tensors.get("weight_v")!.dispose();
    tensors.set("weight_u", u).set("weight_v", v);
    if (step === 29) {
      assertAlmostEquals((await sigma.data())[0]!, 5, 1e-5);
      assertAlmostEquals((await tf.max(weight).data())[0]!, 1, 1e-5);
    }
    tf.dispose([sigma, weight]);
  }
  assertEquals(tf.memory().numTensors - before, 1); // the maximum
});

Deno.test("without iteration the vectors stay and give the same weight again", async () => {
  const tensors = initialise(normedConv2dParameters(4, 5, 3), rootKey(2));
  const x = tf.randomNormal<tf.Rank.R4>([1, 6, 6, 4], 0, 1, "float32", 3);
  const { u, first, second } = tf.tidy(() => {
    const run = (): ReturnType<typeof normedConv2d> =>
      normedConv2d(new Parameters(tensors), x, { iterate: false });
    const { y, norm } = run();
    return { u: tf.clone(norm.u), first: y, second: run().y };
  });
  assertEquals(await u.data(), await tensors.get("weight_u")!.data());
  assertEquals(await first.data(), await second.data());
  tf.dispose([x, u, first, second, ...tensors.values()]);
});

Deno.test("the state of the power iteration is told from what is trained", () => {
  const names = Object.keys(normedConv2dParameters(4, 5, 3));
  assertEquals(names.filter(isPowerIterationState), ["weight_u", "weight_v"]);
});
