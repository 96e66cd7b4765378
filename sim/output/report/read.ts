/**
 * Reads back what a run left in its folder.
 *
 * @module
 */
import { DataError, isDeliberate } from "../../../core/errors.ts";
import { checkExperiment, DEFAULTS, type Experiment, readExperiment } from "../../experiment.ts";
import { isAbsent } from "../../files.ts";
import { Store } from "../../store.ts";
import type { Summary } from "../../summary.ts";
import type { Source } from "./results.ts";
import { isSummary } from "./summary_shape.ts";

/** What {@linkcode openResults} gives: its store is open. */
export interface OpenResults extends Source, Disposable {}

/**
 * Opens the results of a run.
 *
 * @throws {DataError} When the folder has no results, or what it has is damaged.
 */
export async function openResults(folder: string): Promise<OpenResults> {
  const experiment = readWhole(
    `${folder}/experiment.json`,
    await textOf(folder, "experiment.json"),
  );
  const summary = readSummary(`${folder}/summary.json`, await textOf(folder, "summary.json"));
  await textOf(folder, "results.sqlite", (path) => Deno.stat(path).then(() => ""));
  const store = new Store(`${folder}/results.sqlite`);
  return { experiment, summary, store, [Symbol.dispose]: () => store[Symbol.dispose]() };
}

async function textOf(
  folder: string,
  name: string,
  read: (path: string) => Promise<string> = (path) => Deno.readTextFile(path),
): Promise<string> {
  const path = `${folder}/${name}`;
  try {
    return await read(path);
  } catch (error) {
    if (!isAbsent(error)) {
      throw new DataError(`cannot read "${path}": ${(error as Error).message}`, { cause: error });
    }
    throw new DataError(
      `"${folder}" holds no results: there is no ${name}; name the --out folder of a finished ` +
        "deno task sim",
      { cause: error },
    );
  }
}

function readWhole(path: string, text: string): Experiment {
  try {
    return checkExperiment({ ...DEFAULTS, codecs: [], ...readExperiment(text, path) });
  } catch (error) {
    if (!isDeliberate(error)) throw error;
    throw damaged(path, error.message);
  }
}

function readSummary(path: string, text: string): Summary {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw damaged(path, "it is not JSON");
  }
  if (isSummary(json)) return json;
  throw damaged(path, "it is no summary of this version");
}

function damaged(path: string, why: string): DataError {
  return new DataError(
    `"${path}" cannot be used: ${why}; run the same deno task sim again, nothing is computed twice`,
  );
}
