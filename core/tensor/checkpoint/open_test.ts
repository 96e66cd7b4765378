import { assertEquals, assertRejects } from "@std/assert";
import { FormatError } from "../../errors.ts";
import { readManifest } from "./manifest.ts";
import { openWeights, type ParameterShapes } from "./open.ts";
import { FILES, TEXTS } from "./sample_files.ts";

const manifest = readManifest(TEXTS.manifest, "w.json");
const bytes = Uint8Array.fromBase64(FILES.trainedF16);
const trained = JSON.parse(TEXTS.trained) as Record<string, { shape: number[]; values: number[] }>;
const shapes = new Map(Object.entries(trained).map(([name, { shape }]) => [name, shape]));

function refused(shapes: ParameterShapes, text: string): Promise<unknown> {
  return assertRejects(() => openWeights(manifest, bytes, shapes, "w"), FormatError, text);
}

Deno.test("weights with their manifest give every parameter, in the order of the network", async () => {
  const weights = await openWeights(manifest, bytes, shapes, "w");
  assertEquals([...weights.keys()], [...shapes.keys()]);
  for (const [name, values] of weights) {
    const wanted = Float16Array.from(trained[name]!.values);
    assertEquals(values, Float32Array.from(wanted));
  }
});

Deno.test("weights of another digest are refused with both digests", async () => {
  const changed = bytes.slice();
  changed[changed.length - 1] = changed.at(-1)! ^ 1;
  await assertRejects(
    () => openWeights(manifest, changed, shapes, "w"),
    FormatError,
    `its manifest says ${manifest.digest}`,
  );
});

Deno.test("a parameter that is missing, left over or of another shape is refused by name", async () => {
  await refused(new Map([...shapes, ["encoder.1.bias", [2]]]), 'no tensor "encoder.1.bias"');
  await refused(new Map([...shapes].slice(1)), '"encoder.0.weight" is no parameter of deepjscc');
  await refused(new Map([...shapes, ["encoder.0.bias", [2, 1]]]), "[2]; [2, 1] is wanted");
});
