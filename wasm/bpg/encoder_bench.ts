/**
 * Encoder and decoder on one 768 x 512 picture: 4:4:4, effort 8, `bpgenc -q 32` (slice QP 29), and
 * x265 built natively from the same source, where native_build.ts has built it.
 *
 * `deno bench -A wasm/bpg/`. The ratios are printed first: encodes of all builds in turn, round by
 * round, so that a change of the machine's load meets all of them; the median of the rounds counts.
 *
 * @module
 */
import type { RgbImage } from "../../core/image.ts";
import { decodePng } from "../../sim/data/png.ts";
import { openBpgDecoder, openBpgEncoder } from "./mod.ts";
import { nativeEncoder, type NativeKind } from "./native_build.ts";
import { yCbCrPlanes } from "./rgb_to_planes.ts";
import { testPicture } from "./test_pictures.ts";

const QP = 29;
const EFFORT = 8;
const ROUNDS = 7;

const image = picture();
const encoder = await openBpgEncoder();
const decoder = await openBpgDecoder();
const file = encoder.encode(image, { quality: QP, effort: EFFORT });

/** Milliseconds of one encode. */
type Encode = () => Promise<number>;

const builds: Record<string, Encode> = { "wasm": wasmEncode };
for (const kind of ["scalar", "assembly"] as const) {
  const encode = await startNative(kind);
  if (encode) builds[`native ${kind}`] = encode;
}
await printRatios();

Deno.bench("encode, wasm", { n: 5, warmup: 1 }, () => {
  encoder.encode(image, { quality: QP, effort: EFFORT });
});
Deno.bench("decode, wasm", () => {
  decoder.decode(file);
});

/** A photograph where the assets are there, else a synthetic picture. */
function picture(): RgbImage {
  const assets = Deno.env.get("SEMCAST_ASSETS") ??
    new URL("../../../shared/assets", import.meta.url).pathname;
  try {
    const { width, height, data } = decodePng(Deno.readFileSync(`${assets}/kodak/kodim05.png`));
    return { width, height, data: data as Uint8Array };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log("no kodim05 (set SEMCAST_ASSETS): a synthetic picture");
    return testPicture(768, 512);
  }
}

function wasmEncode(): Promise<number> {
  const start = performance.now();
  encoder.encode(image, { quality: QP, effort: EFFORT });
  return Promise.resolve(performance.now() - start);
}

/** The native program, waiting for its first line; undefined, and said so, where it is not built. */
async function startNative(kind: NativeKind): Promise<Encode | undefined> {
  const program = nativeEncoder(kind);
  try {
    await Deno.stat(program);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log(`no native ${kind} build: deno run -A wasm/bpg/native_build.ts`);
    return undefined;
  }
  const planes = await Deno.makeTempFile();
  await Deno.writeFile(planes, nativeInput());
  const { width, height } = image;
  const settings = [width, height, 3, QP, EFFORT].map(String);
  const { stdin, stdout } = new Deno.Command(program, {
    args: [planes, ...settings],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = stdin.getWriter();
  const reader = stdout.pipeThrough(new TextDecoderStream()).getReader();
  return async () => {
    await writer.write(new TextEncoder().encode("\n"));
    const { value = "" } = await reader.read();
    const [length, nanoseconds] = value.split(" ").map(Number) as [number, number];
    // The file leaves out VPS and SPS and adds a header: it must be near the native stream.
    if (Math.abs(length - file.length) > 120) throw new Error(`native stream of ${length} bytes`);
    return nanoseconds / 1e6;
  };
}

/** The planes one after the other; both sides of the picture are multiples of 8. */
function nativeInput(): Uint8Array {
  const planes = yCbCrPlanes(image).map(({ samples }) => samples);
  const bytes = new Uint8Array(planes.length * image.width * image.height);
  planes.forEach((plane, index) => bytes.set(plane, index * plane.length));
  return bytes;
}

async function printRatios(): Promise<void> {
  const names = Object.keys(builds);
  const times: number[][] = names.map(() => []);
  for (let round = -2; round < ROUNDS; round++) {
    for (const [index, name] of names.entries()) {
      const elapsed = await (builds[name] as Encode)();
      if (round >= 0) times[index]?.push(elapsed);
    }
  }
  const wasm = times[0] as number[];
  for (const [index, name] of names.entries()) {
    const own = times[index] as number[];
    const ratio = median(own.map((time, round) => (wasm[round] as number) / time));
    const text = index === 0 ? "" : `, wasm takes ${ratio.toFixed(2)} times as long`;
    console.log(`${name}: ${median(own).toFixed(0)} ms${text}`);
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}
