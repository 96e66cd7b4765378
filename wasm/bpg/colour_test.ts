import { assert, assertEquals } from "@std/assert";
import { decimate420 } from "./chroma_decimation.ts";
import { halfWidth, halfWidthAndHeight } from "./chroma_interpolation.ts";
import { roundToEven } from "./colour.ts";
import type { BpgHeader } from "./container.ts";
import { planesToRgb } from "./planes_to_rgb.ts";
import { gbrPlanes, padPlane, yCbCrPlanes } from "./rgb_to_planes.ts";
import { testPicture } from "./test_pictures.ts";

const HEADER: BpgHeader = {
  width: 0,
  height: 0,
  pixelFormat: "444",
  bitDepth: 8,
  colourSpace: "ycbcr-bt601",
  limitedRange: false,
  alpha: "none",
  animation: null,
  extensions: [],
};

Deno.test("halves are rounded to the even neighbour, as C's lrint does", () => {
  assertEquals([0.5, 1.5, 2.5, -0.5, -1.5, -2.5].map(roundToEven), [0, 2, 2, 0, -2, -2]);
  assertEquals([0.49, 0.51, -0.51, 7].map(roundToEven), [0, 1, -1, 7]);
});

Deno.test("every colour comes back within two steps after YCbCr and back", () => {
  // 17 levels a channel: all corners of the cube and a grid between them.
  const data: number[] = [];
  for (let r = 0; r <= 255; r += 15) {
    for (let g = 0; g <= 255; g += 15) for (let b = 0; b <= 255; b += 15) data.push(r, g, b);
  }
  const image = { width: data.length / 3, height: 1, data: Uint8Array.from(data) };
  const planes = yCbCrPlanes(image).map(({ samples }) => ({ samples, stride: image.width }));
  const [first, cb, cr] = planes as [Plane, Plane, Plane];
  const header = { ...HEADER, width: image.width, height: 1 };
  const back = planesToRgb(header, { first, chroma: [cb, cr], alpha: null }, 8);
  let largest = 0;
  for (const [i, value] of data.entries()) {
    largest = Math.max(largest, Math.abs(value - (back.data[i] as number)));
  }
  // Rounding Y, Cb, Cr to integers moves each by at most 1/2: blue by at most 0.5 + 1.772 / 2,
  // then it is rounded itself.
  assert(largest <= 2, `${largest}`);
});

interface Plane {
  readonly samples: Uint8Array;
  readonly stride: number;
}

Deno.test("gray colours have neutral chroma, and luma of their own value", () => {
  const data = Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3));
  const [y, cb, cr] = yCbCrPlanes({ width: 256, height: 1, data });
  assertEquals([...y.samples], Array.from({ length: 256 }, (_, i) => i));
  assert([...cb.samples, ...cr.samples].every((value) => value === 128));
});

Deno.test("the planes of the RGB space are green, blue, red", () => {
  const planes = gbrPlanes({ width: 1, height: 2, data: Uint8Array.of(1, 2, 3, 4, 5, 6) });
  assertEquals(planes.map(({ samples }) => [...samples]), [[2, 5], [3, 6], [1, 4]]);
});

Deno.test("padding repeats the last column and row", () => {
  const plane = { width: 2, height: 2, samples: Uint8Array.of(1, 2, 3, 4) };
  const target = new Uint8Array(12);
  padPlane(plane, { width: 4, height: 3 }, target);
  assertEquals([...target], [1, 2, 2, 2, 3, 4, 4, 4, 3, 4, 4, 4]);
});

Deno.test("decimation keeps a flat plane, for sides down to 1", () => {
  for (const [width, height] of [[1, 1], [2, 1], [1, 3], [5, 4], [16, 16]] as const) {
    const out = decimate420(new Uint8Array(width * height).fill(77), width, height);
    assertEquals([...out], Array(Math.ceil(width / 2) * Math.ceil(height / 2)).fill(77));
  }
});

Deno.test("decimation of an impulse shows the taps 57, 17, -8, -4, 2 of 128", () => {
  // Columns alone: with all rows alike the vertical filter changes nothing.
  const width = 24;
  const plane = new Uint8Array(width * 8).fill(100);
  for (let y = 0; y < 8; y++) plane[y * width + 12] = 228;
  const row = [...decimate420(plane, width, 8).subarray(0, width / 2)];
  assertEquals(row, [100, 100, 100, 100, 96, 117, 157, 92, 102, 100, 100, 100]);
});

Deno.test("interpolation keeps a flat plane, in all sitings and depths", () => {
  for (const phase of ["half", "zero"] as const) {
    for (const bitDepth of [8, 10, 12]) {
      const level = 3 << (bitDepth - 4);
      const samples = new Uint16Array(6 * 5).fill(level);
      const row = new Int32Array(11);
      halfWidth(11, phase, bitDepth).fill({ samples, stride: 6 }, 4, row);
      assertEquals([...row], Array(11).fill(level));
      const both = halfWidthAndHeight({ width: 11, height: 9 }, phase, bitDepth);
      for (let y = 0; y < 9; y++) {
        both.fill({ samples, stride: 6 }, y, row);
        assertEquals([...row], Array(11).fill(level));
      }
    }
  }
});

Deno.test("interpolation after decimation is close to a smooth plane", () => {
  const [width, height] = [40, 32];
  const smooth = Uint8Array.from(
    { length: width * height },
    (_, i) => 128 + 60 * Math.sin((i % width) / 9) * Math.cos(Math.floor(i / width) / 8),
  );
  const half = { samples: decimate420(smooth, width, height), stride: width / 2 };
  const rows = halfWidthAndHeight({ width, height }, "half", 8);
  const row = new Int32Array(width);
  for (let y = 4; y < height - 4; y++) {
    rows.fill(half, y, row);
    for (let x = 4; x < width - 4; x++) {
      const error = Math.abs((row[x] as number) - (smooth[y * width + x] as number));
      assert(error <= 2, `${error} at ${x}, ${y}`);
    }
  }
});

Deno.test("16-bit output of 8-bit samples is their 257-fold where nothing is converted", () => {
  const samples = Uint8Array.from({ length: 256 }, (_, i) => i);
  const header: BpgHeader = { ...HEADER, width: 256, height: 1, pixelFormat: "gray" };
  const { data } = planesToRgb(header, {
    first: { samples, stride: 256 },
    chroma: null,
    alpha: null,
  }, 16);
  for (let i = 0; i < 256; i++) assertEquals(data[3 * i], 257 * i);
});

Deno.test("a converted picture does not depend on what lies beside its rows", () => {
  const image = testPicture(9, 5);
  const planes = yCbCrPlanes(image).map(({ samples }) => {
    const wide = new Uint8Array(5 * 32).fill(255);
    for (let y = 0; y < 5; y++) wide.set(samples.subarray(9 * y, 9 * y + 9), 32 * y);
    return { tight: { samples, stride: 9 }, wide: { samples: wide, stride: 32 } };
  });
  const header = { ...HEADER, width: 9, height: 5 };
  const convert = (kind: "tight" | "wide"): unknown => {
    const [first, cb, cr] = planes.map((plane) => plane[kind]) as [Plane, Plane, Plane];
    return planesToRgb(header, { first, chroma: [cb, cr], alpha: null }, 8).data;
  };
  assertEquals(convert("wide"), convert("tight"));
});
