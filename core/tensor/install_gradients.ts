/**
 * The gradients of tfjs that are replaced or added, once for all backends.
 *
 * @module
 */
import { installBroadcastingGradients } from "./gradients/broadcasting.ts";
import { installMirrorPadGradient } from "./gradients/mirror_pad.ts";
import { installMissingGradients } from "./gradients/missing.ts";
import { installPreluGradient } from "./gradients/prelu.ts";
import { installGdnGradient } from "./ops/gdn.ts";
import { installLayerNormGradient } from "./ops/layer_norm.ts";

let installed = false;

/** Replaces and adds gradients; a second call does nothing. */
export function installGradients(): void {
  if (installed) return;
  installed = true;
  installBroadcastingGradients();
  installMirrorPadGradient();
  installMissingGradients();
  installPreluGradient();
  installGdnGradient();
  installLayerNormGradient();
}
