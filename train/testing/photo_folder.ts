/**
 * A folder of small photographs for tests: smooth colours that a linear code can learn.
 *
 * @module
 */
import { fillUniforms, rootKey } from "../../core/random.ts";
import { encodePng } from "../../sim/data/png.ts";

/** u8[height, width, 3]: waves of random direction and phase in each colour. */
export function waves(width: number, height: number, seed: number): Uint8Array {
  const lots = new Float64Array(9), data = new Uint8Array(3 * width * height);
  fillUniforms(rootKey(seed), lots);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      for (let colour = 0; colour < 3; colour++) {
        const [x, y, phase] = lots.subarray(3 * colour) as unknown as [number, number, number];
        const angle = (x - 0.5) * column / 3 + (y - 0.5) * row / 3 + 6.3 * phase;
        data[3 * (row * width + column) + colour] = Math.round(127.5 + 100 * Math.sin(angle));
      }
    }
  }
  return data;
}

/** Writes `count` pictures, `photo-000.png` and on. */
export async function writePhotographs(folder: string, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const [width, height] = [72 + 8 * (index % 3), 64 + 8 * (index % 2)];
    const data = waves(width, height, index);
    const name = `photo-${String(index).padStart(3, "0")}.png`;
    await Deno.writeFile(
      `${folder}/${name}`,
      encodePng({ width, height, channels: 3, data }),
    );
  }
}

/** Gives a folder of its own to a test and removes it afterwards. */
export async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
