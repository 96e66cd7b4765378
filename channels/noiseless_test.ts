import { assertEquals } from "@std/assert";
import { rootKey } from "../core/random.ts";
import { noiseless } from "./noiseless.ts";

Deno.test("what is sent arrives, at any SNR, and capacity knows no bound", () => {
  const channel = noiseless.create({});
  const symbols = Float32Array.of(1, -0, 1e-38, -3e38, 0.1, 0.2);
  for (const snrDb of [-200, 0, 200]) {
    assertEquals(channel.transmit(symbols, snrDb, rootKey(1)), { symbols, gains: null });
    assertEquals(channel.capacity(snrDb, null), Infinity);
  }
});
