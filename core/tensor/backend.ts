/**
 * The one entrance to tensors: picks a backend of TensorFlow.js, installs the kernel packs, and says
 * what it took and why.
 *
 * Loading this module loads TensorFlow.js (a quarter of a second): a plugin imports its network, and
 * with it this module, only when one is made.
 *
 * @example One product on whatever this machine has
 * ```ts
 * import { openTensors, tf } from "./backend.ts";
 *
 * const engine = await openTensors();
 * console.log(engine.why);
 * const y = tf.tidy(() => tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])));
 * console.log(await y.data());
 * ```
 *
 * @module
 */
import { CapabilityError, isDeliberate, OptionError } from "../errors.ts";
import { installCompanion } from "./companion/install.ts";
import { loadCompanion } from "./companion/module.ts";
import { chosenTensors, reportTensors, type TensorEngine, type TensorOptions } from "./engine.ts";
import { WasmHeap } from "./heap.ts";
import { installGradients } from "./install_gradients.ts";
import { loadWasmBackend, loadWebgpuBackend, setWasmFolder, tf } from "./tfjs.ts";
import { type Adapter, findAdapter } from "./webgpu/adapter.ts";
import { installWebgpu } from "./webgpu/install.ts";

export type { TensorEngine, TensorOptions } from "./engine.ts";
export { tf } from "./tfjs.ts";
export { gdn } from "./ops/gdn.ts";
export { layerNorm } from "./ops/layer_norm.ts";
export { type AdamSettings, type AdamState, adamStep, globalNorm } from "./ops/adam_step.ts";

let opened: { readonly key: string; readonly engine: Promise<TensorEngine> } | undefined;

/**
 * Opens tensors for this process. Asked again with the same options, it gives the same engine.
 * What is not said is as it was chosen for the process (engine.ts).
 *
 * @throws {CapabilityError} When a backend or pack that was asked for by name is not there.
 * @throws {OptionError} For a wrong option, or when tensors are already open with other options.
 */
export function openTensors(wanted: TensorOptions = {}): Promise<TensorEngine> {
  const options = { ...chosenTensors(), ...wanted };
  const { backend = "auto", native, threads = 1, portable = false } = options;
  checkOptions(backend, native, threads, portable);
  const key = JSON.stringify([backend, native ?? null, threads, portable]);
  if (opened && opened.key !== key) {
    throw new OptionError(
      `tensors are already open with [backend, native, threads, portable] = ${opened.key}; ` +
        `got ${key}; a process has one engine`,
    );
  }
  opened ??= { key, engine: open(options).then(report, forget) };
  return opened.engine;
}

function report(engine: TensorEngine): TensorEngine {
  reportTensors(engine);
  return engine;
}

/** An engine that could not be opened does not stand in the way of another. */
function forget(error: unknown): never {
  opened = undefined;
  throw error;
}

function checkOptions(
  backend: string,
  native: boolean | undefined,
  threads: number,
  portable: boolean,
): void {
  if (!["auto", "webgpu", "wasm"].includes(backend)) {
    throw new OptionError(`backend: one of auto, webgpu, wasm; got "${backend}"`);
  }
  if (!Number.isInteger(threads) || threads < 1 || threads > 1024) {
    throw new OptionError(`threads: an integer from 1 to 1024; got ${threads}`);
  }
  if (portable && (native || backend === "webgpu")) {
    throw new OptionError("portable: plain wasm only; got it with native kernels or webgpu");
  }
  if (native && backend === "webgpu") {
    throw new OptionError("native: kernels of the wasm backend; got it with webgpu");
  }
}

async function open(options: TensorOptions): Promise<TensorEngine> {
  const { backend = "auto", native, portable } = options;
  const asksForGpu = backend === "webgpu" || (backend === "auto" && !native && !portable);
  const adapter = asksForGpu ? await findAdapter() : undefined;
  if (backend === "webgpu") {
    if (!adapter) {
      throw new CapabilityError(
        "backend webgpu: no adapter; it needs a GPU with a Vulkan, Metal or Direct3D 12 driver " +
          "that Deno or the browser may use; use --backend wasm",
      );
    }
    return await openWebgpu(adapter, "asked for by name");
  }
  if (adapter && !adapter.software) {
    return await openWebgpu(adapter, "a hardware adapter is there");
  }
  return await openWasm(options, whyWasm(options, adapter), adapter);
}

