/**
 * Builds tensor.wasm (relaxed SIMD: fused multiply-add) and tensor_plain.wasm (SIMD128 only, the
 * same bits on every machine). `deno task wasm tensor`.
 *
 * Needs Debian's `clang-19` and `lld-19`: the compiler of emscripten 3.1.6 writes an obsolete
 * opcode for the fused multiply-add, which engines refuse. The linker is called by itself, since
 * clang would run the old `wasm-opt` of the path, which refuses relaxed SIMD.
 *
 * @module
 */
import { CodecError } from "../../core/errors.ts";
import { sha256 } from "../digest.ts";
import { execute } from "../execute.ts";
import type { BuildFolder, WasmBuild } from "../toolchain.ts";

const SOURCES = [
  "adam",
  "convolution",
  "depthwise",
  "gdn",
  "gemm",
  "layer_norm",
  "max_pool",
  "prelu",
  "space_to_depth",
  "sums",
  "winograd",
].map((name) => `${name}.c`);
const HEADERS = ["gemm.h", "geometry.h", "simd.h"];

const COMPILE = [
  "--target=wasm32",
  "-O3",
  "-msimd128",
  "-mbulk-memory",
  "-ffreestanding",
  "-ffp-contract=off",
  "-Wall",
  "-Wextra",
  "-Werror",
];
const LINK = ["--no-entry", "--import-memory", "--export=__stack_pointer", "--strip-all"];

const build: WasmBuild = {
  name: "tensor",
  run: async (folder) => {
    await module(folder, "tensor.wasm", ["-mrelaxed-simd"]);
    await module(folder, "tensor_plain.wasm", []);
  },
};
export default build;

async function module(folder: BuildFolder, file: string, extra: readonly string[]): Promise<void> {
  const flags = [...COMPILE, ...extra], objects: string[] = [];
  for (const source of SOURCES) {
    const object = `${folder.scratch}/${source}.o`;
    await execute("clang-19", [...flags, "-c", source, "-o", object], { cwd: folder.source });
    objects.push(object);
  }
  const built = `${folder.scratch}/${file}`;
  await execute("wasm-ld-19", [...LINK, ...objects, "-o", built]);
  refuseStaticData(file, await Deno.readFile(built));
  await folder.publish(built, {
    file,
    tools: { clang: await version("clang-19"), lld: await version("wasm-ld-19") },
    packages: {},
    sources: await digests(folder),
    compile: [{ flags: flags.join(" "), files: SOURCES.length }],
    link: `wasm-ld ${LINK.join(" ")}`,
  });
}

/** The module runs on another module's memory: static data of its own would overwrite that one's. */
function refuseStaticData(file: string, bytes: Uint8Array): void {
  const DATA_SECTION = 11;
  for (let at = 8; at < bytes.length;) {
    const id = bytes[at++];
    let size = 0;
    for (let shift = 0;; shift += 7) {
      const byte = bytes[at++] as number;
      size |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    if (id === DATA_SECTION) {
      throw new CodecError(`${file}: the sources hold static data, which has no place in memory`);
    }
    at += size;
  }
}

async function version(tool: string): Promise<string> {
  return (await execute(tool, ["--version"])).split("\n")[0]?.trim() ?? "";
}

async function digests(folder: BuildFolder): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const file of [...SOURCES, ...HEADERS]) {
    found[file] = await sha256(await Deno.readFile(`${folder.source}/${file}`));
  }
  return found;
}
