/**
 * `deno task docs`: writes docs/command_line.md from the tables that parse the commands' arguments
 * and print their `--help`.
 *
 * @module
 */
import { type Argument, helpText, type Manual, readArguments } from "./arguments.ts";
import { EXIT, exitOnError } from "./exit.ts";

const ROOT = new URL("../../", import.meta.url);
const PAGE = "docs/command_line.md";

const ARGUMENTS: readonly Argument[] = [{ name: "help", text: "this text" }];

const USAGE = `deno task docs

Writes ${PAGE} anew: every command with its options, as --help prints them.`;

/** What the command says of itself. */
export function manual(): Manual {
  return { usage: USAGE, options: ARGUMENTS };
}

const HEAD = `<!-- Written by deno task docs; a test compares. -->
# Command line

Every command prints its part of this page with \`--help\`. Values stand behind a blank or an equals sign: \`--snr -5,0\` and \`--snr=-5,0\` are the same. Codecs, channels and metrics have options of their own, which \`deno task sim --list\` prints.

| exit status | |
| --- | --- |
| 0 | done |
| ${EXIT.failed} | something failed or is missing; it was named, and what could be done is done |
| ${EXIT.wrongUse} | an option is wrong; nothing was done |
| ${EXIT.interrupted} | stopped by Ctrl-C; what is finished is kept |

| environment variable | |
| --- | --- |
| \`SEMCAST_ASSETS\` | folder with \`kodak/\` and \`weights/\`; absent: below the user's cache folder |
| \`SEMCAST_DEBUG\` | prints the stack of an error that is a fault of the program |
`;

/** The text of docs/command_line.md. */
export async function commandLineReference(): Promise<string> {
  const parts = [HEAD];
  for (const [task, path] of await commands()) {
    const { manual } = await import(new URL(path, ROOT).href) as { manual(): Promise<Manual> };
    parts.push(section(task, await manual()));
  }
  return parts.join("\n");
}

/** Tasks of deno.json that are commands, with their modules, in the order of that file. */
export async function commands(): Promise<[task: string, path: string][]> {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  return Object.entries<string>(tasks).flatMap(([task, line]) => {
    const path = /(sim\/cli\/\w+\.ts)$/.exec(line)?.[1];
    return path === undefined ? [] : [[task, path]];
  });
}

function section(task: string, { usage, options, example }: Manual): string {
  const rows = options.map((option) => `| ${syntax(option)} | ${meaning(option)} |\n`);
  return `## ${task}

\`\`\`text
${usage}
\`\`\`

| option | meaning | default |
| --- | --- | --- |
${rows.join("")}${example === undefined ? "" : `\n\`\`\`sh\n${example}\n\`\`\`\n`}`;
}

function syntax({ name, value, many, alone }: Argument): string {
  const values = value === undefined ? "" : `${value}${many ? " ..." : ""}`;
  return code(`--${name} ${alone ? `[${values}]` : values}`.trim());
}

function meaning({ text, default: fallback = "" }: Argument): string {
  return `${cell(text)} | ${cell(fallback)}`;
}

function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|")}\``;
}

/** Plain text in a cell of a table. */
function cell(text: string): string {
  return text.replace(/[|<>*_[\]]/g, "\\$&");
}

async function docs(args: readonly string[]): Promise<number> {
  if (readArguments(args, ARGUMENTS).has("help")) {
    console.log(helpText(manual()));
    return 0;
  }
  await Deno.writeTextFile(new URL(PAGE, ROOT), await commandLineReference());
  console.log(PAGE);
  return 0;
}

if (import.meta.main) await exitOnError(() => docs(Deno.args));
