/**
 * Speeds of the package: a table of the kernel's stages beside a native build of the same C, then
 * the public functions.
 *
 * @module
 */
import { kernel } from "./kernel/load.ts";
import { typescriptEngine } from "./decoder/engine.ts";
import { decoderSettings } from "./decoder/options.ts";
import { demap, modulate, nrCode, TransportBlockCoder } from "./mod.ts";
import { openNativeKernel } from "./testing/native_kernel.ts";
import { TestRandom } from "./testing/random.ts";
import { measureSpeeds, type Speed, speedTable } from "./testing/speed.ts";

if (kernel) {
  const native = await openNativeKernel();
  const speeds: Speed[] = [...measureSpeeds(native ? [kernel, native.kernel] : [kernel])];
  console.log(`\nOne thread; native: ${native?.compiler ?? "no C compiler on this machine"}\n`);
  console.log(speedTable(speeds, native?.compiler));
  native?.close();
}

const random = new TestRandom(1);
const code = nrCode({ k: 8448, n: 16896, bitsPerSymbol: 2 });
const message = random.bits(code.k);
const coded = code.encode(message);
const llrs = random.llrs(coded, 0.8);
const fixed = { iterations: 10, earlyStop: false };

Deno.bench("nr:8448,16896 encode", () => void code.encode(message));
Deno.bench("nr:8448,16896 decode, 10 iterations", () => void code.decode(llrs, fixed));
Deno.bench(
  "nr:8448,16896 decode, 10 iterations, plain TypeScript",
  () => void typescriptEngine.decode(code, llrs, decoderSettings(fixed)),
);
Deno.bench("nr:8448,16896 decode, 10 iterations, float offset min-sum", () => {
  code.decode(llrs, { ...fixed, algorithm: "offset-min-sum" });
});
Deno.bench("nr:8448,16896 decode, 10 iterations, sum-product", () => {
  code.decode(llrs, { ...fixed, algorithm: "sum-product" });
});

const coder = new TransportBlockCoder({
  size: 98_280,
  codeRate: 0.5,
  codedBits: 196_608,
  bitsPerSymbol: 4,
});
const transportBlock = random.bits(98_280);
const sent = coder.encode(transportBlock);
const received = random.llrs(sent, 0.8);
const symbols = modulate(sent, 4);

Deno.bench("transport block of 98,280 bits, encode", () => void coder.encode(transportBlock));
Deno.bench("transport block of 98,280 bits, decode", () => void coder.decode(received));
Deno.bench("196,608 bits, modulate 16-QAM", () => void modulate(sent, 4));
Deno.bench("196,608 bits, demap 16-QAM, max-log", () => {
  demap(symbols, { bitsPerSymbol: 4, noiseVariance: 0.1 });
});
