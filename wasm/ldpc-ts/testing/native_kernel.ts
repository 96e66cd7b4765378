/**
 * The kernel's C code compiled for this machine with 128-bit SIMD, behind the same class as the
 * wasm module: what the bench compares with.
 *
 * @module
 */
import { Kernel } from "../kernel/kernel.ts";
import type { KernelFunctions } from "../kernel/memory.ts";

const SOURCES = ["arena", "decoder", "encoder", "link"];

const i = "i32", u = "u32", f = "f32", nothing = "void";

const SYMBOLS = {
  ldpc_arena_pointer: { parameters: [], result: "pointer" },
  ldpc_address_base: { parameters: [], result: i },
  ldpc_offset: { parameters: [i], result: i },
  ldpc_decode: { parameters: [i, i, i, i, i, i, i, i], result: i },
  ldpc_quantise: { parameters: [i, f], result: i },
  ldpc_encode: { parameters: [i, i, i], result: i },
  ldpc_random_message: { parameters: [u, u, u, u, u, i], result: nothing },
  ldpc_select: { parameters: [i, i], result: nothing },
  ldpc_accumulate: { parameters: [i, i], result: nothing },
  ldpc_fill_soft: { parameters: [i, i, f], result: nothing },
  ldpc_modulate: { parameters: [i, i], result: nothing },
  ldpc_noise_open: { parameters: [u, u, u, u, u], result: nothing },
  ldpc_add_noise: { parameters: [u, i, f], result: nothing },
  ldpc_demap: { parameters: [i, i, f, f], result: nothing },
  ldpc_channel_errors: { parameters: [i], result: i },
  ldpc_message_errors: { parameters: [i], result: i },
} as const;

/** A native kernel and its library, which the caller closes. */
export interface NativeKernel {
  readonly kernel: Kernel;
  /** "gcc 12.2.0 -O3 -msse4.1" */
  readonly compiler: string;
  close(): void;
}

/** Compiles and loads the kernel; undefined where there is no C compiler or the CPU is no x86-64. */
export async function openNativeKernel(): Promise<NativeKernel | undefined> {
  if (Deno.build.arch !== "x86_64") return undefined;
  const compiler = await firstCompiler();
  if (!compiler) return undefined;
  const folder = await Deno.makeTempDir({ prefix: "ldpc-native-" });
  try {
    const here = new URL("../kernel/", import.meta.url).pathname;
    const library = `${folder}/ldpc.so`;
    const flags = ["-O3", "-msse4.1", "-mno-avx", "-ffp-contract=off"];
    const { success, stderr } = await new Deno.Command(compiler.command, {
      args: [
        ...flags,
        ...["-shared", "-fPIC", `-I${here}../../random`, "-o", library],
        ...SOURCES.map((name) => `${here}${name}.c`),
      ],
    }).output();
    if (!success) throw new Error(`native build: ${new TextDecoder().decode(stderr)}`);
    const opened = Deno.dlopen(library, SYMBOLS);
    const pointer = opened.symbols.ldpc_arena_pointer();
    if (pointer === null) throw new Error("native build: the arena has no address");
    const functions: KernelFunctions = opened.symbols;
    // The last part of the arena is its end.
    const buffer = Deno.UnsafePointerView.getArrayBuffer(pointer, functions.ldpc_offset(21));
    const kernel = new Kernel({ functions, buffer, arena: 0 });
    const description = `${compiler.version} ${flags.slice(0, 2).join(" ")}`;
    return { kernel, compiler: description, close: () => opened.close() };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function firstCompiler(): Promise<{ command: string; version: string } | undefined> {
  for (const command of ["gcc", "clang", "cc"]) {
    try {
      const { success, stdout } = await new Deno.Command(command, { args: ["-dumpfullversion"] })
        .output();
      if (success) {
        return { command, version: `${command} ${new TextDecoder().decode(stdout).trim()}` };
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}
