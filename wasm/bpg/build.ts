/**
 * Builds enc.wasm (x265, 8 bit) and dec.wasm (libde265). `deno task wasm bpg`; about four minutes
 * on two cores the first time.
 *
 * @module
 */
import type { BuildFolder, WasmBuild } from "../toolchain.ts";
import { LIBDE265, X265 } from "./sources.ts";

const MIB = 1 << 20;

/** libde265's own encoder and tools, which a decoder does not need. */
const DECODER_LEAVES_OUT = ["en265", "image-io", "quality", "visualize"];

/** Ours: the entrance, and what replaces parts of x265 at speed. */
const ENCODER_SOURCES = [
  "encoder",
  "rdo_quant",
  "simd",
  "simd_blocks",
  "simd_check",
  "simd_coefficients",
  "simd_hadamard",
  "simd_prediction",
  "simd_transform",
].map((name) => `src/${name}.cpp`);

async function sourcesIn(folder: string, ending: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(ending)) names.push(`${folder}/${name}`);
  }
  return names.sort();
}

function stem(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.[^.]*$/, "");
}

async function buildEncoder(folder: BuildFolder): Promise<void> {
  const tree = await folder.debianSource(X265, [
    "patches/x265_one_thread.patch",
    "patches/x265_rdo_quant.patch",
  ]);
  const source = `${tree}/source`;
  const flags = [
    ..."-O3 -msimd128 -std=gnu++11 -fno-exceptions -w -DBPG_SIMD".split(" "),
    ..."-DX265_NS=x265 -DX265_DEPTH=8 -DHIGH_BIT_DEPTH=0 -DEXPORT_C_API=1".split(" "),
    ..."-DX265_VERSION=3.5 -DHAVE_INT_TYPES_H=1 -DHAVE_STRTOK_R=1 -D__STDC_LIMIT_MACROS=1".split(
      " ",
    ),
    `-I${source}`,
    `-I${source}/common`,
    `-I${source}/encoder`,
  ];
  const upstream = [
    ...await sourcesIn(`${source}/common`, ".cpp"),
    ...await sourcesIn(`${source}/encoder`, ".cpp"),
  ].filter((path) => stem(path) !== "winxp");
  const headers = [source, "src"];
  const objects = [
    ...await folder.compile({ sources: upstream, flags, headers: [source] }),
    ...await folder.compile({ sources: ENCODER_SOURCES, flags, headers }),
  ];
  await folder.link({
    file: "enc.wasm",
    objects,
    flags: ["-O3", "-msimd128"],
    exports: ["alloc", "free", "stream", "encode", "check"].map((name) => `bpg_enc_${name}`),
    memory: { initial: 32 * MIB, maximum: 4096 * MIB, stack: 2 * MIB },
  });
}

async function buildDecoder(folder: BuildFolder): Promise<void> {
  const tree = await folder.debianSource(LIBDE265, ["patches/libde265.patch"]);
  const flags = [
    ..."-O3 -msimd128 -std=gnu++11 -w -DNDEBUG".split(" "),
    ..."-DHAVE_STDINT_H -DHAVE_MALLOC_H -DHAVE_POSIX_MEMALIGN".split(" "),
    `-I${tree}`,
    `-I${tree}/libde265`,
    `-I${folder.source}/src`,
  ];
  const upstream = (await sourcesIn(`${tree}/libde265`, ".cc"))
    .filter((path) => !DECODER_LEAVES_OUT.includes(stem(path)));
  const objects = await folder.compile({
    sources: [...upstream, "src/decoder.cc", "src/decoder_simd.cc"],
    flags,
    headers: [`${tree}/libde265`, "src"],
  });
  await folder.link({
    file: "dec.wasm",
    objects,
    flags: ["-O3", "-msimd128"],
    exports: [
      ...["alloc", "free", "close", "decode", "width", "height", "chroma", "depth"],
      ...["plane", "stride", "error_text"],
    ].map((name) => `bpg_dec_${name}`),
    memory: { initial: 16 * MIB, maximum: 1024 * MIB, stack: MIB },
  });
}

const build: WasmBuild = {
  name: "bpg",
  async run(folder): Promise<void> {
    await buildDecoder(folder);
    await buildEncoder(folder);
  },
};
export default build;
