/**
 * Progress of a run: one live line a codec in a terminal, a few plain lines elsewhere.
 *
 * There is no timer: lines are written when something happened, and at most so often.
 *
 * @module
 */
import { printable } from "./text.ts";

/** One codec's work, in units. */
export interface ProgressTask {
  readonly label: string;
  readonly total: number;
  /** Units that were already in the store; they say nothing about the speed. */
  readonly stored?: number;
}

/** Where progress is shown. */
export interface ProgressView {
  /** Whether lines can be drawn over. */
  readonly terminal: boolean;
  /** Of a terminal, in characters. */
  size(): { readonly columns: number; readonly rows: number };
  write(text: string): void;
}

/** How progress is shown. */
export interface ProgressOptions {
  /** Write nothing at all. */
  readonly quiet?: boolean;
  readonly view?: ProgressView;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

const LIVE_EVERY_MS = 100;
const PLAIN_EVERY_MS = 10_000;
const CLEAR_LINE = "\r\x1b[K";

interface State {
  readonly label: string;
  readonly total: number;
  readonly stored: number;
  done: number;
  /** When the first unit of this run was begun; absent before one was finished. */
  begunAt?: number;
  finishedAt?: number;
  /** Whether a plain line has shown the present state. */
  shown: boolean;
}

/** Counts finished units and shows them. */
export class Progress {
  readonly #tasks: readonly State[];
  readonly #quiet: boolean;
  readonly #view: ProgressView;
  readonly #now: () => number;
  #lastEventAt: number;
  #lastShownAt: number;
  #linesBelow = 0;

  constructor(tasks: readonly ProgressTask[], options: ProgressOptions = {}) {
    const { quiet = false, view = standardError(), now = () => performance.now() } = options;
    this.#tasks = tasks.map(({ label, total, stored = 0 }) => ({
      label: printable(label),
      total,
      stored,
      done: stored,
      shown: false,
    }));
    this.#quiet = quiet;
    this.#view = view;
    this.#now = now;
    this.#lastEventAt = now();
    this.#lastShownAt = view.terminal ? -Infinity : this.#lastEventAt;
  }

  /**
   * Units of a task were finished.
   *
   * @param task Index in the list given to the constructor.
   */
  advance(task: number, units = 1): void {
    const state = this.#tasks[task];
    if (state === undefined) throw new RangeError(`Progress: no task ${task}`);
    const now = this.#now();
    // Codecs mostly run one after another: this one began when the last result came in.
    state.begunAt ??= this.#lastEventAt;
    state.done += units;
    state.shown = false;
    if (state.done >= state.total) state.finishedAt ??= now;
    this.#lastEventAt = now;
    const every = this.#view.terminal ? LIVE_EVERY_MS : PLAIN_EVERY_MS;
    if (now - this.#lastShownAt >= every) this.#show(now);
  }

  /** Writes a line of its own, above the live ones: a warning, a codec that failed. */
  say(text: string): void {
    this.#write(`${this.#clear()}${printable(text)}\n`);
    if (this.#view.terminal) this.#show(this.#now());
  }

  /** Shows the last state, which stays. */
  finish(): void {
    this.#show(this.#now());
    this.#linesBelow = 0;
  }

  #show(now: number): void {
    this.#lastShownAt = now;
    if (!this.#view.terminal) {
      const news = this.#tasks.filter(({ shown }) => !shown);
      for (const state of news) state.shown = true;
      this.#write(news.map((state) => `${plainLine(state, now)}\n`).join(""));
      return;
    }
    const { columns, rows } = this.#view.size();
    const label = Math.max(0, ...this.#tasks.map((state) => [...state.label].length));
    const lines = this.#tasks.map((state) => liveLine(state, now, Math.min(label, 40)))
      .slice(0, Math.max(1, rows - 1));
    // A line that wraps could not be cleared again.
    const cut = lines.map((line) => [...line].slice(0, Math.max(1, columns - 1)).join(""));
    this.#write(this.#clear() + cut.map((line) => `${line}\n`).join(""));
    this.#linesBelow = lines.length;
  }

  /** What takes the cursor to the first live line, all of them wiped. */
  #clear(): string {
    const up = `\x1b[1A${CLEAR_LINE}`.repeat(this.#linesBelow);
    this.#linesBelow = 0;
    return up;
  }

  #write(text: string): void {
    if (!this.#quiet && text !== "") this.#view.write(text);
  }
}

/** The standard error stream, so that progress never mixes with a table that is piped away. */
export function standardError(): ProgressView {
  return {
    terminal: Deno.stderr.isTerminal(),
    size: terminalSize,
    write: (text) => {
      const bytes = new TextEncoder().encode(text);
      for (let written = 0; written < bytes.length;) {
        written += Deno.stderr.writeSync(bytes.subarray(written));
      }
    },
  };
}

/** Columns and rows of the terminal; 80 by 24 where there is none or it does not say. */
export function terminalSize(): { columns: number; rows: number } {
  try {
    const { columns, rows } = Deno.consoleSize();
    return { columns: columns || 80, rows: rows || 24 };
  } catch {
    return { columns: 80, rows: 24 };
  }
}

const BAR = 20;

function liveLine(state: State, now: number, labelWidth: number): string {
  const { label, total, done } = state;
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const filled = Math.floor(BAR * share);
  const bar = "█".repeat(filled) + "░".repeat(BAR - filled);
  const name = [...label].slice(0, labelWidth).join("");
  const percent = String(Math.floor(100 * share)).padStart(3);
  const gap = " ".repeat(labelWidth - [...name].length);
  return `${name}${gap} ${bar} ${percent} %  ${done}/${total}  ${pace(state, now)}`;
}

function plainLine(state: State, now: number): string {
  const { label, total, done, stored } = state;
  const already = stored > 0 ? ` (${stored} from the store)` : "";
  return `${label}: ${done} of ${total} units${already}, ${pace(state, now)}`;
}

/** "3.2/s, 1 min 40 s left". */
function pace({ total, done, stored, begunAt, finishedAt }: State, now: number): string {
  if (begunAt === undefined) return done >= total ? "all from the store" : "waiting";
  const seconds = ((finishedAt ?? now) - begunAt) / 1000;
  if (finishedAt !== undefined) return `done in ${duration(seconds)}`;
  const rate = (done - stored) / seconds;
  return Number.isFinite(rate)
    ? `${frequency(rate)}, ${duration((total - done) / rate)} left`
    : "just begun";
}

function frequency(perSecond: number): string {
  const [value, unit] = perSecond >= 1
    ? [perSecond, "s"]
    : perSecond * 60 >= 1
    ? [perSecond * 60, "min"]
    : [perSecond * 3600, "h"];
  return `${value.toFixed(value < 10 ? 1 : 0)}/${unit}`;
}

/** "45 s", "1 min 40 s", "2 h 5 min", "3 d 4 h": two units at most. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor(whole / 60) % 60} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor(whole / 3600) % 24} h`;
}
