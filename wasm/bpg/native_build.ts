/**
 * Builds x265 natively from the same source package, with and without assembly, around the same
 * entrance (src/encoder.cpp): what encoder_bench.ts compares enc.wasm with.
 *
 * `deno run -A wasm/bpg/native_build.ts`; needs cmake, make, g++ and, for assembly, nasm. Nothing
 * of it is part of semcast; it goes to the build cache.
 *
 * @module
 */
import { unpackDebianSource } from "../debian_source.ts";
import { execute } from "../execute.ts";
import { BUILD_CACHE } from "../toolchain.ts";
import { X265 } from "./sources.ts";

export type NativeKind = "scalar" | "assembly";

const FOLDER = `${BUILD_CACHE}/bpg_native`;
const SOURCES = ["native_main.cpp", "encoder.cpp"];

/** The native encoder program of a kind, whether it is built or not. */
export function nativeEncoder(kind: NativeKind): string {
  return `${FOLDER}/${kind}/native_encoder`;
}

async function build(kind: NativeKind, tree: string): Promise<void> {
  const folder = `${FOLDER}/${kind}`;
  await Deno.mkdir(folder, { recursive: true });
  await execute("cmake", [
    ...["-G", "Unix Makefiles", `${tree}/source`, "-DCMAKE_BUILD_TYPE=Release"],
    ...["-DENABLE_SHARED=OFF", "-DENABLE_CLI=OFF", "-DENABLE_LIBNUMA=OFF"],
    `-DENABLE_ASSEMBLY=${kind === "assembly" ? "ON" : "OFF"}`,
  ], { cwd: folder });
  await execute("make", ["-j2"], { cwd: folder });
  const own = new URL("./src/", import.meta.url).pathname;
  await execute("g++", [
    ..."-O3 -w -DX265_NS=x265 -DX265_DEPTH=8 -DHIGH_BIT_DEPTH=0 -DEXPORT_C_API=1".split(" "),
    ..."-DHAVE_INT_TYPES_H=1 -D__STDC_LIMIT_MACROS=1".split(" "),
    ...[`-I${tree}/source`, `-I${tree}/source/common`, `-I${folder}`],
    ...SOURCES.map((file) => own + file),
    ...[`${folder}/libx265.a`, "-lpthread", "-ldl", "-o", nativeEncoder(kind)],
  ], { cwd: folder });
}

if (import.meta.main) {
  const tree = `${FOLDER}/x265`;
  await unpackDebianSource(X265, { archives: `${BUILD_CACHE}/archives`, tree, patches: [] });
  for (const kind of ["scalar", "assembly"] as const) {
    await build(kind, tree);
    console.log(nativeEncoder(kind));
  }
}
