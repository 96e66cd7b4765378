/**
 * The system that the codec modules see: no files, no environment, a clock that stands still. So
 * their output cannot depend on anything but their input.
 *
 * @module
 */

const SUCCESS = 0;
const NOT_SUPPORTED = 52;

type SystemCall = (...args: never[]) => number | void;

/** Imports for a standalone Emscripten module; calls that are not listed answer "not supported". */
export function wasiImports(
  module: WebAssembly.Module,
  memory: () => WebAssembly.Memory,
): WebAssembly.Imports {
  const known = systemCalls(memory);
  const imports: Record<string, Record<string, SystemCall>> = {};
  for (const { module: space, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== "function") continue;
    (imports[space] ??= {})[name] = known[name] ?? (() => NOT_SUPPORTED);
  }
  return imports as WebAssembly.Imports;
}

function systemCalls(memory: () => WebAssembly.Memory): Record<string, SystemCall> {
  const view = (): DataView => new DataView(memory().buffer);
  return {
    proc_exit(status: number): never {
      throw new Error(`exit with status ${status}`);
    },
    // What the codecs print is for developers of the codecs.
    fd_write(_file: number, blocks: number, count: number, written: number): number {
      const data = view();
      let total = 0;
      for (let i = 0; i < count; i++) total += data.getUint32(blocks + 8 * i + 4, true);
      data.setUint32(written, total, true);
      return SUCCESS;
    },
    clock_time_get(_clock: number, _precision: bigint, time: number): number {
      view().setBigUint64(time, 0n, true);
      return SUCCESS;
    },
    environ_sizes_get(count: number, size: number): number {
      view().setUint32(count, 0, true);
      view().setUint32(size, 0, true);
      return SUCCESS;
    },
    environ_get: (): number => SUCCESS,
    emscripten_notify_memory_growth(): void {},
  };
}
