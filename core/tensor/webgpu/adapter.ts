/**
 * Which GPU adapter there is, and whether it is hardware.
 *
 * @module
 */

/** An adapter as WebGPU describes it. */
export interface Adapter {
  readonly name: string;
  /** Whether it computes on a CPU (lavapipe, SwiftShader, WARP), which is slower than wasm. */
  readonly software: boolean;
}

/** The parts of WebGPU's interface that are asked here. */
interface Gpu {
  requestAdapter(options?: { powerPreference?: "high-performance" }): Promise<
    {
      readonly info?: {
        readonly vendor?: string;
        readonly architecture?: string;
        readonly device?: string;
        readonly description?: string;
        readonly isFallbackAdapter?: boolean;
      };
      readonly isFallbackAdapter?: boolean;
    } | null
  >;
}

const SOFTWARE = /llvmpipe|lavapipe|swiftshader|softpipe|basic render|\bwarp\b/i;

/** The adapter that WebGPU offers first, or undefined where there is none. */
export async function findAdapter(): Promise<Adapter | undefined> {
  const gpu = (globalThis.navigator as { readonly gpu?: Gpu } | undefined)?.gpu;
  const adapter = await gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) return undefined;
  const { info } = adapter;
  const name = info?.description || [info?.vendor, info?.architecture, info?.device]
    .filter(Boolean).join(" ") ||
    "unnamed adapter";
  const fallback = info?.isFallbackAdapter ?? adapter.isFallbackAdapter ?? false;
  return { name, software: fallback || SOFTWARE.test(name) };
}
