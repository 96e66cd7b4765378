/**
 * Pictures for tests that are not about pictures.
 *
 * @module
 */
import { pngOf } from "../sim/pictures/lossless.ts";

/**
 * Four small pictures of noise, made and read in no time, in a new folder "pictures".
 *
 * @returns Its path.
 */
export async function makePictures(folder: string): Promise<string> {
  const pictures = `${folder}/pictures`;
  await Deno.mkdir(pictures);
  const [width, height] = [64, 48];
  for (const name of ["a", "b", "c", "d"]) {
    const data = crypto.getRandomValues(new Uint8Array(3 * width * height));
    await Deno.writeFile(`${pictures}/${name}.png`, pngOf({ width, height, data }));
  }
  return pictures;
}
