/**
 * Progress of a download: a bar in a terminal, a plain line at most every ten seconds elsewhere.
 *
 * @module
 */
import { duration, type ProgressView, standardError } from "../output/progress.ts";

const LIVE_EVERY_MS = 100, PLAIN_EVERY_MS = 10_000, BAR = 20;

/** What is to be fetched. */
export interface DownloadTotal {
  readonly label: string;
  readonly files: number;
  readonly bytes: number;
}

/** Counts files and bytes, and shows them. */
export class DownloadProgress {
  readonly #total: DownloadTotal;
  readonly #view: ProgressView;
  readonly #now: () => number;
  readonly #begunAt: number;
  #shownAt: number;
  #files = 0;
  /** Bytes of finished files, and of the one that comes. */
  #bytes = 0;
  #current = 0;
  /** Bytes that were not fetched now: they say nothing about the speed. */
  #already = 0;

  constructor(
    total: DownloadTotal,
    view: ProgressView = standardError(),
    now: () => number = () => performance.now(),
  ) {
    this.#total = total;
    this.#view = view;
    this.#now = now;
    this.#begunAt = now();
    this.#shownAt = view.terminal ? -Infinity : this.#begunAt;
  }

  /** So many bytes of the present file are here. */
  receive(bytes: number): void {
    this.#current = bytes;
    const now = this.#now();
    if (now - this.#shownAt >= (this.#view.terminal ? LIVE_EVERY_MS : PLAIN_EVERY_MS)) {
      this.#show(now);
    }
  }

  /** The present file is complete; it was fetched or there before. */
  complete(bytes: number, how: "present" | "fetched"): void {
    this.#files++;
    this.#bytes += bytes;
    this.#current = 0;
    if (how === "present") this.#already += bytes;
  }

  /** Shows the last state, which stays. */
  finish(): void {
    this.#show(this.#now());
    if (this.#view.terminal) this.#view.write("\n");
  }

  #show(now: number): void {
    this.#shownAt = now;
    const { label, files, bytes } = this.#total;
    const here = this.#bytes + this.#current;
    const share = bytes > 0 ? Math.min(1, here / bytes) : 1;
    const count = `${this.#files}/${files} files  ${megabytes(here)} of ${megabytes(bytes)} MB`;
    if (!this.#view.terminal) {
      this.#view.write(`${label}: ${count}${this.#pace(here, now)}\n`);
      return;
    }
    const filled = Math.floor(BAR * share);
    const bar = "█".repeat(filled) + "░".repeat(BAR - filled);
    const percent = String(Math.floor(100 * share)).padStart(3);
    const line = `${label} ${bar} ${percent} %  ${count}${this.#pace(here, now)}`;
    const cut = [...line].slice(0, Math.max(1, this.#view.size().columns - 1)).join("");
    this.#view.write(`\r\x1b[K${cut}`);
  }

  #pace(here: number, now: number): string {
    const seconds = (now - this.#begunAt) / 1000, fetched = here - this.#already;
    if (!(seconds > 0 && fetched > 0)) return "";
    const rate = fetched / seconds, left = this.#total.bytes - here;
    return `  ${megabytes(rate)} MB/s${left > 0 ? `, ${duration(left / rate)} left` : ""}`;
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
