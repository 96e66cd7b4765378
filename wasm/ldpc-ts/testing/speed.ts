/**
 * Speeds of the kernel's stages, wasm beside the same C compiled natively for 128-bit SIMD.
 *
 * All stages take turns many times within one run. What is reported is the best speed of each, and
 * medians of ratios within a turn: other work on the machine disturbs that least.
 *
 * @module
 */
import { decoderSettings } from "../decoder/options.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { LINK_WINDOW } from "../kernel/memory.ts";
import { SimulatedLink } from "../monte_carlo/link.ts";
import { integerPower } from "../modulation/constellation.ts";
import { scaledLevels } from "../modulation/modulate.ts";
import { namedCode } from "../monte_carlo/code_name.ts";

/** One measured stage. */
export interface Speed {
  readonly code: string;
  readonly stage: StageName;
  /** "Mbit/s" of information, or "M values/s". */
  readonly unit: string;
  /** Best speed per kernel, in the order given. */
  readonly speeds: readonly number[];
  /** Median over turns of the first kernel's speed relative to the last one's. */
  readonly ratio: number;
  /** Median over turns of the first kernel's speed relative to its decoder at 10 iterations. */
  readonly ofDecoder: number;
}

/** What is measured. */
export type StageName =
  | "decoder, 10 iterations"
  | "decoder, early stop"
  | "encoder"
  | "noise and LLRs, QPSK"
  | "whole QPSK link, 10 iterations";

interface Stage {
  readonly name: StageName;
  readonly unit: string;
  /** Millions of what `unit` counts, per call. */
  readonly amount: number;
  /** What is to be called, with everything prepared for one kernel. */
  prepare(kernel: Kernel): () => void;
}

const TURNS = 60;
const TURN_MS = 8;
const CODES = ["nr:8448,16896", "nr:3840,7680", "wifi:1944,1/2"];
/** Eb/N0 = Es/N0 = 2 dB at rate 1/2 with QPSK. */
const NOISE_VARIANCE = 10 ** -0.2;

/** Measures all stages; the last kernel is the one that the first is compared with. */
export function* measureSpeeds(kernels: readonly Kernel[]): Generator<Speed> {
  for (const code of CODES) {
    const stages = stagesOf(code);
    const turns = Array.from(
      { length: TURNS },
      () =>
        stages.map((stage) =>
          kernels.map((kernel) => stage.amount / secondsPerCall(stage.prepare(kernel)))
        ),
    );
    for (const [i, { name, unit }] of stages.entries()) {
      const own = turns.map((turn) => turn[i] as number[]);
      yield {
        code,
        stage: name,
        unit,
        speeds: kernels.map((_, k) => Math.max(...own.map((speeds) => speeds[k] as number))),
        ratio: median(own.map((speeds) => (speeds[0] as number) / (speeds.at(-1) as number))),
        ofDecoder: median(turns.map((turn) => (turn[i]?.[0] as number) / (turn[0]?.[0] as number))),
      };
    }
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}

function secondsPerCall(call: () => void): number {
  const start = performance.now();
  let calls = 0;
  do {
    call();
    calls++;
  } while (performance.now() - start < TURN_MS);
  return (performance.now() - start) / 1000 / calls;
}

function stagesOf(name: string): Stage[] {
  const block = namedCode(name, 2);
  const { k, n, code } = block;
  const information = { unit: "Mbit/s", amount: k / 1e6 };
  const decoder = (early: boolean) => decoderSettings({ iterations: 10, earlyStop: early });
  const link = (kernel: Kernel, early = false): SimulatedLink =>
    new SimulatedLink(kernel, { code: name, bitsPerSymbol: 2, seed: 1, decoder: decoder(early) });
  const decode = (stage: StageName, early: boolean): Stage => ({
    name: stage,
    ...information,
    prepare: (kernel) => {
      const words = noisyWords(kernel, link(kernel));
      let next = 0;
      return () => {
        kernel.memory.soft.set(words[next++ % words.length] as Float32Array);
        kernel.decodeSoft(code, decoder(early));
      };
    },
  });
  return [
    decode("decoder, 10 iterations", false),
    decode("decoder, early stop", true),
    {
      name: "encoder",
      ...information,
      prepare: (kernel) => {
        kernel.functions.ldpc_random_message(1, 2, 0, 3, 4, k);
        return () => kernel.encodeMessage(code);
      },
    },
    {
      name: "noise and LLRs, QPSK",
      unit: "M values/s",
      amount: n / 1e6,
      prepare: (kernel) => () => noiseAndLlrs(kernel, n),
    },
    {
      name: "whole QPSK link, 10 iterations",
      ...information,
      prepare: (kernel) => {
        const simulated = link(kernel);
        let block = 0;
        return () => simulated.run(block++, 1, NOISE_VARIANCE);
      },
    },
  ];
}

/** LLRs in codeword order of a few blocks. */
function noisyWords(kernel: Kernel, link: SimulatedLink): Float32Array[] {
  const { columns, liftingSize } = link.code.code;
  return Array.from({ length: 16 }, (_, block) => {
    link.run(block, 1, NOISE_VARIANCE);
    return kernel.memory.soft.slice(0, columns * liftingSize);
  });
}

function noiseAndLlrs(kernel: Kernel, bits: number): void {
  const { functions, memory } = kernel;
  const power = integerPower(2);
  memory.levels.set(scaledLevels(2));
  functions.ldpc_noise_open(1, 2, 0, 3, 4);
  for (let start = 0; start < bits; start += LINK_WINDOW) {
    const count = Math.min(LINK_WINDOW, bits - start);
    functions.ldpc_add_noise(start, count, 0.5);
    functions.ldpc_demap(count, 2, Math.sqrt(power), 1 / (power * NOISE_VARIANCE));
  }
}

/** Speeds as a Markdown table. */
export function speedTable(speeds: readonly Speed[], reference: string | undefined): string {
  const heads = [
    ...["code", "stage", "wasm", "of the decoder"],
    ...(reference ? ["native", "wasm / native"] : []),
  ];
  const rows = speeds.map(({ code, stage, unit, speeds: [wasm, native], ratio, ofDecoder }) => [
    code,
    stage,
    `${round(wasm)} ${unit}`,
    unit === "Mbit/s" ? `${ofDecoder.toFixed(2)} x` : "",
    ...(reference ? [`${round(native)} ${unit}`, ratio.toFixed(2)] : []),
  ]);
  const table = [heads, heads.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`);
  return table.join("\n");
}

function round(value: number | undefined): string {
  return value === undefined ? "" : value < 100 ? value.toFixed(1) : value.toFixed(0);
}
