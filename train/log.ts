/**
 * The log of a training: one line of JSON for everything that happened.
 *
 * @module
 */
import { DataError } from "../core/errors.ts";

/** Means over some steps. */
export interface StepsEntry {
  readonly kind: "steps";
  /** Steps done. */
  readonly step: number;
  readonly loss: number;
  readonly parts: Readonly<Record<string, number>>;
  /** Of the gradient, before clipping. */
  readonly norm: number;
  readonly rate: number;
  readonly stepsPerSecond: number;
}

/** Averaged weights, measured. */
export interface ValidationEntry {
  readonly kind: "validation";
  readonly step: number;
  readonly psnrDb: number;
  readonly pictures: number;
  readonly hours: number;
}

/** What was begun, or resumed. */
export interface BeginEntry {
  readonly kind: "begin";
  readonly step: number;
  readonly settings: object;
  readonly parameters: number;
  readonly engine: string;
  readonly pictures: number;
  /** Numbers of photographs that were not used, by reason. */
  readonly passedOver: Readonly<Record<string, number>>;
}

/** Why it ended. */
export interface EndEntry {
  readonly kind: "end";
  readonly step: number;
  readonly why: string;
}

/** A line of the log. */
export type LogEntry = BeginEntry | StepsEntry | ValidationEntry | EndEntry;

/** A log file, open at its end. */
export class TrainingLog implements Disposable {
  readonly #file: Deno.FsFile;
  #bytes: number;

  private constructor(file: Deno.FsFile, bytes: number) {
    this.#file = file;
    this.#bytes = bytes;
  }

  /**
   * Opens a log, or begins one.
   *
   * @param keep What is behind so many bytes is cut off: lines after the checkpoint that a run goes
   * on from. A log that is shorter is another's: it is kept whole.
   * @throws {DataError} When it cannot be written.
   */
  static async open(path: string, keep: number): Promise<TrainingLog> {
    try {
      const file = await Deno.open(path, { write: true, create: true });
      const { size } = await file.stat();
      const bytes = Math.min(size, keep);
      await file.truncate(bytes);
      await file.seek(0, Deno.SeekMode.End);
      return new TrainingLog(file, bytes);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new DataError(`Cannot write "${path}": ${why}`, { cause: error });
    }
  }

  /** Length in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  write(entry: LogEntry): void {
    const bytes = new TextEncoder().encode(`${JSON.stringify(entry)}\n`);
    for (let written = 0; written < bytes.length;) {
      written += this.#file.writeSync(bytes.subarray(written));
    }
    this.#bytes += bytes.length;
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** The lines of a log; a last line that was cut off by a kill is left out. */
export function readLog(text: string): LogEntry[] {
  const lines = text.split("\n");
  lines.pop();
  return lines.map((line) => JSON.parse(line) as LogEntry);
}
