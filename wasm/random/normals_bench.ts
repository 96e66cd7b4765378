/**
 * Normals: the wasm kernel, its plain twin, and the same C source compiled for this machine where a
 * C compiler is present. `deno bench -A wasm/random/`; the summary gives the ratios.
 *
 * @module
 */
import { rootKey } from "../../core/random.ts";
import { openNormals, plainNormals } from "./mod.ts";

const INTERFACE = {
  random_capacity: { parameters: [], result: "i32" },
  random_open: { parameters: ["u32", "u32", "u32", "u32", "u32"], result: "void" },
  random_fill: { parameters: ["u32", "i32"], result: "void" },
} as const;

const COUNT = 1 << 16;
const key = rootKey(1);
const out = new Float32Array(COUNT);
const fast = openNormals();
const group = `${COUNT} normals`;

Deno.bench("wasm", { group, baseline: true }, () => fast.fillNormals(key, out));
Deno.bench("plain TypeScript", { group }, () => plainNormals.fillNormals(key, out));

const native = await compileNatively();
if (native !== undefined) {
  const { random_open, random_fill, random_capacity } = native.symbols;
  const [k0, k1, c2, c3] = key.words;
  const part = random_capacity();
  // Without the copy to `out` that the wasm kernel's caller needs.
  Deno.bench("native, 128 bit, same source", { group }, () => {
    random_open(k0, k1, 0, c2, c3);
    for (let first = 0; first < COUNT; first += part) random_fill(first / 4, part);
  });
}

Deno.bench("wasm, noise added", { group }, () => fast.addNoise(out, 0, key, out));

/** random.c as a library, or undefined where there is no compiler. */
async function compileNatively(): Promise<
  Deno.DynamicLibrary<typeof INTERFACE> | undefined
> {
  const source = new URL("./random.c", import.meta.url).pathname;
  const library = await Deno.makeTempFile({ suffix: ".so" });
  const flags = ["-O3", "-ffp-contract=off", "-fno-math-errno", "-shared", "-fPIC"];
  if (Deno.build.arch === "x86_64") flags.push("-msse4.1");
  try {
    const { success, stderr } = await new Deno.Command("cc", {
      args: [...flags, source, "-o", library, "-lm"],
    }).output();
    if (success) return Deno.dlopen(library, INTERFACE);
    console.log(`no native build: ${new TextDecoder().decode(stderr)}`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log("no native build: no C compiler (cc)");
  } finally {
    await Deno.remove(library);
  }
  return undefined;
}
