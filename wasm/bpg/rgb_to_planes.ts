/**
 * RGB pictures to the planes that are encoded, as the reference encoder makes them at 8 bits, full
 * range.
 *
 * Source: BPG specification 0.9.5 (colour spaces); roundings and padding of libbpg 0.9.8.
 *
 * @module
 */
import type { ImageSize, RgbImage } from "../../core/image.ts";
import { decimate420 } from "./chroma_decimation.ts";
import { roundToEven } from "./colour.ts";

/** One plane, u8[height, width], tightly packed. */
export interface PackedPlane extends ImageSize {
  readonly samples: Uint8Array;
}

const SHIFT = 23;
const ROUND = 1 << (SHIFT - 1);
const [RED, BLUE] = [0.299, 0.114];
const GREEN = 1 - RED - BLUE;
/** Output units per input unit: both go to 255. */
const UNIT = 2 ** SHIFT;

const COEFFICIENTS = {
  y: [coefficient(RED), coefficient(GREEN), coefficient(BLUE)],
  cb: [coefficient(-0.5 * RED / (1 - BLUE)), coefficient(-0.5 * GREEN / (1 - BLUE))],
  cr: [coefficient(-0.5 * GREEN / (1 - RED)), coefficient(-0.5 * BLUE / (1 - RED))],
  half: coefficient(0.5),
} as const;

/** Luma and full-resolution chroma, ITU-R BT.601. */
export function yCbCrPlanes(image: RgbImage): [PackedPlane, PackedPlane, PackedPlane] {
  const y = emptyPlane(image);
  const cb = emptyPlane(image);
  const cr = emptyPlane(image);
  const { data } = image;
  const { y: [yr, yg, yb], cb: [ur, ug], cr: [vg, vb], half } = COEFFICIENTS;
  for (let pixel = 0, at = 0; pixel < y.samples.length; pixel++, at += 3) {
    const r = data[at] as number;
    const g = data[at + 1] as number;
    const b = data[at + 2] as number;
    y.samples[pixel] = clip8(
      (Math.imul(yr, r) + Math.imul(yg, g) + Math.imul(yb, b) + ROUND) >> SHIFT,
    );
    cb.samples[pixel] = clip8(
      ((Math.imul(ur, r) + Math.imul(ug, g) + Math.imul(half, b) + ROUND) >> SHIFT) + 128,
    );
    cr.samples[pixel] = clip8(
      ((Math.imul(half, r) + Math.imul(vg, g) + Math.imul(vb, b) + ROUND) >> SHIFT) + 128,
    );
  }
  return [y, cb, cr];
}

/** Luma, and chroma of half the width and height (rounded up). */
export function yCbCr420Planes(image: RgbImage): [PackedPlane, PackedPlane, PackedPlane] {
  const { width, height } = image;
  const half = ({ samples }: PackedPlane): PackedPlane => ({
    width: (width + 1) >> 1,
    height: (height + 1) >> 1,
    samples: decimate420(samples, width, height),
  });
  const [y, cb, cr] = yCbCrPlanes(image);
  return [y, half(cb), half(cr)];
}

/** Luma alone, ITU-R BT.601: the gray picture that a colour one becomes. */
export function lumaPlane(image: RgbImage): [PackedPlane] {
  return [yCbCrPlanes(image)[0]];
}

/** The samples as they are, in the order of the RGB colour space of HEVC: G, B, R. */
export function gbrPlanes(image: RgbImage): [PackedPlane, PackedPlane, PackedPlane] {
  return [1, 2, 0].map((channel) => {
    const plane = emptyPlane(image);
    for (let pixel = 0, at = channel; pixel < plane.samples.length; pixel++, at += 3) {
      plane.samples[pixel] = image.data[at] as number;
    }
    return plane;
  }) as [PackedPlane, PackedPlane, PackedPlane];
}

/** Copies a plane into a larger one; its last column and row are repeated. */
export function padPlane(plane: PackedPlane, size: ImageSize, target: Uint8Array): void {
  const { width, height, samples } = plane;
  for (let y = 0; y < size.height; y++) {
    const source = Math.min(y, height - 1) * width;
    const row = y * size.width;
    target.set(samples.subarray(source, source + width), row);
    target.fill(samples[source + width - 1] as number, row + width, row + size.width);
  }
}

function coefficient(weight: number): number {
  return roundToEven(weight * UNIT);
}

function emptyPlane({ width, height }: ImageSize): PackedPlane {
  return { width, height, samples: new Uint8Array(width * height) };
}

function clip8(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
