import { assert, assertEquals } from "@std/assert";
import { imageDigest } from "../../core/digest.ts";
import { checkImage, type RgbImage } from "../../core/image.ts";
import { rootKey } from "../../core/random.ts";
import { openBuiltin } from "./builtin.ts";
import { Draws } from "./builtin/draws.ts";
import { Noise } from "./builtin/noise.ts";

const { name, images } = openBuiltin();
const scenes = await Promise.all(images.map(async (source) => ({
  id: source.id,
  image: await source.load(),
})));

Deno.test("the built-in scenes are the same bytes on every machine", async () => {
  const digests = await Promise.all(
    scenes.map(async ({ id, image }) => [id, await imageDigest(image)]),
  );
  assertEquals(Object.fromEntries(digests), {
    valley: "2b5e1fb30dab865665d034ef744990e8",
    facade: "ca7b1561e139cd1e6ba229da0788a936",
    fruit: "f14b8792f759d23aaba3d07aa5fecf4d",
    leaves: "3bd5b4976ff6d83a3c9aaeadc3522541",
    poster: "ab1321077da816bd9687be7ceda695d8",
    harbour: "633126f1cfb01617819c1a292799b9bf",
  });
});

Deno.test("scenes use only arithmetic that every engine rounds alike", () => {
  const exact = ["Math.abs", "Math.floor", "Math.ceil", "Math.max", "Math.min", "Math.sqrt"];
  const folder = new URL("./builtin/", import.meta.url);
  for (const { name } of Deno.readDirSync(folder)) {
    const source = Deno.readTextFileSync(new URL(name, folder));
    const used = source.match(/\bMath\.\w+|[^*\/]\*\*[^*\/]/g) ?? [];
    assertEquals(used.filter((use) => !exact.includes(use)), [], name);
  }
});

Deno.test("a scene made twice is the same, and each has its own name", async () => {
  assertEquals(name, "builtin");
  assertEquals(new Set(images.map(({ id }) => id)).size, images.length);
  assertEquals(await openBuiltin().images[2]?.load(), scenes[2]?.image);
});

Deno.test("the scenes are well-formed, have contrast and suit every metric and codec", () => {
  for (const { id, image } of scenes) {
    checkImage(image, id);
    assert(image.width % 128 === 0 && image.height % 128 === 0, id);
    assert(Math.min(image.width, image.height) > 160, `${id}: MS-SSIM needs more than 160`);
    const values = Array.from(image.data).sort((a, b) => a - b);
    const share = (part: number): number => values[Math.floor(part * values.length)] as number;
    assert(share(0.99) - share(0.01) > 120, `${id}: from ${share(0.01)} to ${share(0.99)}`);
    const clipped = values.filter((value) => value === 0 || value === 255).length;
    assert(clipped < 0.02 * values.length, `${id}: ${clipped} values at the ends of the range`);
  }
});

Deno.test("power falls with frequency as in photographs: exponents as on Kodak, about -2 in the mean", () => {
  // the same fit gives -1.2 to -3.4, mean -2.3, over two crops of each Kodak image
  const slopes = scenes.map(({ image }) => spectralSlope(image));
  for (const [index, slope] of slopes.entries()) {
    assert(slope > -3.6 && slope < -1.2, `${scenes[index]?.id}: ${slope}`);
  }
  const mean = slopes.reduce((sum, slope) => sum + slope, 0) / slopes.length;
  assert(mean > -2.6 && mean < -1.8, `mean ${mean}`);
});

Deno.test("draws are uniform, directions have length 1, radii have density r^-3", () => {
  const draws = new Draws(rootKey(7));
  const count = 20_000;
  let sum = 0, beyond = 0;
  for (let draw = 0; draw < count; draw++) {
    sum += draws.uniform();
    const [x, y] = draws.direction();
    assert(Math.abs(x * x + y * y - 1) < 1e-12);
    const radius = draws.radius(1, 10);
    assert(radius >= 1 && radius <= 10);
    if (radius > 2) beyond++;
  }
  const fiveSigma = (variance: number): number => 5 * Math.sqrt(variance / count);
  assert(Math.abs(sum / count - 0.5) < fiveSigma(1 / 12));
  const share = (1 / 4 - 1 / 100) / (1 - 1 / 100); // P(r > 2) of that density on [1, 10]
  assert(Math.abs(beyond / count - share) < fiveSigma(share * (1 - share)));
});

