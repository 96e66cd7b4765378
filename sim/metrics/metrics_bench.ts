/**
 * Time of each metric for one picture of 768 x 512, beside what sets the scale: a copy of it.
 *
 * @module
 */
import { fillUniforms, rootKey } from "../../core/random.ts";
import { loadMetric, metrics } from "./mod.ts";

const [width, height] = [768, 512];
const uniforms = new Float64Array(3 * width * height);
fillUniforms(rootKey(1).derive("bench"), uniforms);
const data = Uint8Array.from(uniforms, (uniform) => Math.floor(256 * uniform));
const original = { width, height, data };
const received = { width, height, data: data.map((value) => value & 0xf0 | 8) };

Deno.bench({ name: "copy", group: "768 x 512", baseline: true }, () => {
  data.slice();
});

for (const id of metrics().ids()) {
  const metric = loadMetric(id);
  if (metric.kind !== "image" || metrics().get(id).needs.length > 0) continue; // networks_bench.ts
  Deno.bench({ name: id, group: "768 x 512" }, async () => {
    await metric.measure(original, received);
  });
}
