/**
 * Which weights a session uses, and what a table must say about them.
 *
 * @module
 */
import type { Session } from "../../core/codec.ts";
import { OptionError } from "../../core/errors.ts";
import {
  checkpointFor,
  type LocatedCheckpoint,
  namedCheckpoint,
} from "../../core/tensor/checkpoint/shelf.ts";
import { type DeepJsccOptions, OPTIONS, type PresetName } from "./options.ts";

/** SNRs that one checkpoint of ADJSCC serves, in dB. */
const ADAPTIVE = { preset: "adjscc", least: 0, most: 20 };

/** What a preset has that its paper has not. */
const DEVIATIONS: Partial<Record<PresetName, string>> = {
  compact: "residual network beside a linear code, power factor as a priced byte; not the paper's",
};

/** Weights with the conditions that no result may hide. */
export interface ChosenWeights {
  readonly checkpoint: LocatedCheckpoint;
  readonly notes: readonly string[];
}

/**
 * Chooses by codec, preset, width, CBR and SNR, or takes the file that the user named.
 *
 * @throws {CapabilityError} When there are no weights for this preset and CBR; says what there is.
 * @throws {OptionError} When the file cannot be used.
 */
export async function chooseWeights(
  session: Session,
  options: DeepJsccOptions,
): Promise<ChosenWeights> {
  const { cbr, snrDb, channel } = session, { width, checkpoint: file } = options;
  const preset = await presetOf(options);
  const wish = { codec: "deepjscc", preset, cbr, snrDb };
  const fits = ({ manifest }: LocatedCheckpoint): boolean =>
    width === "any" || manifest.options.width === width;
  const { checkpoint, note } = await checkpointFor(wish, file, fits);
  if (!fits(checkpoint)) {
    throw new OptionError(
      `deepjscc:width: weights "${file}" are of width ${checkpoint.manifest.options.width}`,
    );
  }
  const notes = [DEVIATIONS[preset as PresetName], serves(preset, snrDb) && !file ? null : note];
  if (!/^(awgn|noiseless)/.test(channel)) notes.push("weights trained over AWGN");
  return { checkpoint, notes: notes.filter((text) => text !== undefined && text !== null) };
}

/** A file says which network it is of; an option that says another is a mistake. */
async function presetOf({ preset, checkpoint }: DeepJsccOptions): Promise<string> {
  if (checkpoint === "" || preset !== OPTIONS.preset.default) return preset;
  return (await namedCheckpoint(checkpoint)).manifest.preset;
}

/** Whether one checkpoint of a preset serves many SNRs. */
export function adapts(preset: string): boolean {
  return preset === ADAPTIVE.preset;
}

function serves(preset: string, snrDb: number): boolean {
  return adapts(preset) && snrDb >= ADAPTIVE.least && snrDb <= ADAPTIVE.most;
}