function whyWasm(options: TensorOptions, adapter: Adapter | undefined): string {
  if (options.backend === "wasm") return "asked for by name";
  if (options.native || options.portable) return "asked for native or portable kernels";
  return adapter ? `the only GPU adapter computes on the CPU (${adapter.name})` : "no GPU adapter";
}

async function openWebgpu(adapter: Adapter, why: string): Promise<TensorEngine> {
  await loadWebgpuBackend();
  await start("webgpu");
  installWebgpu();
  installGradients();
  return {
    backend: "webgpu",
    packs: ["semcast webgpu"],
    threads: 1,
    adapter: adapter.name,
    why: `webgpu on ${adapter.name}: ${why}`,
    deterministic: "same bits on the same adapter and driver; others agree to about 1e-5",
  };
}

async function openWasm(
  options: TensorOptions,
  why: string,
  adapter: Adapter | undefined,
): Promise<TensorEngine> {
  const { portable = false, threads = 1, wasmFolder } = options;
  if (wasmFolder !== undefined) await setWasmFolder(wasmFolder);
  await loadWasmBackend();
  // Not only the packs: the native library refuses before a backend is started.
  const native = await openNative(portable ? false : options.native, threads);
  await start("wasm");
  const heap = new WasmHeap(), companion = await loadCompanion(heap, !portable);
  installCompanion(companion, native.pack?.product(heap));
  native.pack?.install(companion);
  installGradients();
  const packs = [`companion (${companion.build})`];
  if (native.pack) packs.unshift(`oneDNN ${native.pack.version}`);
  return {
    backend: "wasm",
    packs,
    threads: native.pack ? threads : 1,
    adapter: adapter?.name ?? null,
    why: `wasm: ${why}; ${native.why}`,
    deterministic: determinism(native.pack !== undefined, companion.build, threads),
  };
}

interface Native {
  readonly pack?: import("./native/pack.ts").NativePack;
  readonly why: string;
}

/** The native pack where it is wanted and can be had. It alone touches the platform. */
async function openNative(wanted: boolean | undefined, threads: number): Promise<Native> {
  if (wanted === false) return { why: "without native kernels, as asked" };
  if (!("Deno" in globalThis)) {
    if (wanted) throw new CapabilityError("native kernels need Deno");
    return { why: "no native kernels in a browser" };
  }
  const { NativePack } = await import("./native/pack.ts");
  try {
    const pack = new NativePack(threads);
    return { pack, why: `native kernels of oneDNN ${pack.version}` };
  } catch (error) {
    if (wanted || !isDeliberate(error)) throw error;
    return { why: `no native kernels: ${error.message}` };
  }
}

function determinism(native: boolean, build: string, threads: number): string {
  if (native) {
    return `same bits on the same processor with ${threads} thread${threads > 1 ? "s" : ""}; ` +
      "other numbers of threads differ in filter gradients";
  }
  return build === "SIMD128"
    ? "same bits on every machine"
    : "same bits on the same processor: fused multiply-add rounds once where there is one";
}

/** Starts a backend and takes the others away, so that nothing falls to them in silence. */
async function start(backend: "webgpu" | "wasm"): Promise<void> {
  tf.env().set("IS_TEST", true); // silences an advertisement for another package
  if (backend === "webgpu") tf.env().set("WEBGPU_CPU_FORWARD", false);
  const started = await tf.setBackend(backend);
  if (!started || tf.getBackend() !== backend) {
    throw new CapabilityError(`backend ${backend} of TensorFlow.js did not start`);
  }
  for (const other of ["cpu", "webgl", "webgpu", "wasm"]) {
    if (other !== backend && tf.engine().registryFactory[other]) tf.removeBackend(other);
  }
}
