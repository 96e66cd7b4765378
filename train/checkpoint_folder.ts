/**
 * The folder of a training: its state, the shipped form of its weights, and its log.
 *
 *     state.safetensors    all that a resumed run needs, float32
 *     NAME.safetensors     averaged weights, half precision
 *     NAME.json            their manifest
 *     log.jsonl            one line for everything that happened
 *
 * @module
 */
import { DataError, OptionError } from "../core/errors.ts";
import { TrainingLog } from "./log.ts";
import type { Network } from "./network.ts";
import { shippedFiles, shippedName } from "./shipped.ts";
import { formatState, type TrainingRecord } from "./state_file.ts";
import { writeWhole } from "./whole_file.ts";

/** Name of the training checkpoint. */
export const STATE_FILE = "state.safetensors";
/** Name of the log. */
export const LOG_FILE = "log.jsonl";

/** What changes from one checkpoint to the next. */
export type Changing = Pick<TrainingRecord, "settings" | "step" | "hours" | "best">;
/** What is the same in all checkpoints of a run. */
export type Fixed = Pick<TrainingRecord, "version" | "options" | "engine" | "pictures">;

/** A folder that checkpoints are written to. */
export class CheckpointFolder implements Disposable {
  private constructor(
    readonly path: string,
    readonly log: TrainingLog,
    private readonly fixed: Fixed,
  ) {}

  /**
   * Makes the folder where it is not there.
   *
   * @param resumed Length of the log at the checkpoint that is gone on from, when it lies in this
   * folder; undefined: a new training, which does not overwrite another.
   * @throws {OptionError} When a training lies there already.
   * @throws {DataError} When it cannot be written.
   */
  static async open(path: string, fixed: Fixed, resumed?: number): Promise<CheckpointFolder> {
    try {
      await Deno.mkdir(path, { recursive: true });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new DataError(`Cannot write "${path}": ${why}; give another folder with --out`, {
        cause: error,
      });
    }
    if (resumed === undefined) await refuseOccupied(path);
    return new CheckpointFolder(
      path,
      await TrainingLog.open(`${path}/${LOG_FILE}`, resumed ?? 0),
      fixed,
    );
  }

  get statePath(): string {
    return `${this.path}/${STATE_FILE}`;
  }

  /**
   * Writes a checkpoint: each file whole or not at all, the state first.
   *
   * @param validation Metrics for the manifest; null: only the state.
   */
  async save(
    network: Network,
    changing: Changing,
    validation: Readonly<Record<string, number>> | null,
  ): Promise<void> {
    const { trainable } = network;
    const snapshot = await network.snapshot();
    const { counts } = snapshot;
    const record: TrainingRecord = {
      ...{ ...changing, ...this.fixed, counts, logBytes: this.log.bytes },
    };
    await writeWhole(this.statePath, formatState(record, snapshot, trainable.declarations));
    if (validation === null) return;
    const { weights, manifest } = await shippedFiles(trainable, record, snapshot, validation);
    const name = `${this.path}/${shippedName(record)}`;
    await writeWhole(`${name}.safetensors`, weights);
    await writeWhole(`${name}.json`, manifest);
  }

  [Symbol.dispose](): void {
    this.log[Symbol.dispose]();
  }
}

async function refuseOccupied(path: string): Promise<void> {
  try {
    await Deno.stat(`${path}/${STATE_FILE}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  throw new OptionError(
    `--out: "${path}" holds a training already; go on with --resume "${path}/${STATE_FILE}", or ` +
      `give another folder`,
  );
}
