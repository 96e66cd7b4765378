/**
 * Runs a training for the command line: opens the engine, shows progress, draws the figure.
 *
 * @module
 */
import { OptionError } from "../../core/errors.ts";
import { openTensors } from "../../core/tensor/backend.ts";
import { chooseTensors, type TensorEngine, type TensorOptions } from "../../core/tensor/engine.ts";
import { LOG_FILE } from "../../train/checkpoint_folder.ts";
import { readLog } from "../../train/log.ts";
import type { Network } from "../../train/network.ts";
import { describeEngine, openTraining } from "../../train/open_training.ts";
import { Replicas } from "../../train/replicas.ts";
import { goalOf, type TrainingSettings } from "../../train/settings.ts";
import { shippedName } from "../../train/shipped.ts";
import { readStart, type StartValues } from "../../train/start_file.ts";
import { openState, type TrainingState } from "../../train/state_file.ts";
import type { Team } from "../../train/team.ts";
import { type Ending, Training, type TrainingObserver } from "../../train/training.ts";
import { readWhole, writeWhole } from "../../train/whole_file.ts";
import type { Trainable } from "../../core/tensor/trainable.ts";
import { renderSvg } from "../output/svg.ts";
import type { Plugins, TrainableSource } from "../plugins.ts";
import type { Arguments } from "./arguments.ts";
import { EXIT } from "./exit.ts";
import { lossFigure } from "./loss_figure.ts";
import { TrainProgress } from "./train_progress.ts";
import {
  checkResumed,
  readEngine,
  readFall,
  readMinutes,
  readTrainingSettings,
} from "./train_settings.ts";

/** Name of the figure in the folder of a training. */
const FIGURE_FILE = "loss.svg";

/**
 * Trains.
 *
 * @returns The exit status: 0, or that of an interrupted command.
 */
export async function runTraining(given: Arguments, plugins: Plugins): Promise<number> {
  const resume = await openResumed(given);
  const source = chooseSource(given, plugins, resume);
  const settings = readTrainingSettings(given, source.plugin, resume?.record.settings);
  const progress = new TrainProgress({ quiet: given.has("quiet") });
  using interruption = new Interruption(() => progress.say("stopping: a checkpoint is written"));
  const engineOptions = readEngine(given, settings.replicas);
  waitWithoutSpinning();
  chooseTensors(engineOptions);
  const engine = await openTensors();
  const trainable = await source.plugin.create(goalOf(settings));
  progress.say(`engine: ${engine.why}`);
  progress.say(`same bits: ${engine.deterministic}`);
  if (resume) sayDifferences(resume, trainable, describeEngine(engine), progress);
  const out = given.get("out")?.[0] ?? defaultOut(settings, resume);
  using opened = await openTraining({
    settings,
    trainable,
    engine,
    out,
    ...(settings.replicas > 1 ? { team: replicasOf(settings, source, engine, engineOptions) } : {}),
    ...(resume ? { resume } : await startValues(given, trainable, progress)),
    say: (text) => progress.say(text),
    reading: (read, of) => progress.reading(read, of),
  });
  const observer = observe(progress, out, shippedName({ settings }));
  const minutes = readMinutes(given, "minutes", Infinity);
  const ending = await new Training(settings, opened.progress, opened.parts, observer).run({
    minutes,
    fitSteps: Number.isFinite(minutes) && !given.has("steps") && !resume,
    saveMinutes: readMinutes(given, "save-minutes", 3),
    ...(given.has("diverged-db") ? { divergedDb: readFall(given) } : {}),
    signal: interruption.signal,
  });
  progress.finish();
  const files = [opened.parts.folder.statePath, `${out}/${shippedName({ settings })}.safetensors`];
  progress.say(`${describeEnding(ending)}; written: ${files.join(", ")}`);
  return ending === "interrupted" ? EXIT.interrupted : 0;
}

async function openResumed(given: Arguments): Promise<TrainingState | undefined> {
  const file = given.get("resume")?.[0];
  if (file === undefined) return undefined;
  if (given.has("init")) throw new OptionError("--resume or --init, not both");
  const state = openState(await readWhole(file), file);
  checkResumed(given, state.record, file);
  return state;
}

