/**
 * Runs a WebAssembly module that holds a codec: compiled once, one instance used again and again,
 * a fresh one after a trap or when its memory has grown past a bound.
 *
 * @module
 */
import { CodecError } from "../../core/errors.ts";
import { sha256 } from "../digest.ts";
import { wasiImports } from "./wasi.ts";

/** An instance: its memory and functions. Addresses are unsigned 32-bit numbers. */
export interface Instance {
  readonly memory: WebAssembly.Memory;
  call(name: string, ...args: number[]): number;
}

interface Compiled {
  readonly module: WebAssembly.Module;
  readonly digest: string;
}

/** Modules by address: V8 keeps optimized code per module, so all users should share one. */
const compiled = new Map<string, Promise<Compiled>>();

/** Raised when the module itself failed: out of memory, abort. Its instance is gone. */
export class EngineFailure extends CodecError {
  override readonly name = "CodecError";
}

export class Engine {
  #instance: Instance | undefined;

  private constructor(
    private readonly module: WebAssembly.Module,
    /** First 12 hexadecimal digits of the module's SHA-256. */
    readonly digest: string,
    private readonly keepBytes: number,
  ) {}

  /**
   * Fetches and compiles a module, or takes the one already compiled.
   *
   * @param options.keepBytes An instance whose memory is larger than this after a call is dropped:
   * memory never shrinks.
   */
  static async open(url: URL, options: { keepBytes: number }): Promise<Engine> {
    let pending = compiled.get(url.href);
    if (!pending) {
      pending = compile(url);
      compiled.set(url.href, pending);
      // A failed fetch is no answer for the next caller.
      pending.catch(() => compiled.delete(url.href));
    }
    const { module, digest } = await pending;
    return new Engine(module, digest.slice(0, 12), options.keepBytes);
  }

  /**
   * Runs some calls on the instance.
   *
   * @throws {EngineFailure} When the module traps.
   */
  run<T>(task: (instance: Instance) => T): T {
    const instance = this.#instance ??= instantiate(this.module);
    try {
      return task(instance);
    } catch (error) {
      if (error instanceof EngineFailure) this.#instance = undefined;
      throw error;
    } finally {
      if (instance.memory.buffer.byteLength > this.keepBytes) this.#instance = undefined;
    }
  }
}

async function compile(url: URL): Promise<Compiled> {
  const response = await fetch(url);
  if (!response.ok) throw new CodecError(`Cannot fetch ${url}: status ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const [module, digest] = await Promise.all([WebAssembly.compile(bytes), sha256(bytes)]);
  return { module, digest };
}

function instantiate(module: WebAssembly.Module): Instance {
  const imports = wasiImports(module, () => memory);
  const { exports } = new WebAssembly.Instance(module, imports);
  const memory = exports.memory as WebAssembly.Memory;
  (exports._initialize as () => void)();
  const call = (name: string, ...args: number[]): number => {
    try {
      return (exports[name] as (...args: number[]) => number)(...args);
    } catch (error) {
      throw new EngineFailure(`the codec module failed in ${name}: ${(error as Error).message}`);
    }
  };
  return { memory, call };
}
