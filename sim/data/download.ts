/**
 * Fetches published files: resumed where it was cut, held against size and checksum, and put in
 * place only when whole.
 *
 * @module
 */
import { join } from "node:path";
import { sha256 } from "../../core/digest.ts";
import { DataError } from "../../core/errors.ts";
import { isFile } from "./is_file.ts";

/** A file as published. */
export interface PublishedFile {
  /** Here; on the server too unless `remote` says otherwise. */
  readonly name: string;
  /** Absent where the publisher does not tell; what comes is then bounded. */
  readonly bytes?: number;
  /** About how many bytes, for the progress, where they are not known. */
  readonly about?: number;
  /**
   * SHA-256 in hexadecimal, or its first digits where no more is published. Absent where nothing is:
   * then what is made of the file has a checksum.
   */
  readonly sha256?: string;
  /** Address on the server: below the folder, or whole. */
  readonly remote?: string;
}

/** A file of which everything is known. */
export type CheckedFile = Required<Pick<PublishedFile, "name" | "bytes" | "sha256">>;

/** How a download goes on. */
export interface DownloadOptions {
  /** Called as bytes come: how many of the file are here now. */
  readonly onBytes?: (bytes: number) => void;
  /** Pauses before each further attempt, in milliseconds; there is one attempt more than pauses. */
  readonly pausesMs?: readonly number[];
  /** How long a server may be silent, in milliseconds. */
  readonly silentMs?: number;
}

/** Most bytes of a file whose size is not known. */
const MOST_BYTES = 2 ** 30;

const PAUSES_MS = [500, 2000, 5000], SILENT_MS = 30_000;

/**
 * Fetches a file into a folder, which must exist.
 *
 * What has come stands in `<name>.part`; the next attempt, or the next run, goes on from there when
 * the server can.
 *
 * @param base Address of the folder on the server, ending in a slash.
 * @returns Whether it was there already or had to be fetched.
 * @throws {DataError} When the server does not give it, gives another file, or another file of this
 * name is in the folder.
 */
export async function download(
  base: URL,
  folder: string,
  file: PublishedFile,
  options: DownloadOptions = {},
): Promise<"present" | "fetched"> {
  const path = join(folder, file.name), part = `${path}.part`;
  if (await isFile(path)) {
    if (await isPublished(path, file)) return "present";
    throw new DataError(
      `"${path}" is there but is not the published file; move it away and run this again`,
    );
  }
  const { pausesMs = PAUSES_MS } = options;
  for (let attempt = 0;; attempt++) {
    const broken = await fetchPart(new URL(file.remote ?? file.name, base), part, file, options);
    if (broken === undefined) break;
    const pause = pausesMs[attempt];
    if (pause === undefined) throw broken;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  if (!await isPublished(part, file)) {
    await Deno.remove(part);
    throw new DataError(
      `"${file.name}" from ${base} is not the published file: its SHA-256 is another. It was thrown away; try another address with --from`,
    );
  }
  await Deno.rename(part, path);
  return "fetched";
}

/**
 * One attempt to complete a part.
 *
 * @returns What broke it, when a further attempt may help.
 */
async function fetchPart(
  url: URL,
  part: string,
  file: PublishedFile,
  { onBytes = () => {}, silentMs = SILENT_MS }: DownloadOptions,
): Promise<DataError | undefined> {
  const here = await sizeOf(part);
  const from = here <= (file.bytes ?? MOST_BYTES) ? here : 0;
  if (from === file.bytes) return undefined;
  const silence = new Silence(silentMs);
  try {
    const response = await fetch(url, {
      headers: {
        "accept-encoding": "identity", // or ranges would be those of the packed file
        ...(from > 0 ? { range: `bytes=${from}-` } : {}),
      },
      signal: silence.signal,
    });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      if (response.status === 416 && from > 0) {
        const isWhole = file.bytes === undefined && totalOf(response, from) === from;
        if (isWhole) return undefined;
        await Deno.remove(part);
      }
      const error = new DataError(
        `${url}: the server answered ${response.status} ${response.statusText}`,
      );
      if (response.status < 500 && response.status !== 416) throw error;
      return error;
    }
    const resumed = response.status === 206 && resumesAt(response, from);
    if (response.status === 206 && !resumed) {
      await response.body.cancel();
      await Deno.remove(part);
      return new DataError(`${url}: the server gave another part of the file than asked for`);
    }
    const start = resumed ? from : 0, total = file.bytes ?? totalOf(response, start);
    if (start > 0 && start === total) { // the last attempt had all and did not know it
      await response.body.cancel();
      return undefined;
    }
    const bytes = await append(response.body, part, start, file, (count) => {
      silence.broken();
      onBytes(count);
    });
    if (total === undefined || bytes === total) return undefined;
    return new DataError(`${url}: the connection ended after ${bytes} of ${total} bytes`);
  } catch (error) {
    if (error instanceof DataError) throw error;
    return new DataError(`${url}: ${why(error)}; what has come is kept, run this again to go on`, {
      cause: error,
    });
  } finally {
    silence.end();
  }
}

/** Writes what comes behind the first `from` bytes of a part; returns the part's size. */
async function append(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  part: string,
  from: number,
  file: PublishedFile,
  onBytes: (bytes: number) => void,
): Promise<number> {
  using out = await Deno.open(part, { create: true, write: true });
  await out.truncate(from);
  await out.seek(from, Deno.SeekMode.Start);
  let bytes = from;
  for await (const chunk of body) {
    bytes += chunk.length;
    const most = file.bytes ?? MOST_BYTES;
    if (bytes > most) {
      await Deno.remove(part);
      throw new DataError(
        `"${file.name}" is not the published file: more than its ${most} bytes come`,
      );
    }
    for (let written = 0; written < chunk.length;) {
      written += await out.write(chunk.subarray(written));
    }
    onBytes(bytes);
  }
  return bytes;
}

/** The text of an error with that of its cause: "fetch failed" alone says little. */
function why(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} (${why(error.cause)})`;
}

function resumesAt(response: Response, from: number): boolean {
  const range = response.headers.get("content-range") ?? "";
  return /^bytes (\d+)-/.exec(range)?.[1] === String(from);
}

/** Bytes of the whole file, where the server tells. */
function totalOf(response: Response, from: number): number | undefined {
  const range = /\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1];
  if (range !== undefined) return Number(range);
  const length = response.headers.get("content-length");
  return length === null ? undefined : from + Number(length);
}

/** Whether a file has the size and the checksum that were published. */
async function isPublished(path: string, { bytes, sha256 }: PublishedFile): Promise<boolean> {
  if (bytes !== undefined && await sizeOf(path) !== bytes) return false;
  return sha256 === undefined || (await digestOf(path)).startsWith(sha256);
}

async function sizeOf(path: string): Promise<number> {
  return await isFile(path) ? (await Deno.stat(path)).size : 0;
}

async function digestOf(path: string): Promise<string> {
  return await sha256(await Deno.readFile(path));
}

/** Ends a request after the server has been silent for too long. */
class Silence {
  readonly #controller = new AbortController();
  readonly #mostMs: number;
  #timer: ReturnType<typeof setTimeout>;

  constructor(mostMs: number) {
    this.#mostMs = mostMs;
    this.#timer = this.#start();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  broken(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#start();
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #start(): ReturnType<typeof setTimeout> {
    const text = `the server has been silent for ${this.#mostMs / 1000} s`;
    return setTimeout(() => this.#controller.abort(new Error(text)), this.#mostMs);
  }
}
