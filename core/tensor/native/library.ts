/**
 * oneDNN's C library (Debian `libdnnl2`) through Deno's foreign function interface.
 *
 * Calls are synchronous and stay on one thread: `nonblocking` would call from others, each with an
 * OpenMP team of its own.
 *
 * @module
 */
import { CapabilityError, CodecError } from "../../errors.ts";

const SYMBOLS = {
  dnnl_version: { parameters: [], result: "pointer" },
  dnnl_engine_create: { parameters: ["buffer", "i32", "usize"], result: "i32" },
  dnnl_stream_create: { parameters: ["buffer", "pointer", "u32"], result: "i32" },
  dnnl_memory_desc_init_by_strides: {
    parameters: ["buffer", "i32", "buffer", "i32", "buffer"],
    result: "i32",
  },
  dnnl_memory_desc_init_by_tag: {
    parameters: ["buffer", "i32", "buffer", "i32", "i32"],
    result: "i32",
  },
  dnnl_memory_desc_get_size: { parameters: ["pointer"], result: "usize" },
  dnnl_memory_desc_equal: { parameters: ["pointer", "buffer"], result: "i32" },
  dnnl_dilated_convolution_forward_desc_init: {
    parameters: [
      ...["buffer", "i32", "i32", "buffer", "buffer", "pointer"],
      ...["buffer", "buffer", "buffer", "buffer", "buffer"],
    ] as const,
    result: "i32",
  },
  dnnl_dilated_convolution_backward_data_desc_init: {
    parameters: [
      ...["buffer", "i32", "buffer", "buffer"],
      ...["buffer", "buffer", "buffer", "buffer", "buffer"],
    ] as const,
    result: "i32",
  },
  dnnl_dilated_convolution_backward_weights_desc_init: {
    parameters: [
      ...["buffer", "i32", "buffer", "buffer", "pointer"],
      ...["buffer", "buffer", "buffer", "buffer", "buffer"],
    ] as const,
    result: "i32",
  },
  dnnl_primitive_desc_create: {
    parameters: ["buffer", "buffer", "pointer", "pointer", "pointer"],
    result: "i32",
  },
  dnnl_primitive_desc_destroy: { parameters: ["pointer"], result: "i32" },
  dnnl_primitive_desc_query_md: { parameters: ["pointer", "i32", "i32"], result: "pointer" },
  dnnl_primitive_desc_query: { parameters: ["pointer", "i32", "i32", "buffer"], result: "i32" },
  dnnl_reorder_primitive_desc_create: {
    parameters: ["buffer", "pointer", "pointer", "pointer", "pointer", "pointer"],
    result: "i32",
  },
  dnnl_primitive_create: { parameters: ["buffer", "pointer"], result: "i32" },
  dnnl_primitive_destroy: { parameters: ["pointer"], result: "i32" },
  dnnl_memory_create: { parameters: ["buffer", "pointer", "pointer", "pointer"], result: "i32" },
  dnnl_memory_destroy: { parameters: ["pointer"], result: "i32" },
  dnnl_memory_set_data_handle: { parameters: ["pointer", "buffer"], result: "i32" },
  dnnl_primitive_execute: { parameters: ["pointer", "pointer", "i32", "buffer"], result: "i32" },
  dnnl_sgemm: {
    parameters: [
      ...["u8", "u8", "i64", "i64", "i64", "f32"],
      ...["buffer", "i64", "buffer", "i64", "f32", "buffer", "i64"],
    ] as const,
    result: "i32",
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** The functions of oneDNN 2. */
export type OneDnnFunctions = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** Names of oneDNN's C library: Linux, then macOS. */
const NAMES = ["libdnnl.so.2", "libdnnl.2.dylib"];
const NAMES_OF_3 = ["libdnnl.so.3", "libdnnl.3.dylib"];
const OPENMP = ["libgomp.so.1"];

const OPENMP_RUNTIME = 2;

/** oneDNN 2 on this machine. */
export interface OneDnn {
  readonly functions: OneDnnFunctions;
  /** "2.6.3". */
  readonly version: string;
  /** Sets the number of OpenMP threads; counts for primitives that are made afterwards. */
  setThreads(count: number): void;
}

/**
 * Opens oneDNN.
 *
 * @throws {CapabilityError} When permission, library or a usable version is missing: oneDNN 3 has
 * another C interface and is refused by name.
 */
export function openOneDnn(): OneDnn {
  // Without this question Deno would stop and ask the user.
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") {
    throw new CapabilityError("native kernels need the permission --allow-ffi");
  }
  const library = openFirst(NAMES, SYMBOLS);
  if (!library) throw new CapabilityError(whyMissing());
  const functions = library.symbols, version = readVersion(functions);
  checkVersion(version);
  return { functions, version: version.text, setThreads: threadSetter(version) };
}

interface Version {
  readonly text: string;
  readonly major: number;
  readonly runtime: number;
}

/** @throws {CapabilityError} For any major version but 2. */
export function checkVersion({ text, major }: Pick<Version, "text" | "major">): void {
  if (major === 2) return;
  throw new CapabilityError(
    `oneDNN ${text} has another C interface than oneDNN 2, which the native kernels speak; ` +
      `install libdnnl2`,
  );
}

function readVersion(functions: OneDnnFunctions): Version {
  const pointer = functions.dnnl_version();
  if (!pointer) throw new CapabilityError("oneDNN does not tell its version");
  const view = new Deno.UnsafePointerView(pointer);
  const [major, minor, patch] = [view.getInt32(0), view.getInt32(4), view.getInt32(8)];
  // After the three numbers: padding, the pointer to a hash, the CPU runtime.
  return { text: `${major}.${minor}.${patch}`, major, runtime: view.getUint32(24) };
}

function whyMissing(): string {
  if (openFirst(NAMES_OF_3, {})) {
    return "only oneDNN 3 is installed, which has another C interface; install libdnnl2";
  }
  return "oneDNN 2 is not installed (Debian: libdnnl2)";
}

function threadSetter(version: Version): (count: number) => void {
  const openmp = version.runtime === OPENMP_RUNTIME
    ? openFirst(OPENMP, { omp_set_num_threads: { parameters: ["i32"], result: "void" } } as const)
    : undefined;
  return (count) => {
    if (openmp) openmp.symbols.omp_set_num_threads(count);
    else if (count !== 1) {
      throw new CapabilityError(`this oneDNN has no OpenMP: 1 thread; got ${count}`);
    }
  };
}

function openFirst<S extends Deno.ForeignLibraryInterface>(
  names: readonly string[],
  symbols: S,
): Deno.DynamicLibrary<S> | undefined {
  for (const name of names) {
    try {
      return Deno.dlopen(name, symbols);
    } catch (error) {
      if (!(error instanceof Error)) throw error; // not there, or without a symbol: not usable
    }
  }
  return undefined;
}

/** @throws {CodecError} When a call of oneDNN failed. */
export function check(status: number, what: string): void {
  if (status !== 0) throw new CodecError(`oneDNN: ${what} failed with status ${status}`);
}
