/**
 * The webgpu pack: gradients that tfjs computes naively as matrix products, and errors of the
 * device as exceptions.
 *
 * @module
 */
import { installFilterGradients } from "./filter_gradient.ts";
import { installResize } from "./resize.ts";
import { surfaceErrors } from "./device_errors.ts";

/** Registers the pack on the webgpu backend, which must be the current one. */
export function installWebgpu(): void {
  surfaceErrors();
  installFilterGradients();
  installResize();
}
