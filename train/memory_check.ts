/**
 * Whether a step fits the heap of the tensors, before one is tried: a dry step at a small size is
 * measured, and what it needs grows with the number of pixels.
 *
 * @module
 */
import { DataError } from "../core/errors.ts";
import { rootKey } from "../core/random.ts";
import { tf } from "../core/tensor/backend.ts";
import { dispose, type Network } from "./network.ts";

/** What the tensors of a step may take of the 4 GiB: the rest is lost between blocks. */
const USABLE_BYTES = 3.4 * 2 ** 30;
/** Side of the crops of the dry steps. */
const DRY_SIDE = 64;

/** Bytes of a step as a function of its pixels. */
export interface StepMemory {
  readonly fixed: number;
  readonly perPixel: number;
}

/** Measures two dry steps of all objectives. Changes nothing. */
export async function measureStep(network: Network): Promise<StepMemory> {
  const { stride } = network.trainable;
  const side = Math.ceil(DRY_SIDE / stride) * stride;
  const one = await peakBytes(network, 1, side), three = await peakBytes(network, 3, side);
  const perPixel = Math.max(0, three - one) / (2 * side * side);
  return { fixed: one - perPixel * side * side, perPixel };
}

async function peakBytes(network: Network, batch: number, side: number): Promise<number> {
  let peak = 0;
  for (const [index] of network.trainable.objectives.entries()) {
    const crops = tf.randomUniform<tf.Rank.R4>([batch, side, side, 3], 0, 1, "float32", 1);
    const profile = await tf.profile(async () => {
      dispose(await network.compute(index, crops, rootKey(0)));
      return [];
    });
    crops.dispose();
    peak = Math.max(peak, profile.peakBytes);
  }
  return peak;
}

/**
 * Refuses a size that the heap cannot hold, and says which one it can.
 *
 * @param batch Crops that one engine gets.
 * @throws {DataError} When it is too large.
 */
export function checkStepFits(memory: StepMemory, batch: number, side: number): void {
  const needed = memory.fixed + memory.perPixel * batch * side * side;
  if (needed <= USABLE_BYTES) return;
  const gibibytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);
  throw new DataError(
    `a step of ${batch} crops of ${side} x ${side} needs about ${gibibytes(needed)} GiB, ` +
      `${gibibytes(USABLE_BYTES)} GiB can be had; ${describeFit(memory, side)}`,
  );
}

/** "at most 12 crops of this size fit: --batch 12". */
export function describeFit({ fixed, perPixel }: StepMemory, side: number): string {
  const pixels = (USABLE_BYTES - fixed) / perPixel;
  const batch = Math.floor(pixels / (side * side));
  if (batch >= 1) return `at most ${batch} crops of this size fit: --batch ${batch}`;
  const largest = Math.floor(Math.sqrt(pixels) / 16) * 16;
  return `not even one crop of this size fits, but one of ${largest} x ${largest} does: ` +
    `--batch 1 --crop ${largest}`;
}
