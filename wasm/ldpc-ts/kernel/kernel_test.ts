import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { fillNormals, keyFromWords, philox4x32 } from "../../../core/random.ts";
import { decodeInt8 } from "../decoder/int8_min_sum.ts";
import { decoderSettings } from "../decoder/options.ts";
import { quantise } from "../decoder/quantise.ts";
import { typescriptEngine } from "../decoder/engine.ts";
import { integerPower, MODULATION_ORDERS } from "../modulation/constellation.ts";
import { demap } from "../modulation/demap.ts";
import { modulate, scaledLevels } from "../modulation/modulate.ts";
import { nrBaseCode, nrBlock } from "../nr/code.ts";
import { liftedGraph, LIFTING_SIZES } from "../nr/lifting.ts";
import { BlockCode } from "../qc/block_code.ts";
import { firstRows, type QuasiCyclicCode } from "../qc/quasi_cyclic.ts";
import { TestRandom } from "../testing/random.ts";
import { wifiMatrix } from "../wifi/code.ts";
import { engine, fallbackReason, kernel } from "./load.ts";
import type { Kernel } from "./kernel.ts";
import { LINK_WINDOW } from "./memory.ts";

function loaded(): Kernel {
  if (!kernel) throw new Error(`the kernel did not load: ${fallbackReason}`);
  return kernel;
}

/** Every code once: 102 lifted graphs, some with fewer rows, and the twelve of 802.11n. */
function* allCodes(random: TestRandom): Generator<QuasiCyclicCode> {
  for (const graph of [1, 2] as const) {
    for (const liftingSize of LIFTING_SIZES) {
      const code = liftedGraph(graph, liftingSize);
      yield firstRows(code, random.integer(code.coreRows, code.rows));
    }
  }
  for (const n of [648, 1296, 1944] as const) {
    for (const rate of ["1/2", "2/3", "3/4", "5/6"] as const) yield wifiMatrix(n, rate);
  }
}

/** A block of some message bits, with all positions sent but some erased. */
function randomBlock(code: QuasiCyclicCode, random: TestRandom): BlockCode {
  const systematic = code.systematicColumns * code.liftingSize;
  const positions = Uint16Array.from({ length: code.columns * code.liftingSize }, (_, i) => i);
  return new BlockCode(code, random.integer(1, systematic), positions);
}

Deno.test("the package runs on the wasm kernel here", () => {
  assertEquals(fallbackReason, undefined);
  assertEquals(engine.name, "wasm-simd");
});

Deno.test("the kernel encodes every code as the twin does", () => {
  const random = new TestRandom(20);
  for (const code of allCodes(random)) {
    const block = randomBlock(code, random);
    const message = random.bits(block.k);
    assertEquals(engine.encode(block, message), typescriptEngine.encode(block, message));
  }
});

Deno.test("the kernel decodes every code as the twin does, at any noise, to bits and iterations", () => {
  const random = new TestRandom(21);
  let converged = 0, lost = 0;
  for (const code of allCodes(random)) {
    const block = randomBlock(code, random);
    const llrs = random.llrs(block.encode(random.bits(block.k)), 0.4 + random.unit());
    for (let erased = random.integer(0, llrs.length); erased > 0; erased -= 3) {
      llrs[random.integer(0, llrs.length - 1)] = 0;
    }
    const settings = decoderSettings({
      iterations: random.integer(1, 8),
      earlyStop: random.unit() < 0.7,
      offset: random.pick([0, 0.25, 0.5, 0.75]),
      scale: random.pick([1, 4, 8]),
      clip: random.pick([1, 20, 31, 63]),
    });
    const ours = engine.decode(block, llrs, settings);
    assertEquals(ours, typescriptEngine.decode(block, llrs, settings));
    if (ours.converged) converged++;
    else lost++;
  }
  assert(converged > 20 && lost > 20, `both outcomes are met: ${converged} and ${lost}`);
});

Deno.test("the kernel agrees with the twin on extreme channel values", () => {
  const random = new TestRandom(22);
  const code = firstRows(liftedGraph(2, 22), 12);
  const fills: ((i: number) => number)[] = [
    () => 0,
    () => -0,
    () => 1e30,
    () => -1e30,
    (i) => i % 2 === 0 ? 1e30 : -1e30,
    () => 1e-40,
    () => random.pick([-32, -31.75, 31.75, 31.875, 0.125, -0.125, 0.375, 0]),
    () => random.pick([-1000, 1000]),
  ];
  for (const fill of fills) {
    const word = Float32Array.from({ length: code.columns * 22 }, (_, i) => fill(i));
    for (const earlyStop of [true, false]) {
      const settings = decoderSettings({ iterations: 12, earlyStop });
      assertEquals(
        engine.decodeWord(code, word, settings),
        decodeInt8(code, quantise(word, 4), settings),
      );
    }
  }
});

Deno.test("quantising rounds to nearest, ties to even, and limits to 127", () => {
  const steps = quantise(Float32Array.of(0.125, 0.375, -0.125, -0.375, 0.126, 40, -40, 31.8), 4);
  assertEquals(steps, Int8Array.of(0, 2, 0, -2, 1, 127, -127, 127));
});

