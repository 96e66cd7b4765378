/**
 * Arguments of a command: one table parses them and prints the help.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { OptionError } from "../../core/errors.ts";
import { nearest } from "../../core/nearest.ts";

/** One option of a command. */
export interface Argument {
  /** "snr" for `--snr`. */
  readonly name: string;
  /** What stands for its value in the help, "1,4,7"; absent: a flag. */
  readonly value?: string;
  /** May be followed by several values, parted by blanks. */
  readonly many?: boolean;
  /** May stand without a value; then its list is empty. */
  readonly alone?: boolean;
  /** What it means, with its unit. */
  readonly text: string;
  /** As in the help; absent: none. */
  readonly default?: string;
}

/** What a command says of itself: the text of `--help` and its part of docs/command_line.md. */
export interface Manual {
  /** How it is called, then what it does. */
  readonly usage: string;
  readonly options: readonly Argument[];
  /** A command line to try. */
  readonly example?: string;
}

/** Values by option name; a flag has an empty list. */
export type Arguments = ReadonlyMap<string, readonly string[]>;

/**
 * Reads the arguments of a command.
 *
 * `--snr -5,0` and `--snr=-5,0` are the same: a number may begin with a minus. An option that takes
 * several values takes all that follow it up to the next option.
 *
 * @param rest The option to which arguments belong that follow none; absent: they are refused.
 * @throws {OptionError} On an unknown option (the nearest is suggested), a value that is missing or
 * too many.
 */
export function readArguments(
  args: readonly string[],
  table: readonly Argument[],
  rest?: string,
): Arguments {
  const names = table.map(({ name }) => name);
  const flags = table.filter(({ value }) => value === undefined).map(({ name }) => name);
  const valued = names.filter((name) => !flags.includes(name));
  const parsed = parseArgs(joinValues(args, table, rest), {
    boolean: flags,
    string: valued,
    collect: valued,
    unknown: (argument) => {
      const name = argument.replace(/^-+/, "");
      throw new OptionError(
        argument.startsWith("-")
          ? `unknown option "${argument}"${nearest(name, names)}; --help lists all`
          : `"${argument}" belongs to no option; --help lists all`,
      );
    },
  });
  const values = new Map<string, readonly string[]>();
  for (const name of flags) if (parsed[name]) values.set(name, []);
  for (const { name, many, alone } of table.filter(({ value }) => value !== undefined)) {
    const all = parsed[name] as string[];
    if (all.length === 0) continue;
    const given = all.filter((value) => value !== "");
    if (given.length < all.length && !alone) {
      throw new OptionError(`--${name}: a value is missing`);
    }
    if (given.length > 1 && !many) {
      throw new OptionError(`--${name}: one value; got ${given.length}: ${given.join(" ")}`);
    }
    values.set(name, given);
  }
  return values;
}

/** Turns `--name a b` into `--name=a --name=b`, so that nothing is ambiguous. */
function joinValues(
  args: readonly string[],
  table: readonly Argument[],
  rest: string | undefined,
): string[] {
  const joined: string[] = [];
  let open: { option: Argument; filled: boolean } | undefined;
  const close = (): void => {
    if (open && !open.filled) joined.push(`--${open.option.name}=`);
    open = undefined;
  };
  for (const arg of args) {
    if (arg === "--") continue; // task runners pass it through
    const isValue = !arg.startsWith("-") || /^-[.\d]/.test(arg);
    if (isValue && open) {
      joined.push(`--${open.option.name}=${arg}`);
      if (open.option.many) open.filled = true;
      else open = undefined;
      continue;
    }
    close();
    const option = table.find(({ name, value }) => value !== undefined && arg === `--${name}`);
    if (option) open = { option, filled: false };
    else if (isValue && rest !== undefined) joined.push(`--${rest}=${arg}`);
    else joined.push(arg === "-h" ? "--help" : arg);
  }
  close();
  return joined;
}

const HELP_INDENT = 34;
const HELP_WIDTH = 100;

/** The help of a command: every option with its meaning and default. */
export function helpText({ usage, options, example }: Manual): string {
  const lines = options.flatMap((argument) => {
    const { name, value, many, alone, text } = argument;
    const values = `${value ? ` ${value}` : ""}${many ? " ..." : ""}`;
    const head = `  --${name}${alone ? ` [${values.trim()}]` : values}`;
    const body = argument.default === undefined ? text : `${text} [${argument.default}]`;
    const wrapped = wrap(body, HELP_WIDTH - HELP_INDENT);
    if (head.length >= HELP_INDENT - 1) {
      return [head, ...wrapped.map((line) => " ".repeat(HELP_INDENT) + line)];
    }
    return wrapped.map((line, index) => (index === 0 ? head : "").padEnd(HELP_INDENT) + line);
  });
  const tail = example === undefined ? "" : `\n\nExample\n  ${example}`;
  return `${usage}\n\nOptions (defaults in brackets)\n${lines.join("\n")}${tail}`;
}

/** Breaks a text into lines of at most `width` characters. */
export function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines[lines.length - 1] as string;
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
