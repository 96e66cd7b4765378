/**
 * Options that describe themselves: one schema parses `id:key=value,key=value`, prints the help
 * and fills the docs, so that these cannot drift apart.
 *
 * @module
 */
import { OptionError } from "./errors.ts";
import { nearest } from "./nearest.ts";
import { parseRatio } from "./units.ts";

/** What every option says of itself. */
export interface Described {
  /** What it means, in one line. */
  readonly text: string;
  /** "dB", "bit", ...; absent for pure numbers and names. */
  readonly unit?: string;
}

/** A number in [min, max]. */
export interface NumberOption extends Described {
  /** Whole, any, or a ratio that may be given as a fraction: 1/48. */
  readonly type: "integer" | "number" | "ratio";
  /** Value when nothing is given. */
  readonly default: number;
  /** Least value; absent: any. */
  readonly min?: number;
  /** Greatest value; absent: any. */
  readonly max?: number;
}

/** A number, or one of a few words. */
export interface NumberOrWordOption extends Described {
  /** A whole number, or a word. */
  readonly type: "integer-or-word";
  /** Value when nothing is given. */
  readonly default: number | string;
  /** What may stand in place of a number. */
  readonly words: readonly string[];
  /** Least number; absent: any. */
  readonly min?: number;
  /** Greatest number; absent: any. */
  readonly max?: number;
}

/** One of a few words. */
export interface ChoiceOption extends Described {
  /** One of its choices. */
  readonly type: "choice";
  /** Value when nothing is given. */
  readonly default: string;
  /** All that may be given. */
  readonly choices: readonly string[];
}

/** Free text: a file name, a specifier. */
export interface TextOption extends Described {
  /** Any text. */
  readonly type: "text";
  /** Value when nothing is given. */
  readonly default: string;
}

/** true or false. */
export interface BooleanOption extends Described {
  /** `true` or `false`. */
  readonly type: "boolean";
  /** Value when nothing is given. */
  readonly default: boolean;
}

/** Any option. */
export type Option =
  | NumberOption
  | NumberOrWordOption
  | ChoiceOption
  | TextOption
  | BooleanOption;

/** Name -> description of every option of a plugin. */
export type OptionsSchema<O extends object = object> = { readonly [K in keyof O]: Option };

/** Values as they stand in an experiment file. */
export type OptionValues = Readonly<Record<string, string | number | boolean>>;

/** An id with its options: `bpg-ldpc:mcs=12`. */
export interface Spec {
  /** Of a plugin. */
  readonly id: string;
  /** What is given; the others take their defaults. */
  readonly options: OptionValues;
}

/**
 * Splits `id:key=value,key=value`. Values stay texts; {@linkcode parseOptions} gives them types.
 *
 * @throws {OptionError} When the text has another form.
 */
export function parseSpec(text: string, name: string): Spec {
  const colon = text.indexOf(":");
  const id = (colon < 0 ? text : text.slice(0, colon)).trim();
  if (!/^[a-z0-9][a-z0-9.-]*$/i.test(id)) {
    throw new OptionError(
      `${name}: an id with options such as id:key=value,key=value; got "${text}"`,
    );
  }
  const options: Record<string, string> = {};
  for (const part of colon < 0 ? [] : text.slice(colon + 1).split(",")) {
    const equals = part.indexOf("=");
    const key = part.slice(0, equals).trim();
    if (equals < 1 || !key) {
      throw new OptionError(
        `${name} ${id}: options are key=value, parted by commas; got "${part}"`,
      );
    }
    if (key in options) throw new OptionError(`${name} ${id}: option "${key}" is given twice`);
    options[key] = part.slice(equals + 1).trim();
  }
  return { id, options };
}

/** The canonical text of an id with the options that differ from their defaults, in schema order. */
export function formatSpec(id: string, schema: OptionsSchema, values: OptionValues): string {
  const parts = Object.entries<Option>(schema as Record<string, Option>)
    .filter(([key, option]) => values[key] !== undefined && values[key] !== option.default)
    .map(([key]) => `${key}=${values[key]}`);
  return parts.length > 0 ? `${id}:${parts.join(",")}` : id;
}

/**
 * Gives every option of a schema its value: what was given, checked, or its default.
 *
 * @throws {OptionError} On an unknown key (the nearest is suggested) or a value out of range.
 */
export function parseOptions<O extends object>(
  schema: OptionsSchema<O>,
  given: OptionValues,
  name: string,
): O {
  const known = Object.keys(schema);
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(schema, key)) {
      throw new OptionError(
        known.length === 0
          ? `${name}: it has no options; got "${key}"`
          : `${name}: no option "${key}"${nearest(key, known)}; it has ${known.join(", ")}`,
      );
    }
  }
  const values = Object.entries<Option>(schema as Record<string, Option>).map(([key, option]) => {
    const value = given[key];
    return [key, value === undefined ? option.default : read(option, value, `${name}:${key}`)];
  });
  return Object.fromEntries(values) as O;
}

function read(
  option: Option,
  value: string | number | boolean,
  name: string,
): string | number | boolean {
  switch (option.type) {
    case "text":
      return String(value);
    case "boolean":
      if (value === true || value === "true") return true;
      if (value === false || value === "false") return false;
      throw new OptionError(`${name}: true or false; got "${value}"`);
    case "choice":
      if (option.choices.includes(String(value))) return String(value);
      throw new OptionError(
        `${name}: one of ${option.choices.join(", ")}${
          nearest(String(value), option.choices)
        }; got "${value}"`,
      );
    case "integer-or-word":
      if (option.words.includes(String(value))) return String(value);
      return readNumber({ ...option, type: "integer" }, value, name, option.words);
    default:
      return readNumber(option, value, name, []);
  }
}

function readNumber(
  option: { type: string; min?: number; max?: number; unit?: string },
  value: string | number | boolean,
  name: string,
  words: readonly string[],
): number {
  const { min = -Infinity, max = Infinity } = option;
  if (option.type === "ratio" && typeof value === "string") return parseRatio(value, name, max);
  const number = typeof value === "string" && value.trim() === "" ? NaN : Number(value);
  const whole = option.type === "integer";
  if (
    typeof value !== "boolean" && Number.isFinite(number) && number >= min && number <= max &&
    (!whole || Number.isInteger(number))
  ) return number;
  const range = Number.isFinite(min) || Number.isFinite(max) ? ` from ${min} to ${max}` : "";
  const or = words.length > 0 ? `, or ${words.join(", ")}` : "";
  const unit = option.unit ? ` (${option.unit})` : "";
  throw new OptionError(
    `${name}: ${whole ? "an integer" : "a number"}${range}${unit}${or}; got "${value}"`,
  );
}
