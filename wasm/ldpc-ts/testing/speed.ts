/**
 * Speeds of the kernel's stages, wasm beside the same C compiled natively for 128-bit SIMD.
 *
 * The two take turns many times within one run. What is reported is the best speed of each, and the
 * median of the ratios of neighbouring turns: other work on the machine disturbs that least.
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
  readonly stage: string;
  /** "Mbit/s" of information, or "M values/s". */
  readonly unit: string;
  /** Best speed per kernel, in the order given. */
  readonly speeds: readonly number[];
  /** Median over turns of the speed relative to the last kernel. */
  readonly ratios: readonly number[];
}

interface Stage {
  readonly name: string;
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

/** Measures all stages; the last kernel is the one that the others are compared with. */
export function* measureSpeeds(kernels: readonly Kernel[]): Generator<Speed> {
  for (const code of CODES) {
    for (const stage of stagesOf(code)) yield measureStage(code, stage, kernels);
  }
}

function measureStage(code: string, stage: Stage, kernels: readonly Kernel[]): Speed {
  const best = kernels.map(() => 0);
  const ratios: number[][] = kernels.map(() => []);
  const calls = kernels.map((kernel) => stage.prepare(kernel));
  for (let turn = 0; turn < TURNS; turn++) {
    const speeds = kernels.map((kernel, i) => {
      stage.prepare(kernel); // another stage or kernel may have had the memory
      return stage.amount / secondsPerCall(calls[i] as () => void);
    });
    for (const [i, speed] of speeds.entries()) {
      best[i] = Math.max(best[i] as number, speed);
      (ratios[i] as number[]).push(speed / (speeds[speeds.length - 1] as number));
    }
  }
  return {
    code,
    stage: stage.name,
    unit: stage.unit,
    speeds: best,
    ratios: ratios.map((list) => list.sort((a, b) => a - b)[list.length >> 1] as number),
  };
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
  const decode = (stage: string, early: boolean): Stage => ({
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
  const heads = ["code", "stage", "wasm", ...(reference ? ["native", "wasm / native"] : [])];
  const rows = speeds.map(({ code, stage, unit, speeds: [wasm, native], ratios: [ratio] }) => [
    code,
    stage,
    `${round(wasm)} ${unit}`,
    ...(reference ? [`${round(native)} ${unit}`, (ratio as number).toFixed(2)] : []),
  ]);
  const table = [heads, heads.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`);
  return table.join("\n");
}

function round(value: number | undefined): string {
  return value === undefined ? "" : value < 100 ? value.toFixed(1) : value.toFixed(0);
}