function chooseSource(
  given: Arguments,
  { trainables }: Plugins,
  resume: TrainingState | undefined,
): TrainableSource {
  const id = given.get("codec")?.[0] ?? resume?.record.settings.codec;
  if (id === undefined) {
    throw new OptionError(
      `--codec: one of ${trainables.ids().join(", ") || "(none can be trained)"}`,
    );
  }
  return trainables.get(id);
}

/**
 * Threads of the native kernels that wait for each other by spinning stop a training where other
 * programs hold the cores: one step took minutes. Must come before the library is loaded.
 */
function waitWithoutSpinning(): void {
  if (Deno.env.get("OMP_WAIT_POLICY") === undefined) Deno.env.set("OMP_WAIT_POLICY", "passive");
}

/** Makes the replicas of a network, when it is known. */
function replicasOf(
  settings: TrainingSettings,
  { module }: TrainableSource,
  { backend }: TensorEngine,
  engine: TensorOptions,
): (network: Network) => Promise<Team> {
  if (backend === "webgpu") {
    throw new OptionError("--replicas: for processors; on a GPU one network does the whole batch");
  }
  const { replicas: count } = settings;
  return (network) => Replicas.open(network, { count, engine, module, goal: goalOf(settings) });
}

async function startValues(
  given: Arguments,
  { declarations }: Trainable,
  progress: TrainProgress,
): Promise<{ start?: StartValues }> {
  const file = given.get("init")?.[0];
  if (file === undefined) return {};
  const start = await readStart(await readWhole(file), file, declarations);
  const anew = start.missing.length === 0
    ? "all of the network"
    : `${start.missing.length} start anew (${start.missing.slice(0, 3).join(", ")})`;
  progress.say(`${file}: ${start.values.size} parameters, ${anew}`);
  return { start };
}

function defaultOut(settings: TrainingSettings, resume: TrainingState | undefined): string {
  if (!resume) return `out/train/${shippedName({ settings })}`;
  const slash = resume.file.lastIndexOf("/");
  return slash < 0 ? "." : resume.file.slice(0, slash) || "/";
}

/** What keeps a resumed training from giving the bits that it would have given. */
function sayDifferences(
  { record }: TrainingState,
  { version }: Trainable,
  engine: string,
  progress: TrainProgress,
): void {
  progress.say(`going on at step ${record.step}`);
  if (record.version !== version) {
    progress.say(`note: trained so far by version ${record.version} of the codec, now ${version}`);
  }
  if (record.engine !== engine) {
    progress.say(`note: trained so far on ${record.engine}, now ${engine}: other bits`);
  }
}

function observe(progress: TrainProgress, out: string, title: string): TrainingObserver {
  return {
    step: (step, steps, loss) => progress.step(step, steps, loss),
    steps: (entry) => progress.steps(entry),
    validated: (entry) => progress.validated(entry),
    say: (text) => progress.say(text),
    saved: async () => {
      const log = readLog(new TextDecoder().decode(await readWhole(`${out}/${LOG_FILE}`)));
      await writeWhole(`${out}/${FIGURE_FILE}`, await renderSvg(lossFigure(log, title)));
    },
  };
}

function describeEnding(ending: Ending): string {
  if (ending === "steps") return "all steps are done";
  return `stopped ${ending === "minutes" ? "after --minutes" : "as asked"}, to go on: --resume`;
}

/** Ctrl-C and SIGTERM: the first asks for a stop, the second ends the process. */
class Interruption implements Disposable {
  readonly #controller = new AbortController();
  readonly #signals: readonly Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM"];
  readonly #listener: () => void;

  constructor(onFirst: () => void) {
    this.#listener = () => {
      if (this.signal.aborted) Deno.exit(EXIT.interrupted);
      this.#controller.abort();
      onFirst();
    };
    for (const signal of this.#signals) Deno.addSignalListener(signal, this.#listener);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    for (const signal of this.#signals) Deno.removeSignalListener(signal, this.#listener);
  }
}
