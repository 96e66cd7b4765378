import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { BitWriter } from "../bits.ts";
import { fillUniforms, randomBits, rootKey } from "../random.ts";
import { packBits } from "../bits.ts";
import { ArithmeticDecoder, ArithmeticEncoder, Frequencies } from "./arithmetic_code.ts";
import { type RateMapShape, readRateMap, writeRateMap } from "./rate_map_code.ts";
import { knownScale, readSide, type SideFormat, writeSide } from "./side_information.ts";

const CODED: SideFormat = { accounting: "coded", power: "byte", fixed: false };

/** A map that changes slowly, with some noise. */
function smoothMap({ height, width, rates }: RateMapShape, seed: number): Uint8Array {
  const draws = new Float64Array(height * width);
  fillUniforms(rootKey(seed), draws);
  return Uint8Array.from(draws, (draw, position) => {
    const row = Math.floor(position / width), column = position % width;
    const wave = Math.sin(row / 5 + seed) + Math.cos(column / 7);
    return Math.max(0, Math.min(rates - 1, Math.round((rates / 4) * (1 + wave) + 2 * draw - 1)));
  });
}

Deno.test("the arithmetic code of equally likely symbols costs their entropy and two bits", () => {
  const bits = new BitWriter(), encoder = new ArithmeticEncoder(bits);
  const flat = (): Frequencies => new Frequencies([1, 1, 1, 1, 1, 1, 1, 1], 0);
  const symbols = Array.from({ length: 1000 }, (_, i) => (i * i + 3 * i) % 8);
  const frequencies = flat();
  for (const symbol of symbols) encoder.encode(symbol, frequencies);
  encoder.finish();
  assertEquals(bits.length, 3002);
  const decoder = new ArithmeticDecoder(bits.toBytes(), 0), again = flat();
  assertEquals(symbols.map(() => decoder.decode(again)), symbols);
});

Deno.test("adaptive frequencies come within 3 % of the entropy of a long skewed source", () => {
  const bits = new BitWriter(), encoder = new ArithmeticEncoder(bits);
  const draws = new Float64Array(20000);
  fillUniforms(rootKey(3), draws);
  const symbols = Array.from(draws, (draw) => draw < 0.9 ? 0 : 1);
  const frequencies = new Frequencies([1, 1], 8);
  for (const symbol of symbols) encoder.encode(symbol, frequencies);
  const ones = symbols.filter((symbol) => symbol === 1).length / symbols.length;
  const entropy = -(ones * Math.log2(ones) + (1 - ones) * Math.log2(1 - ones));
  assert(bits.length < 1.03 * entropy * symbols.length, `${bits.length} bits`);
});

for (const [height, width] of [[1, 1], [4, 4], [4, 8], [32, 48], [188, 252]] as const) {
  Deno.test(`a rate map of ${height} x ${width} returns, whatever follows its code`, () => {
    const shape = { height, width, rates: 16 };
    for (const seed of [1, 2, 3]) {
      const map = smoothMap(shape, seed), bits = new BitWriter();
      writeRateMap(map, shape, bits);
      assertEquals(readRateMap(bits.toBytes(), 0, shape), map);
      for (let bit = 0; bit < 40; bit++) bits.write(1, 1);
      assertEquals(readRateMap(bits.toBytes(), 0, shape), map);
    }
  });
}

Deno.test("a smooth rate map costs less than its 4 bits a position, a flat one next to nothing", () => {
  const shape = { height: 32, width: 48, rates: 16 }, positions = 32 * 48;
  const cost = (map: Uint8Array): number => {
    const bits = new BitWriter();
    writeRateMap(map, shape, bits);
    return bits.length / positions;
  };
  assert(cost(smoothMap(shape, 1)) < 2.5, `${cost(smoothMap(shape, 1))} bits a position`);
  assert(cost(new Uint8Array(positions).fill(4)) < 0.15);
});

Deno.test("a map of any values returns, also one without any order", () => {
  const shape = { height: 8, width: 8, rates: 16 };
  const draws = new Float64Array(64);
  fillUniforms(rootKey(9), draws);
  const map = Uint8Array.from(draws, (draw) => Math.floor(16 * draw)), bits = new BitWriter();
  writeRateMap(map, shape, bits);
  assertEquals(readRateMap(bits.toBytes(), 0, shape), map);
});

Deno.test("side information returns; the scale is within an eighth of a decibel", () => {
  const shape = { height: 4, width: 8, rates: 16 };
  for (const scale of [0.05, 0.7, 1, 3.3, 30]) {
    const content = { indices: smoothMap(shape, 1), scale };
    const { bytes, bits } = writeSide(content, shape, CODED);
    assertEquals(bytes.length, Math.ceil(bits / 8));
    const read = readSide(bytes, shape, CODED, 0);
    assertEquals(read?.indices, content.indices);
    assertEquals(read?.scale, knownScale(scale, CODED));
    assertAlmostEquals(20 * Math.log10(read!.scale / scale), 0, 0.1251);
  }
});

Deno.test("published accounting counts 4 bits a position and tells the scale exactly", () => {
  const shape = { height: 3, width: 5, rates: 16 };
  const format: SideFormat = { accounting: "published", power: "byte", fixed: false };
  const content = { indices: smoothMap(shape, 2), scale: Math.fround(0.123) };
  const { bytes, bits } = writeSide(content, shape, format);
  assertEquals(bits, 60);
  assertEquals(readSide(bytes, shape, format, 0), content);
});

Deno.test("a fixed rate is told by two bytes of power and check", () => {
  const shape = { height: 4, width: 4, rates: 16 }, format: SideFormat = { ...CODED, fixed: true };
  const content = { indices: new Uint8Array(16).fill(7), scale: 1 };
  const { bytes, bits } = writeSide(content, shape, format);
  assertEquals(bits, 16);
  assertEquals(readSide(bytes, shape, format, 7), content);
});

Deno.test("every flipped bit of side information is seen", () => {
  const shape = { height: 4, width: 8, rates: 16 };
  const { bytes } = writeSide({ indices: smoothMap(shape, 1), scale: 0.8 }, shape, CODED);
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const damaged = bytes.slice();
    damaged[bit >> 3]! ^= 0x80 >> bit % 8;
    assertEquals(readSide(damaged, shape, CODED, 0), undefined, `bit ${bit}`);
  }
});

Deno.test("any bytes are read as nothing or as a map of the right size", () => {
  const shape = { height: 5, width: 7, rates: 16 };
  const formats: SideFormat[] = [
    CODED,
    { ...CODED, fixed: true },
    { ...CODED, power: "free" },
    { ...CODED, accounting: "published" },
  ];
  let read = 0;
  for (let seed = 0; seed < 2000; seed++) {
    const bytes = packBits(randomBits(rootKey(seed), 8 * (seed % 40)));
    const content = readSide(bytes, shape, formats[seed % 4]!, 0);
    if (!content) continue;
    read++;
    assertEquals(content.indices.length, 35);
    assert(content.indices.every((index) => index < 16) && content.scale >= 0);
  }
  assert(read > 100, "some of them pass the check");
});