Deno.test("gradient noise is 0 at the lattice, continuous, bounded and repeats after 64 units", () => {
  const noise = new Noise(rootKey(8));
  for (let step = 0; step < 5000; step++) {
    const [x, y] = [step * 0.37 - 900, step * 0.23 - 300];
    const value = noise.at(x, y);
    assert(Math.abs(value) < 1);
    assert(Math.abs(noise.at(x + 1e-6, y) - value) < 1e-5);
    assert(Math.abs(noise.at(x + 64, y - 64) - value) < 1e-9);
    assertEquals(Math.abs(noise.at(Math.floor(x), Math.floor(y))), 0);
  }
});

/** Exponent of the radial power spectrum of the luma of the upper left 256 x 256 pixels. */
function spectralSlope({ width, data }: RgbImage): number {
  const SIDE = 256;
  const rows = Array.from(
    { length: SIDE },
    (_, y) =>
      Float64Array.from({ length: SIDE }, (_, x) => {
        const at = 3 * (y * width + x);
        return 0.299 * (data[at] as number) + 0.587 * (data[at + 1] as number) +
          0.114 * (data[at + 2] as number);
      }),
  );
  const mean = rows.reduce((sum, row) => sum + row.reduce((a, b) => a + b, 0), 0) / SIDE ** 2;
  const hann = (n: number): number => 0.5 - 0.5 * Math.cos(2 * Math.PI * (n + 0.5) / SIDE);
  for (const [y, row] of rows.entries()) {
    row.forEach((value, x) => row[x] = (value - mean) * hann(x) * hann(y));
  }
  const imaginary = rows.map(() => new Float64Array(SIDE));
  for (const [y, row] of rows.entries()) fourier(row, imaginary[y] as Float64Array);
  const bins = new Map<number, { power: number; count: number }>();
  for (let fx = 0; fx < SIDE / 2; fx++) {
    const re = Float64Array.from(rows, (row) => row[fx] as number);
    const im = Float64Array.from(imaginary, (row) => row[fx] as number);
    fourier(re, im);
    for (let y = 0; y < SIDE; y++) {
      const frequency = Math.hypot(fx, y < SIDE / 2 ? y : y - SIDE);
      if (frequency < 3.5 || frequency > 104) continue; // between the window's leak and the lens
      const bin = Math.round(2 * Math.log2(frequency));
      const { power, count } = bins.get(bin) ?? { power: 0, count: 0 };
      const here = (re[y] as number) ** 2 + (im[y] as number) ** 2;
      bins.set(bin, { power: power + here, count: count + 1 });
    }
  }
  const points = [...bins].map(([bin, { power, count }]) =>
    [bin / 2 * Math.LN2, Math.log(power / count)] as const
  );
  return slopeThrough(points);
}

function slopeThrough(points: readonly (readonly [number, number])[]): number {
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return covariance / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}

/** Discrete Fourier transform of a power-of-two length, in place. */
function fourier(re: Float64Array, im: Float64Array): void {
  const length = re.length, bits = Math.log2(length);
  const reversed = Array.from(
    re,
    (_, at) => parseInt([...at.toString(2).padStart(bits, "0")].reverse().join(""), 2),
  );
  re.set(reversed.map((at) => re[at] as number));
  im.set(reversed.map((at) => im[at] as number));
  for (let half = 1; half < length; half *= 2) {
    for (let k = 0; k < half; k++) {
      const cos = Math.cos(Math.PI * k / half), sin = -Math.sin(Math.PI * k / half);
      for (let a = k, b = k + half; b < length; a += 2 * half, b += 2 * half) {
        const tRe = (re[b] as number) * cos - (im[b] as number) * sin;
        const tIm = (re[b] as number) * sin + (im[b] as number) * cos;
        re[b] = (re[a] as number) - tRe;
        im[b] = (im[a] as number) - tIm;
        re[a] = (re[a] as number) + tRe;
        im[a] = (im[a] as number) + tIm;
      }
    }
  }
}
