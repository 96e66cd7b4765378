/**
 * Trains the tiny codec for tests.
 *
 * @module
 */
import { openTensors } from "../../core/tensor/backend.ts";
import type { Trainable } from "../../core/tensor/trainable.ts";
import type { ValidationEntry } from "../log.ts";
import { openTraining, type TrainingRequest } from "../open_training.ts";
import { DEFAULTS, goalOf, type TrainingSettings } from "../settings.ts";
import { type Ending, Training, type TrainingLimits, type TrainingParts } from "../training.ts";
import { tinyCodec } from "./tiny_codec.ts";

/** Opens the engine of these tests: the same on every machine. */
export const engine = await openTensors({ backend: "wasm", portable: true });

/** Settings of a training of seconds. */
export function tinySettings(
  data: string,
  change: Partial<TrainingSettings> = {},
): TrainingSettings {
  return {
    ...DEFAULTS,
    ...{ codec: "tiny", preset: "linear", data, batch: 4, crop: 32, steps: 20, warmup: 5 },
    ...{ rate: 1e-2, ...change },
  };
}

/** What may be different from a plain run. */
export interface TinyRun extends Partial<Omit<TrainingRequest, "settings">> {
  readonly settings: TrainingSettings;
  readonly out: string;
  readonly limits?: Partial<TrainingLimits>;
  readonly onStep?: (step: number, loss: number, parts: TrainingParts, steps: number) => void;
}

/** What was heard. */
export interface TinyOutcome {
  readonly ending: Ending;
  readonly losses: readonly number[];
  readonly validations: readonly ValidationEntry[];
  readonly said: readonly string[];
}

/** Opens a training, runs it, and frees everything. */
export async function runTiny(run: TinyRun): Promise<TinyOutcome> {
  const { settings, limits = {}, onStep = () => {}, ...request } = run;
  const losses: number[] = [], validations: ValidationEntry[] = [], said: string[] = [];
  const trainable: Trainable = request.trainable ?? tinyCodec(goalOf(settings));
  using opened = await openTraining({
    ...{ settings, engine, say: (text: string) => said.push(text), reading: () => {} },
    ...{ ...request, trainable },
  });
  const training = new Training(settings, opened.progress, opened.parts, {
    step: (step, steps, loss) => {
      losses.push(loss);
      onStep(step, loss, opened.parts, steps);
    },
    steps: () => {},
    validated: (entry) => validations.push(entry),
    saved: () => Promise.resolve(),
    say: (text) => said.push(text),
  });
  const ending = await training.run({
    ...{ minutes: Infinity, fitSteps: false, saveMinutes: Infinity },
    ...{ signal: new AbortController().signal, ...limits },
  });
  return { ending, losses, validations, said };
}
