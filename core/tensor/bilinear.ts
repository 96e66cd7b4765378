/**
 * Where bilinear resizing reads: what forward kernels of tfjs do and adjoints of our own undo.
 *
 * @module
 */

/** Where an output line reads: two input lines and the weight of the second. */
export interface Source {
  readonly low: number;
  readonly high: number;
  readonly weight: number;
}

/** The reading positions of one axis, for each output line (tfjs 4.22). */
export function sources(
  length: number,
  outLength: number,
  { alignCorners, halfPixelCenters }: Readonly<Record<string, unknown>>,
): Source[] {
  const aligned = alignCorners && outLength > 1;
  const scale = aligned ? (length - 1) / (outLength - 1) : length / outLength;
  return Array.from({ length: outLength }, (_, index) => {
    const at = halfPixelCenters ? scale * (index + 0.5) - 0.5 : scale * index;
    const low = Math.max(0, Math.floor(at));
    return { low, high: Math.min(length - 1, Math.ceil(at)), weight: at - low };
  });
}
