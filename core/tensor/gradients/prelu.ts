/**
 * Gradient of PReLU in one kernel where the backend has one. Gradients are global in tfjs while
 * kernels belong to a backend, so this asks for the kernel every time.
 *
 * @module
 */
import { hasKernel, runKernel } from "../kernels.ts";
import { tf } from "../tfjs.ts";
import { type Gradient, setGradient } from "./set_gradient.ts";

/** Replaces the gradient of Prelu. */
export function installPreluGradient(): void {
  const former = tf.getGradient("Prelu").gradFunc;
  const gradient: Gradient = (dy, [x, alpha], attributes) => {
    const perChannel = alpha && x && alpha.size === x.shape.at(-1) &&
      alpha.shape.at(-1) === alpha.size;
    if (!perChannel || !hasKernel(tf.getBackend(), "PreluGrad")) {
      return former(dy, [x, alpha] as tf.Tensor[], attributes as tf.NamedAttrMap);
    }
    const [dx, dalpha] = runKernel("PreluGrad", { x, alpha, dy }) as [tf.Tensor, tf.Tensor];
    return { x: () => dx, alpha: () => dalpha };
  };
  setGradient("Prelu", ["x", "alpha"], gradient);
}
