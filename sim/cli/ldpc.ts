/**
 * `deno task ldpc`: error rates of a channel code over white Gaussian noise.
 *
 * @module
 */
import {
  type CodeName,
  errorRateFigure,
  localPool,
  namedCode,
  type Point,
  POINT_HEADS,
  pointLine,
  type Pool,
  type Series,
  sweep,
  sweepCsv,
  sweepJson,
  type SweepOptions,
  type SweepReport,
  type Tally,
  workerPool,
} from "../../wasm/ldpc-ts/monte_carlo/mod.ts";
import { OptionError } from "../../core/errors.ts";
import {
  type Argument,
  type Arguments,
  helpText,
  type Manual,
  readArguments,
} from "./arguments.ts";
import { exitOnError } from "./exit.ts";

const MODULATIONS = { bpsk: 1, qpsk: 2, qam16: 4, qam64: 6, qam256: 8, qam1024: 10 } as const;
type ModulationName = keyof typeof MODULATIONS;

const HEAD = `deno task ldpc [options]

Measures block and bit error rates of an LDPC code over white Gaussian noise. Points are simulated
until enough blocks are lost; results depend on neither the number of workers nor their speed.

codes  nr:K,N[,RV]   5G NR: K message bits in N sent bits, redundancy version RV
       base:G,Z      5G NR base graph G with lifting size Z, whole
       wifi:N,RATE   802.11n: N 648, 1296 or 1944; RATE 1/2, 2/3, 3/4 or 5/6`;

const ARGUMENTS: readonly Argument[] = [
  { name: "code", value: "CODE", text: "what is measured", default: "nr:8448,16896" },
  {
    name: "modulation",
    value: "NAME",
    text: Object.keys(MODULATIONS).join(", "),
    default: "qpsk",
  },
  { name: "ebn0", value: "DB", text: "SNRs per information bit, 1,1.5 or START:STOP:STEP" },
  { name: "esn0", value: "DB", text: "or per symbol", default: "a range from the capacity on" },
  { name: "errors", value: "N", text: "a point ends at so many block errors", default: "100" },
  { name: "blocks", value: "N", text: "or at so many blocks", default: "100000" },
  { name: "seconds", value: "S", text: "or after so long", default: "no limit" },
  { name: "iterations", value: "N", text: "most iterations of the decoder", default: "20" },
  {
    name: "decoder",
    value: "NAME",
    text:
      "int8-offset-min-sum, offset-min-sum, normalised-min-sum, sum-product, flooding-sum-product",
    default: "int8-offset-min-sum",
  },
  { name: "offset", value: "LLR", text: "offset of min-sum", default: "0.5" },
  { name: "factor", value: "F", text: "factor of normalised min-sum", default: "0.75" },
  { name: "exact", text: "exact LLRs instead of max-log" },
  { name: "seed", value: "N", text: "all randomness follows from it", default: "1" },
  {
    name: "workers",
    value: "N",
    text: "threads; results do not depend on it",
    default: "all cores",
  },
  { name: "output", value: "FOLDER", text: "where the files go", default: "out/ldpc/<code>" },
  { name: "help", text: "this text" },
];

/** What the command says of itself. */
export function manual(): Manual {
  return { usage: HEAD, options: ARGUMENTS };
}

async function main(args: readonly string[]): Promise<number> {
  const given = readArguments(args, ARGUMENTS);
  if (given.has("help")) {
    console.log(helpText(manual()));
    return 0;
  }
  const options = sweepOptions(given);
  const workers = integer(given, "workers", navigator.hardwareConcurrency, 1, 1024);
  const folder = given.get("output")?.[0] ?? `out/ldpc/${fileName(options)}`;
  const pool = workers === 1 ? localPool() : workerPool(workers);
  try {
    const points = await measure(options, pool);
    const command = `deno task ldpc ${args.join(" ")}`.trim();
    await writeFiles(folder, { command, options, points });
    console.log(`\nwritten to ${folder}: points.json, points.csv, curve.svg`);
  } finally {
    pool.close();
  }
  return 0;
}