Deno.test("a block longer than the kernel's window is sent and received whole", () => {
  const random = new TestRandom(23);
  const block = nrBlock({ k: 400, n: 100_000, baseGraph: 2, liftingSize: 40, bitsPerSymbol: 4 });
  const message = random.bits(400);
  const coded = block.encode(message);
  assertEquals(coded, typescriptEngine.encode(block, message));
  const llrs = random.llrs(coded, 8);
  const settings = decoderSettings();
  assertEquals(
    engine.decode(block, llrs, settings),
    typescriptEngine.decode(block, llrs, settings),
  );
  assertEquals(block.decode(llrs).bits, message);
});

Deno.test("codes used in turns do not disturb one another", () => {
  const random = new TestRandom(24);
  const codes = [
    nrBaseCode({ baseGraph: 1, liftingSize: 10 }),
    nrBaseCode({
      baseGraph: 2,
      liftingSize: 36,
    }),
  ];
  for (let turn = 0; turn < 10; turn++) {
    const code = codes[turn % 2]!;
    const message = random.bits(code.k);
    assertEquals(code.decode(random.llrs(code.encode(message), 0.5)).bits, message);
  }
});

Deno.test("the kernel modulates as the plain function does, to the bit", () => {
  const { memory, functions } = loaded();
  const random = new TestRandom(25);
  for (const bitsPerSymbol of MODULATION_ORDERS) {
    const bits = random.bits(LINK_WINDOW);
    memory.sent.set(bits);
    memory.levels.set(scaledLevels(bitsPerSymbol));
    functions.ldpc_modulate(LINK_WINDOW, bitsPerSymbol);
    const wanted = modulate(bits, bitsPerSymbol);
    assertEquals(memory.symbols.slice(0, wanted.length), wanted);
  }
});

Deno.test("the kernel's max-log LLRs equal the plain ones up to float32 rounding", () => {
  const { memory, functions } = loaded();
  const random = new TestRandom(26);
  const count = 240;
  for (const bitsPerSymbol of MODULATION_ORDERS) {
    const power = integerPower(bitsPerSymbol);
    const symbols = Float32Array.from(
      { length: 2 * count / bitsPerSymbol },
      (_, i) => i < 8 ? [0, -0, 3, -3, 0.5, -0.5, 1, -1][i]! : random.normal(),
    );
    memory.symbols.set(symbols);
    const noiseVariance = 0.05;
    functions.ldpc_demap(count, bitsPerSymbol, Math.sqrt(power), 1 / (power * noiseVariance));
    const wanted = demap(symbols, { bitsPerSymbol, noiseVariance });
    // A metric A (2 y - A) is at most 31 (2 |y| sqrt(682) + 31) and has two roundings of 2^-24;
    // two of them are subtracted, then scaled by 1 / (power N0).
    const most = Math.sqrt(power) * Math.max(...symbols.map(Math.abs));
    const bound = 4 * 2 ** -24 * 32 * (2 * most + 32) / (power * noiseVariance);
    for (let i = 0; i < count; i++) assertAlmostEquals(memory.llrs[i]!, wanted[i]!, bound);
  }
});

Deno.test("the kernel's noise is that of core/random.ts, to the bit, from any start", () => {
  const { memory, functions } = loaded();
  const words = [1, 0xffffffff, 7, 9] as const;
  const normals = new Float32Array(4096);
  fillNormals(keyFromWords(words), normals);
  for (const first of [0, 16, 2048]) {
    functions.ldpc_noise_open(words[0], words[1], 0, words[2], words[3]);
    memory.symbols.fill(0);
    functions.ldpc_add_noise(first, 2048, 1);
    const wanted = normals.slice(first, first + 2048).map((x) => x + 0); // -0 + 0 is 0
    assertEquals(memory.symbols.slice(0, 2048), wanted);
  }
});

Deno.test("random messages are bits of Philox words, the same for any length, zeros behind", () => {
  const { memory, functions } = loaded();
  functions.ldpc_random_message(3, 4, 0, 5, 6, 1000);
  const long = memory.message.slice(0, 1000);
  const first = philox4x32([0, 0, 5, 6], [3, 4]);
  // Vector w holds word w of counters 0 to 3; byte b of lane l gives bit 4 l + b of each sixteen.
  assertEquals(long[0], first[0] & 1);
  assertEquals(long[16], first[0] >>> 1 & 1);
  assertEquals(long[1], first[0] >>> 8 & 1);
  assertEquals(long[128], first[1] & 1);
  functions.ldpc_random_message(3, 4, 0, 5, 6, 77);
  assertEquals(memory.message.slice(0, 77), long.slice(0, 77));
  assert(memory.message.subarray(77).every((bit) => bit === 0));
  const ones = long.reduce((sum, bit) => sum + bit, 0);
  assert(Math.abs(ones - 500) < 4 * Math.sqrt(250)); // four standard deviations
});
