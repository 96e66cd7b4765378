/**
 * Builds ldpc.wasm: `deno task wasm ldpc-ts`.
 *
 * @module
 */
import type { BuildFolder, WasmBuild } from "../toolchain.ts";

const EXPORTS = [
  "ldpc_arena_pointer",
  "ldpc_address_base",
  "ldpc_offset",
  "ldpc_decode",
  "ldpc_quantise",
  "ldpc_encode",
  "ldpc_random_message",
  "ldpc_select",
  "ldpc_accumulate",
  "ldpc_fill_soft",
  "ldpc_modulate",
  "ldpc_noise_open",
  "ldpc_add_noise",
  "ldpc_demap",
  "ldpc_channel_errors",
  "ldpc_message_errors",
];

const build: WasmBuild = {
  name: "ldpc-ts",
  async run(folder: BuildFolder): Promise<void> {
    const objects = await folder.compile({
      sources: ["arena", "decoder", "encoder", "link"].map((name) => `kernel/${name}.c`),
      // The noise must be the same everywhere, so no multiplication and addition are fused.
      flags: ["-O3", "-msimd128", "-ffp-contract=off", `-I${folder.source}/../random`],
      headers: ["kernel", "../random"],
    });
    await folder.link({
      file: "ldpc.wasm",
      objects,
      exports: EXPORTS,
      memory: { initial: 2 ** 20, maximum: 2 ** 20, stack: 2 ** 16 },
      // No second optimiser after the compiler: it moves computations to where they are used, and
      // engines then run out of registers. The decoder loses a fifth of its speed.
      flags: ["-O0"],
    });
  },
};

export default build;
