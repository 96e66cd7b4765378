/**
 * The part of `@std/cli/parse-args` that the command line needs, on node:util. The import map maps
 * the bare name here; where JSR is reachable, `"@std/cli/parse-args": "jsr:@std/cli@1/parse-args"`
 * replaces this file.
 *
 * @module
 */
import { parseArgs as parseNodeArgs } from "node:util";

/** Which options there are; the names are those of `@std/cli`. */
export interface ParseOptions {
  /** Options that are true or false. */
  readonly boolean?: readonly string[];
  /** Options with a text. */
  readonly string?: readonly string[];
  /** Options that may be given again; their values come as a list. */
  readonly collect?: readonly string[];
  readonly alias?: Readonly<Record<string, string>>;
  /** Called for each argument that is not known. */
  readonly unknown?: (argument: string) => unknown;
}

/** Values by name; `_` holds the arguments that belong to no option. */
export interface Parsed {
  _: string[];
  [name: string]: string | boolean | string[] | undefined;
}

/** Reads arguments of the form `--name=value`, `--name value`, `--flag` and `-f`. */
export function parseArgs(args: readonly string[], options: ParseOptions = {}): Parsed {
  const { boolean = [], string = [], collect = [], alias = {}, unknown } = options;
  const short = new Map(Object.entries(alias).map(([name, letter]) => [letter, name]));
  const { tokens } = parseNodeArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: Object.fromEntries([
      ...boolean.map((name) => [name, { type: "boolean" as const }]),
      ...string.map((name) => [name, { type: "string" as const }]),
    ]),
  });
  const parsed: Parsed = { _: [] };
  for (const name of collect) parsed[name] = [];
  for (const token of tokens) {
    if (token.kind === "positional") {
      unknown?.(token.value);
      parsed._.push(token.value);
    }
    if (token.kind !== "option") continue;
    const name = short.get(token.name) ?? token.name;
    if (!boolean.includes(name) && !string.includes(name)) {
      unknown?.(token.rawName);
      continue;
    }
    const value = string.includes(name) ? token.value ?? "" : true;
    const list = parsed[name];
    if (Array.isArray(list)) list.push(String(value));
    else parsed[name] = value;
  }
  return parsed;
}
