/** Transmitter and receiver with different kernels, as on two machines. */
import { assert, assertEquals } from "@std/assert";
import { openTensors } from "../tensor/backend.ts";
import { REDUCED } from "./architecture.ts";
import { writeSampleCheckpoint } from "./sample_checkpoint.ts";
import type { Handover } from "./sample_transmission.ts";

/** Rounding of sums moves an 8-bit sample by one here and there. */
const MOST_DIFFERENCE = 2;

async function run(permissions: readonly string[], ...args: readonly string[]): Promise<Handover> {
  const script = new URL("sample_transmission.ts", import.meta.url).pathname;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", ...permissions, script, ...args],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(await Deno.readTextFile(args[2] as string)) as Handover;
}

await openTensors();

Deno.test("what one set of kernels encodes another decodes, to the same picture", async () => {
  const folder = await Deno.makeTempDir(), file = `${folder}/handover.json`;
  try {
    const checkpoint = await writeSampleCheckpoint(REDUCED, folder);
    const plain = ["--allow-read", "--allow-write", "--allow-env"];
    const native = await run(["-A"], "encode", checkpoint, file);
    const wasm = await run(plain, "decode", checkpoint, file);
    if (native.kernels === wasm.kernels) console.log("no native kernels here: one set twice");
    assertEquals(wasm.shown.length, native.shown.length);
    assert(wasm.shown.length > 0, "no outage");
    const worst = wasm.shown.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - native.shown[i]!)),
      0,
    );
    assert(worst <= MOST_DIFFERENCE, `samples differ by up to ${worst}`);
    const other = await run(plain, "encode", checkpoint, file);
    const back = await run(["-A"], "decode", checkpoint, file);
    assertEquals(back.shown.length, other.shown.length);
    assert(back.shown.length > 0, "no outage the other way round");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
