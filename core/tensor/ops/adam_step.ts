/**
 * One step of Adam on one parameter, with scaled gradients and a running average.
 *
 * Source: Kingma, Ba, arXiv:1412.6980, algorithm 1, in the form of PyTorch's `torch.optim.Adam`.
 *
 * @module
 */
import { hasKernel, runKernel } from "../kernels.ts";
import { tf } from "../tfjs.ts";

/** What an optimiser keeps of one parameter. All of one shape. */
export interface AdamState {
  readonly parameter: tf.Tensor;
  /** Running mean of the gradient. */
  readonly first: tf.Tensor;
  /** Running mean of its square. */
  readonly second: tf.Tensor;
  /** Running average of the parameter, where one is kept. */
  readonly average?: tf.Tensor;
}

/** Settings of a step. */
export interface AdamSettings {
  readonly rate: number;
  /** Number of this step, from 1: corrects the means for their start at zero. */
  readonly step: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** The gradient is multiplied by this: min(1, limit / norm) clips. */
  readonly clip?: number;
  /** Weight of the past in the running average. */
  readonly decay?: number;
}

/**
 * The state after a step; the given one is left as it is and stays the caller's to dispose.
 */
export function adamStep(
  state: AdamState,
  gradient: tf.Tensor,
  settings: AdamSettings,
): AdamState {
  const { rate, step, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, clip = 1, decay = 0 } = settings;
  const factors = {
    step: rate / (1 - beta1 ** step),
    root: 1 / Math.sqrt(1 - beta2 ** step),
    ...{ beta1, beta2, epsilon, clip, decay },
  };
  const fused = hasKernel(tf.getBackend(), "AdamStep");
  const results = fused
    ? runKernel("AdamStep", { ...state, gradient }, factors) as tf.Tensor[]
    : composed(state, gradient, factors);
  const [parameter, first, second, average] = results as [
    ...[tf.Tensor, tf.Tensor, tf.Tensor],
    tf.Tensor?,
  ];
  return { parameter, first, second, ...(average ? { average } : {}) };
}

function composed(
  { parameter, first, second, average }: AdamState,
  gradient: tf.Tensor,
  factors: Readonly<
    Record<"step" | "root" | "beta1" | "beta2" | "epsilon" | "clip" | "decay", number>
  >,
): tf.Tensor[] {
  const { step, root, beta1, beta2, epsilon, clip, decay } = factors;
  return tf.tidy(() => {
    const mix = (past: tf.Tensor, now: tf.Tensor, weight: number): tf.Tensor =>
      tf.add(tf.mul(past, weight), tf.mul(now, 1 - weight));
    const g = tf.mul(gradient, clip);
    const m = mix(first, g, beta1), v = mix(second, tf.square(g), beta2);
    const p = tf.sub(parameter, tf.div(tf.mul(m, step), tf.add(tf.mul(tf.sqrt(v), root), epsilon)));
    return average ? [p, m, v, mix(average, p, decay)] : [p, m, v];
  });
}

/** Euclidean norm of all values of some tensors, in double precision where the backend can. */
export async function globalNorm(tensors: readonly tf.Tensor[]): Promise<number> {
  const fused = hasKernel(tf.getBackend(), "SumOfSquares");
  const squares = tf.tidy(() =>
    tensors.map((x) => fused ? runKernel("SumOfSquares", { x }) as tf.Tensor : tf.sum(tf.square(x)))
  );
  let sum = 0;
  for (const square of squares) {
    sum += (await square.data())[0] as number;
    square.dispose();
  }
  return Math.sqrt(sum);
}