/** Prints points as they are done. */
async function measure(options: SweepOptions, pool: Pool): Promise<Point[]> {
  const { k, n } = namedCode(options.code, options.bitsPerSymbol);
  console.log(
    `${options.code}: ${k} bits in ${n}, rate ${(k / n).toFixed(4)}, ` +
      `${options.bitsPerSymbol} bits per symbol, ${options.decoder?.algorithm}, ` +
      `${options.decoder?.iterations} iterations, seed ${options.seed}, ${pool.width} workers\n`,
  );
  console.log(POINT_HEADS);
  const live = Deno.stdout.isTerminal();
  const points: Point[] = [];
  for await (const point of sweep(options, pool, live ? showProgress : undefined)) {
    if (live) writeNow("\r\x1b[K");
    console.log(pointLine(point, options));
    points.push(point);
  }
  return points;
}

function showProgress({ blocks, blockErrors }: Tally): void {
  writeNow(`\r\x1b[K${blocks} blocks, ${blockErrors} errors`);
}

function writeNow(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

function sweepOptions(given: Arguments): SweepOptions {
  const code: CodeName = given.get("code")?.[0] ?? "nr:8448,16896";
  const modulation = given.get("modulation")?.[0] ?? "qpsk";
  if (!(modulation in MODULATIONS)) {
    throw new OptionError(
      `--modulation: one of ${Object.keys(MODULATIONS).join(", ")}; got "${modulation}"`,
    );
  }
  const bitsPerSymbol = MODULATIONS[modulation as ModulationName];
  const { k, n } = asOption("code", () => namedCode(code, bitsPerSymbol));
  if (n % bitsPerSymbol !== 0) {
    throw new OptionError(`--code: sent bits, a multiple of ${bitsPerSymbol}; got ${n}`);
  }
  const ebn0 = given.get("ebn0")?.[0], esn0 = given.get("esn0")?.[0];
  if (ebn0 && esn0) throw new OptionError("--ebn0 or --esn0, not both");
  const name = given.get("decoder")?.[0] ?? "int8-offset-min-sum";
  const flooding = name === "flooding-sum-product";
  return {
    code,
    bitsPerSymbol,
    demapper: given.has("exact") ? "exact" : "max-log",
    decoder: {
      algorithm: flooding ? "sum-product" : decoderName(name),
      schedule: flooding ? "flooding" : "layered",
      iterations: integer(given, "iterations", 20, 1, 1000),
      offset: number(given, "offset", 0.5, 0, 8),
      factor: number(given, "factor", 0.75, 1e-6, 1),
    },
    seed: integer(given, "seed", 1, 0, Number.MAX_SAFE_INTEGER),
    snrsDb: ebn0
      ? snrList("ebn0", ebn0)
      : esn0
      ? snrList("esn0", esn0)
      : fromCapacity(k / n * bitsPerSymbol),
    scale: ebn0 ? "ebn0" : "esn0",
    targetErrors: integer(given, "errors", 100, 1, 1e9),
    maxBlocks: integer(given, "blocks", 100_000, 1, 2 ** 32),
    ...(given.has("seconds") ? { maxSeconds: number(given, "seconds", 0, 0.1, 1e9) } : {}),
  };
}

type DecoderName = "int8-offset-min-sum" | "offset-min-sum" | "normalised-min-sum" | "sum-product";

function decoderName(name: string): DecoderName {
  const known = ["int8-offset-min-sum", "offset-min-sum", "normalised-min-sum", "sum-product"];
  if (!known.includes(name)) {
    const all = [...known, "flooding-sum-product"].join(", ");
    throw new OptionError(`--decoder: one of ${all}; got "${name}"`);
  }
  return name as DecoderName;
}

/** From half a dB to three dB above the SNR whose capacity is the spectral efficiency. */
function fromCapacity(spectralEfficiency: number): number[] {
  const limit = 10 * Math.log10(2 ** spectralEfficiency - 1);
  const first = Math.ceil(limit / 0.25) + 2;
  return Array.from({ length: 11 }, (_, i) => (first + i) * 0.25);
}

/** `1,1.5` or `START:STOP:STEP`, both ends included. */
function snrList(name: string, text: string): number[] {
  const refuse = (): never => {
    throw new OptionError(`--${name}: numbers such as 1,1.5 or START:STOP:STEP; got "${text}"`);
  };
  const numbers = (parts: readonly string[]): number[] => {
    const values = parts.map((part) => part.trim() === "" ? NaN : Number(part));
    return values.every(Number.isFinite) ? values : refuse();
  };
  if (!text.includes(":")) return numbers(text.split(","));
  const [start, stop, step, ...more] = numbers(text.split(":"));
  if (start === undefined || stop === undefined || step === undefined || more.length > 0) {
    return refuse();
  }
  const count = Math.floor((stop - start) / step + 1e-9) + 1;
  if (!(step > 0 && count >= 1 && count <= 1000)) return refuse();
  return Array.from({ length: count }, (_, i) => Number((start + i * step).toFixed(9)));
}

function integer(
  given: Arguments,
  name: string,
  fallback: number,
  least: number,
  most: number,
): number {
  const value = number(given, name, fallback, least, most);
  if (!Number.isInteger(value)) {
    throw new OptionError(`--${name}: an integer; got "${given.get(name)?.[0]}"`);
  }
  return value;
}

function number(
  given: Arguments,
  name: string,
  fallback: number,
  least: number,
  most: number,
): number {
  const text = given.get(name)?.[0];
  if (text === undefined) return fallback;
  const value = text.trim() === "" ? NaN : Number(text);
  if (!(value >= least && value <= most)) {
    throw new OptionError(`--${name}: a number from ${least} to ${most}; got "${text}"`);
  }
  return value;
}

/** Turns a refusal of the package into one of the command line. */
function asOption<T>(name: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) throw new OptionError(`--${name}: ${error.message}`);
    throw error;
  }
}

