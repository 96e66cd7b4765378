/** What every codec must hold, with untrained weights: they bound nothing but the quality. */
import { testCodec } from "../../tests/conformance.ts";
import { COMPACT } from "./architecture.ts";
import plugin from "./plugin.ts";
import { writeSampleCheckpoint } from "./sample_checkpoint.ts";

const folder = await Deno.makeTempDir();
const checkpoint = await writeSampleCheckpoint(COMPACT, folder);
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

testCodec(plugin, {
  options: { checkpoint, steps: 2 },
  session: { cbr: 1 / 24 },
  // It asks for a CBR below all rates, which is refused: codec_test.ts has the outages.
  skip: ["survives an outage"],
});
