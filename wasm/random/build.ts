/**
 * Builds random.wasm, and random_wasm.ts which holds its bytes. `deno task wasm random`.
 *
 * @module
 */
import type { WasmBuild } from "../toolchain.ts";

const build: WasmBuild = {
  name: "random",
  run: async (folder) => {
    await folder.module({
      file: "random.wasm",
      sources: ["random.c"],
      exports: ["buffer", "capacity", "open", "fill", "add"].map((name) => `random_${name}`),
      memory: { initial: 1 << 17, maximum: 1 << 17, stack: 1 << 14 },
      flags: ["-O3", "-msimd128", "-ffp-contract=off"],
    });
    const module = await Deno.readFile(`${folder.source}/random.wasm`);
    await Deno.writeTextFile(`${folder.source}/random_wasm.ts`, embedding(module));
  },
};
export default build;

/** A TypeScript module with the bytes of a wasm module, which can so be compiled without waiting. */
function embedding(module: Uint8Array): string {
  const text = btoa(String.fromCharCode(...module));
  return [
    "// Made by build.ts from random.wasm. Do not edit.",
    "/** random.wasm in base64, in lines that `atob` passes over. */",
    "export const RANDOM_WASM = `",
    ...(text.match(/.{1,96}/g) ?? []),
    "`;",
    "",
  ].join("\n");
}
