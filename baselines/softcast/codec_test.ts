import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  type Host,
  noiseVariance,
  type Reception,
  type RgbImage,
  rootKey,
  type Session,
} from "semcast";
import { testCodec } from "semcast/testing";
import { awgn } from "../../channels/awgn.ts";
import { fillUniforms } from "../../core/random.ts";
import { openSoftCast } from "./codec.ts";
import { readMetadata, writeMetadata } from "./metadata.ts";
import softCast from "./plugin.ts";

testCodec(softCast);

const session: Session = { cbr: 1 / 6, snrDb: 10, channel: "awgn", sideInformation: "free" };
const host: Host = {
  capacity: () => 1,
  sideUses: () => Promise.resolve(0),
  memo: (_key, _bytes, make) => make(),
};

/** Waves of several lengths, and a little of everything. */
function picture(width: number, height: number): RgbImage {
  const noise = new Float64Array(3 * width * height);
  fillUniforms(rootKey(1), noise);
  const data = Uint8Array.from(noise, (value, at) => {
    const x = Math.floor(at / 3) % width, y = Math.floor(at / 3 / width);
    return 128 + 60 * Math.sin(x / 9) + 40 * Math.cos(y / 5 + at % 3) + 20 * (value - 0.5);
  });
  return { width, height, data };
}

async function send(image: RgbImage, snrDb: number, side?: Uint8Array | null): Promise<number> {
  const codec = openSoftCast({ ...session, snrDb }, { grid: 16 }, host);
  const [sent] = await codec.encode([image], [rootKey(2)]);
  assert(sent);
  const reception: Reception = {
    ...awgn.create({}).transmit(sent.symbols, snrDb, rootKey(3)),
    noiseVariance: noiseVariance(snrDb),
    side: side === undefined ? sent.side.bytes : side,
    genie: null,
    width: image.width,
    height: image.height,
  };
  const [shown] = await codec.decode([reception], [rootKey(4)]);
  assert(shown);
  if (shown.outage) return -Infinity;
  const error = image.data.reduce((sum, v, at) => sum + (v - shown.image.data[at]!) ** 2, 0);
  return 10 * Math.log10(255 ** 2 * image.data.length / error);
}

Deno.test("quality rises with the SNR, decibel by decibel while noise dominates", async () => {
  const image = picture(96, 64);
  const quality = await Promise.all([-5, 0, 5, 10].map((snrDb) => send(image, snrDb)));
  for (let at = 1; at < quality.length; at++) assert(quality[at]! > quality[at - 1]! + 1);
});

Deno.test("the error is that of the linear estimator, v N0 / (2 g^2 v + N0) a coefficient", async () => {
  // One chunk a plane with all coefficients sent: everything follows from the planes' variances.
  const image = picture(64, 48), codec = openSoftCast({ ...session, cbr: 1 }, { grid: 1 }, host);
  const [sent] = await codec.encode([image], [rootKey(2)]);
  const metadata = readMetadata(sent!.side.bytes, 3)!;
  assertEquals(metadata.sent, [0, 1, 2]);
  const variances = metadata.levels.map((level) => 10 ** ((-30 + 0.1 * level) / 10));
  const c2 = 3 / 2 / variances.reduce((sum, v) => sum + Math.sqrt(v), 0);
  const n0 = noiseVariance(10);
  // per plane: v / (1 + 2 c^2 sqrt(v) / N0)
  const errors = variances.map((v) => v / (1 + 2 * c2 * Math.sqrt(v) / n0));
  const [luma, blue, red] = errors as [number, number, number];
  // r = y + 1.402 cr, b = y + 1.772 cb, g = y - 0.344 cb - 0.714 cr
  const mean = luma + (blue * (1.772 ** 2 + 0.3441 ** 2) + red * (1.402 ** 2 + 0.7141 ** 2)) / 3;
  const expected = 10 * Math.log10(255 ** 2 / (mean + 1 / 12));
  const reception: Reception = {
    ...awgn.create({}).transmit(sent!.symbols, 10, rootKey(3)),
    ...{ noiseVariance: n0, side: sent!.side.bytes, genie: null, width: 64, height: 48 },
  };
  const [shown] = await codec.decode([reception], [rootKey(4)]);
  const error = image.data.reduce((sum, v, at) => sum + (v - shown!.image.data[at]!) ** 2, 0);
  const measured = 10 * Math.log10(255 ** 2 * image.data.length / error);
  assertAlmostEquals(measured, expected, 0.3); // 9216 coefficients, rounding and clamping
});

Deno.test("lost or damaged metadata is an outage, never a crash", async () => {
  const image = picture(40, 24);
  assertEquals(await send(image, 10, null), -Infinity);
  assertEquals(await send(image, 10, new Uint8Array(0)), -Infinity);
  const noise = new Float64Array(64);
  for (let round = 0; round < 120; round++) {
    fillUniforms(rootKey(round), noise);
    await send(image, 10, Uint8Array.from(noise, (value) => 256 * value).subarray(0, round % 64));
  }
});

Deno.test("metadata comes back", () => {
  const metadata = {
    means: [255, -128, 3],
    sent: [0, 5, 6, 700],
    levels: [1023, 0, 512, 7],
  } as const;
  const { bytes, bits } = writeMetadata(metadata, 768);
  assert(bits <= 8 * bytes.length);
  assertEquals(readMetadata(bytes, 768), metadata as unknown);
});
