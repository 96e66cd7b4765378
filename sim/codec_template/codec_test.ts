import { assert, assertEquals } from "@std/assert";
import { type Reception, type RgbImage, rootKey } from "semcast";
import { testCodec } from "semcast/testing";
import { openMyCodec } from "./codec.ts";
import myCodec from "./plugin.ts";

testCodec(myCodec); // what every codec must hold

Deno.test("without noise a flat picture arrives as it was", async () => {
  const image: RgbImage = { width: 8, height: 8, data: new Uint8Array(192).fill(200) };
  const session = {
    cbr: 1 / 4,
    snrDb: 10,
    channel: "noiseless",
    sideInformation: "ideal",
  } as const;
  const codec = openMyCodec(session, { turn: 0.75 });
  const [sent] = await codec.encode([image], [rootKey(1)]);
  assert(sent);
  const reception: Reception = {
    ...{ width: 8, height: 8, symbols: sent.symbols, gains: null },
    ...{ noiseVariance: 0.1, side: null, genie: null },
  };
  const [shown] = await codec.decode([reception], [rootKey(2)]);
  assertEquals(shown?.image, image);
  codec.dispose();
});
