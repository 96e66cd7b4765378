/**
 * The manifest of a checkpoint: JSON beside the weights (`NAME.safetensors`, `NAME.json`) that says
 * what they are and how they came to be. The trainers of both languages write it.
 *
 * @module
 */
import type { FormatError } from "../../errors.ts";
import { type Decibel, parseRatio } from "../../units.ts";
import { findFlaw } from "./header_scan.ts";
import { quoted, unreadable } from "./unreadable.ts";

/** Value of an option of a network: a width, a name, a list of block counts. */
export type ManifestOption = number | string | boolean | readonly (number | string)[];

/** What a weights file is. */
export interface CheckpointManifest {
  /** Id of the codec. */
  readonly codec: string;
  /** Which of the codec's networks. */
  readonly preset: string;
  /** Version of the codec's code; other code may give other results. */
  readonly version: string;
  /** What gives the network its shape. */
  readonly options: Readonly<Record<string, ManifestOption>>;
  /** Es/N0 in dB that it was trained at. */
  readonly snrDb: Decibel;
  /** Complex channel uses per source value, as a fraction or a number: `1/48`. */
  readonly cbr: string;
  /** `sha256:` and 64 hexadecimal digits, over the whole weights file. */
  readonly digest: string;
  /** How the weights are stored. */
  readonly dtype: "f16" | "f32";
  /** Steps of training. */
  readonly steps: number;
  /** Hours of training. */
  readonly hours: number;
  readonly seed: number;
  /** Device and engine that trained. */
  readonly device: string;
  /** What it was trained on. */
  readonly data: string;
  readonly loss: string;
  /** Metrics at save, by name: `psnrDb` over so many `pictures`. */
  readonly validation: Readonly<Record<string, number>>;
}

const MAX_CHARACTERS = 1 << 16;

/**
 * Reads a manifest. Members that it does not know are left out.
 *
 * @param file Its name, for messages.
 * @throws {FormatError} When a member is missing or is not what it should be, by name.
 */
export function readManifest(text: string, file: string): CheckpointManifest {
  const members = new Members(parseObject(text, file), file);
  return {
    codec: members.text("codec"),
    preset: members.text("preset"),
    version: members.text("version"),
    options: members.record("options", isOption, "numbers, texts, booleans or lists of them"),
    snrDb: members.number("snrDb"),
    cbr: members.ratio("cbr"),
    digest: members.text("digest", /^sha256:[0-9a-f]{64}$/, "sha256: and 64 hexadecimal digits"),
    dtype: members.text("dtype", /^f(16|32)$/, "f16 or f32") as "f16" | "f32",
    steps: members.count("steps"),
    hours: members.number("hours", 0),
    seed: members.count("seed"),
    device: members.text("device"),
    data: members.text("data"),
    loss: members.text("loss"),
    validation: members.record("validation", isNumber, "numbers"),
  };
}

/** The text of a manifest, ready to be stored. The same manifest gives the same text. */
export function formatManifest(manifest: CheckpointManifest): string {
  return JSON.stringify(manifest, null, 2) + "\n";
}

function parseObject(text: string, file: string): Record<string, unknown> {
  if (text.length > MAX_CHARACTERS) {
    throw unreadable(
      file,
      `a manifest has at most ${MAX_CHARACTERS} characters, not ${text.length}`,
    );
  }
  const flaw = findFlaw(text, 4);
  if (flaw?.kind === "duplicate") throw unreadable(file, `${quoted(flaw.what)} stands twice`);
  if (flaw) throw unreadable(file, `it is nested ${flaw.what} deep; 4 is enough`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw unreadable(file, "it is no JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw unreadable(file, "it is no JSON object");
  }
  return value as Record<string, unknown>;
}

/** Takes members out of an object, each checked. */
class Members {
  readonly #object: Record<string, unknown>;
  readonly #file: string;

  constructor(object: Record<string, unknown>, file: string) {
    this.#object = object;
    this.#file = file;
  }

  text(name: string, pattern = /^[^\p{Cc}]{1,1000}$/u, wanted = "a text of one line"): string {
    const value = this.#get(name);
    if (typeof value === "string" && pattern.test(value)) return value;
    throw this.#refuse(name, wanted, value);
  }

  number(name: string, least = -Infinity): number {
    const value = this.#get(name);
    if (isNumber(value) && value >= least) return value;
    throw this.#refuse(name, least === 0 ? "a number from 0 up" : "a number", value);
  }

  count(name: string): number {
    const value = this.#get(name);
    if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
    throw this.#refuse(name, "an integer from 0 up", value);
  }

  ratio(name: string): string {
    const text = this.text(name);
    try {
      parseRatio(text, name);
      return text;
    } catch {
      throw this.#refuse(name, "a fraction such as 1/48 or a number in (0, 1]", text);
    }
  }

  record<T>(
    name: string,
    isMember: (value: unknown) => value is T,
    wanted: string,
  ): Readonly<Record<string, T>> {
    const value = this.#get(name);
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw this.#refuse(name, "an object", value);
    }
    for (const [key, member] of Object.entries(value)) {
      if (!isMember(member)) throw this.#refuse(`${name}.${key}`, wanted, member);
    }
    return value as Record<string, T>;
  }

  #get(name: string): unknown {
    return Object.hasOwn(this.#object, name) ? this.#object[name] : undefined;
  }

  #refuse(name: string, wanted: string, value: unknown): FormatError {
    const came = value === undefined ? "nothing" : JSON.stringify(value).slice(0, 100);
    return unreadable(this.#file, `${quoted(name)}: ${wanted} is wanted; got ${came}`);
  }
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function isScalar(value: unknown): value is number | string {
  return isNumber(value) || typeof value === "string";
}

function isOption(value: unknown): value is ManifestOption {
  return isScalar(value) || typeof value === "boolean" ||
    (Array.isArray(value) && value.every(isScalar));
}
