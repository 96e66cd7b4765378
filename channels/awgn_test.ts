import { assertAlmostEquals, assertEquals } from "@std/assert";
import { fillNormals, rootKey } from "../core/random.ts";
import { noiseVariance } from "../core/units.ts";
import { awgn } from "./awgn.ts";

const SIGMAS = 4.5;
const channel = awgn.create({});

Deno.test("the noise has N0 / 2 in each of re and im, to its sampling error, at every SNR", () => {
  const count = 1 << 19, silence = new Float32Array(2 * count);
  for (const snrDb of [-20, -3, 0, 5, 10, 40, 100]) {
    const { symbols } = channel.transmit(silence, snrDb, rootKey(1).derive(snrDb));
    const n0 = noiseVariance(snrDb);
    let re2 = 0, im2 = 0, cross = 0;
    for (let at = 0; at < symbols.length; at += 2) {
      const re = symbols[at] as number, im = symbols[at + 1] as number;
      re2 += re * re, im2 += im * im, cross += re * im;
    }
    // With re, im ~ N(0, N0 / 2): the squares have variance N0^2 / 2, the product N0^2 / 4.
    const bound = SIGMAS * n0 / Math.sqrt(count);
    assertAlmostEquals(re2 / count, n0 / 2, bound / Math.SQRT2, `re at ${snrDb} dB`);
    assertAlmostEquals(im2 / count, n0 / 2, bound / Math.SQRT2, `im at ${snrDb} dB`);
    assertAlmostEquals(cross / count, 0, bound / 2, `re im at ${snrDb} dB`);
  }
});

Deno.test("symbol j gets normals 2j and 2j + 1 of the key's noise, at every SNR", () => {
  const key = rootKey(2), symbols = new Float32Array(1002), normals = new Float32Array(1002);
  fillNormals(rootKey(3), symbols);
  fillNormals(key.derive("noise"), normals);
  for (const snrDb of [-7, 0, 13]) {
    const deviation = Math.fround(Math.sqrt(noiseVariance(snrDb) / 2));
    assertEquals(
      channel.transmit(symbols, snrDb, key),
      {
        symbols: symbols.map((x, i) => x + Math.fround(deviation * (normals[i] as number))),
        gains: null,
      },
    );
  }
});

Deno.test("capacity is log2(1 + SNR)", () => {
  assertAlmostEquals(channel.capacity(0, null), 1, 1e-15);
  assertAlmostEquals(channel.capacity(10 * Math.log10(3), null), 2, 1e-14);
  assertAlmostEquals(channel.capacity(10 * Math.log10(2 ** 20 - 1), null), 20, 1e-13);
  assertAlmostEquals(channel.capacity(-100, null) * Math.LN2, 1e-10, 1e-19); // not 0: log1p
});
