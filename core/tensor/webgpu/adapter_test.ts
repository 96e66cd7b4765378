import { assert, assertEquals, assertRejects } from "@std/assert";
import { CapabilityError } from "../../errors.ts";
import { openTensors } from "../backend.ts";
import { findAdapter } from "./adapter.ts";

/** Replaces the machine's adapters for the time of a call. */
async function withAdapter<T>(
  adapter: object | null | undefined,
  call: () => Promise<T>,
): Promise<T> {
  const gpu = adapter === undefined
    ? undefined
    : { requestAdapter: () => Promise.resolve(adapter) };
  const own = Object.getOwnPropertyDescriptor(navigator, "gpu");
  Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
  try {
    return await call();
  } finally {
    if (own) Object.defineProperty(navigator, "gpu", own);
    else delete (navigator as unknown as Record<string, unknown>)["gpu"];
  }
}

const described = (description: string): object => ({ info: { vendor: "1", description } });

Deno.test("adapters that compute on the CPU are known by name or by their own word", async () => {
  const software = async (adapter: object): Promise<boolean | undefined> =>
    (await withAdapter(adapter, findAdapter))?.software;
  for (
    const name of [
      "llvmpipe (LLVM 15.0.6, 256 bits)",
      "SwiftShader Device",
      "Microsoft Basic Render Driver",
    ]
  ) assertEquals(await software(described(name)), true, name);
  for (const name of ["NVIDIA H100 PCIe", "AMD Radeon RX 7900", "Apple M2"]) {
    assertEquals(await software(described(name)), false, name);
  }
  const fallback = { info: { description: "Some GPU", isFallbackAdapter: true } };
  assertEquals(await software(fallback), true);
});

Deno.test("an adapter without a description is called by what it tells", async () => {
  const adapter = { info: { vendor: "apple", architecture: "metal-3", device: "" } };
  assertEquals((await withAdapter(adapter, findAdapter))?.name, "apple metal-3");
});

Deno.test("webgpu by name without an adapter is refused, and wasm can still be opened", async () => {
  for (const nothing of [undefined, null]) {
    await withAdapter(nothing, async () => {
      await assertRejects(
        async () => void await openTensors({ backend: "webgpu" }),
        CapabilityError,
        "no adapter",
      );
    });
  }
  const lavapipe = described("llvmpipe (LLVM 15.0.6, 256 bits)");
  const engine = await withAdapter(lavapipe, () => openTensors({ native: false }));
  assertEquals([engine.backend, engine.adapter], ["wasm", "llvmpipe (LLVM 15.0.6, 256 bits)"]);
  assert(engine.why.includes("computes on the CPU"), engine.why);
});