function fileName({ code, bitsPerSymbol }: SweepOptions): string {
  return `${code.replace(/[^a-z0-9]+/gi, "-")}-${bitsPerSymbol}`;
}

async function writeFiles(folder: string, report: SweepReport): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const write = async (name: string, text: string): Promise<void> => {
    await Deno.writeTextFile(`${folder}/${name}.part`, text);
    await Deno.rename(`${folder}/${name}.part`, `${folder}/${name}`);
  };
  await write("points.json", sweepJson(report));
  await write("points.csv", sweepCsv(report));
  await write("curve.svg", figureOf(report));
}

function figureOf({ options, points }: SweepReport): string {
  const perBit = options.scale === "ebn0";
  const at = (point: Point): number => perBit ? point.ebN0Db : point.esN0Db;
  const series: Series[] = [
    {
      label: "block error rate",
      points: points.map((point) => ({ x: at(point), rate: point.bler, ...point.blerInterval })),
    },
    {
      label: "bit error rate",
      points: points.map((point) => ({ x: at(point), rate: point.ber, ...point.berInterval })),
    },
    {
      label: "bit error rate before decoding",
      points: points.map((point) => ({ x: at(point), rate: point.channelBer })),
      reference: true,
    },
  ];
  return errorRateFigure(series, {
    title: `${options.code}, ${options.bitsPerSymbol} bits per symbol, ` +
      `${options.decoder?.algorithm}, ${options.decoder?.iterations} iterations`,
    xLabel: perBit ? "Eb/N0 in dB" : "Es/N0 in dB",
    yLabel: "error rate",
  });
}

if (import.meta.main) await exitOnError(() => main(Deno.args));
