/**
 * Time to read and write a picture of 768 x 512 as PNG, and to make each built-in scene.
 *
 * @module
 */
import { fillUniforms, rootKey } from "../../core/random.ts";
import { openBuiltin } from "./builtin.ts";
import { decodePng, encodePng, type Raster } from "./png.ts";

const [width, height] = [768, 512];
const uniforms = new Float64Array(3 * width * height);
fillUniforms(rootKey(1).derive("bench"), uniforms);
const raster: Raster = {
  width,
  height,
  channels: 3,
  // a ramp under a little noise: what is left after the row filters is like that of a photograph
  data: Uint8Array.from(uniforms, (uniform, at) => at / (24 * width) + 16 * uniform),
};
const file = encodePng(raster);

Deno.bench({ name: "PNG, read", group: "768 x 512" }, () => {
  decodePng(file);
});

Deno.bench({ name: "PNG, written", group: "768 x 512" }, () => {
  encodePng(raster);
});

for (const { id } of openBuiltin().images) {
  Deno.bench({ name: `scene ${id}`, group: "built-in" }, async () => {
    await openBuiltin().images.find((image) => image.id === id)?.load();
  });
}
