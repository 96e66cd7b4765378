/**
 * Which weights a session uses, and what a table must say about them.
 *
 * @module
 */
import type { Session } from "../codec.ts";
import { OptionError } from "../errors.ts";
import { chooseCheckpoint, useCheckpoint } from "../tensor/checkpoint/choose.ts";
import type { CheckpointManifest } from "../tensor/checkpoint/manifest.ts";
import {
  type LocatedCheckpoint,
  namedCheckpoint,
  shippedCheckpoints,
} from "../tensor/checkpoint/shelf.ts";
import { parseRatio } from "../units.ts";
import { type Architecture, ARCHITECTURES, mostSymbols, PATCH } from "./architecture.ts";
import { type CdmJsccOptions, OPTIONS } from "./options.ts";

/** Weights, what they are of, and the conditions that no result may hide. */
export interface ChosenWeights {
  readonly checkpoint: LocatedCheckpoint;
  readonly architecture: Architecture;
  /** Symbols a bit that meet the session's CBR over a set; undefined: found for each picture. */
  readonly eta: number | undefined;
  readonly notes: readonly string[];
}

const COMPACT_NOTE =
  "compact networks that begin at a linear code, power factor as a priced byte; " +
  "not the paper's";

/**
 * Chooses by preset, CBR and SNR, or takes the file that the user named. One set of weights serves all
 * CBRs, since rates adapt: those trained for the nearest one are taken, and a note says so.
 *
 * @throws {CapabilityError} When there are no weights for this preset.
 * @throws {OptionError} When the file cannot be used, or the CBR is out of the rates' reach.
 */
export async function chooseWeights(
  session: Session,
  options: CdmJsccOptions,
): Promise<ChosenWeights> {
  const { checkpoint, note } = await choose(session, options);
  const { manifest } = checkpoint, architecture = architectureOf(manifest, checkpoint.file);
  checkReach(session, architecture);
  checkTrained("prediction", options.prediction, manifest);
  const notes = [note, ...conditions(session, options, manifest)];
  const trainedCbr = parseRatio(manifest.cbr, "cbr");
  const matched = Math.abs(trainedCbr - session.cbr) <= 1e-9 * session.cbr;
  const calibrated = manifest.options.eta;
  const eta = matched && typeof calibrated === "number" ? calibrated : undefined;
  if (!matched) notes.push(`weights trained at CBR ${manifest.cbr}`);
  if (options.rate === "average" && eta === undefined) {
    notes.push("eta is not calibrated for this CBR: each picture meets it");
  }
  return {
    checkpoint,
    architecture,
    eta: options.rate === "average" ? eta : undefined,
    notes: notes.filter((text) => text !== null),
  };
}

async function choose(
  session: Session,
  { preset, checkpoint: file }: CdmJsccOptions,
): Promise<{ readonly checkpoint: LocatedCheckpoint; readonly note: string | null }> {
  const wish = { codec: "cdm-jscc", preset, cbr: session.cbr, snrDb: session.snrDb };
  if (file !== "") {
    const named = await namedCheckpoint(file), { manifest } = named;
    const asked = preset === OPTIONS.preset.default ? manifest.preset : preset;
    return useCheckpoint(named, { ...wish, preset: asked, cbr: parseRatio(manifest.cbr, "cbr") });
  }
  const shelf = await shippedCheckpoints(wish.codec);
  const rates = shelf.filter(({ manifest }) => manifest.preset === preset)
    .map(({ manifest }) => parseRatio(manifest.cbr, "cbr"));
  const far = (cbr: number): number => Math.abs(Math.log(cbr / session.cbr));
  const nearest = rates.sort((a, b) => far(a) - far(b) || a - b)[0] ?? session.cbr;
  return chooseCheckpoint(shelf, { ...wish, cbr: nearest });
}

/** @throws {OptionError} When the manifest speaks of another network than its preset names. */
function architectureOf(manifest: CheckpointManifest, file: string): Architecture {
  const architecture = ARCHITECTURES.get(manifest.preset);
  if (!architecture) {
    throw new OptionError(
      `weights "${file}": a preset of ${[...ARCHITECTURES.keys()].join(", ")}; ` +
        `got "${manifest.preset}"`,
    );
  }
  const { latent, rates } = manifest.options;
  const differs = (said: unknown, wanted: unknown): boolean =>
    said !== undefined && String(said) !== String(wanted);
  if (differs(latent, architecture.latent) || differs(rates, architecture.rates)) {
    throw new OptionError(
      `weights "${file}": preset ${manifest.preset} has ${architecture.latent} latent channels ` +
        `and rates ${architecture.rates[0]} to ${mostSymbols(architecture)}; ` +
        `its manifest says ${latent} and ${rates}`,
    );
  }
  return architecture;
}

/** @throws {OptionError} When no choice of rates gives this CBR. */
function checkReach({ cbr }: Session, architecture: Architecture): void {
  const perPatch = 2 * 3 * PATCH ** 2; // two real symbols are one channel use
  const least = architecture.rates[0] as number, most = mostSymbols(architecture);
  if (cbr * perPatch >= least && cbr * perPatch <= most) return;
  throw new OptionError(
    `cbr: cdm-jscc, preset ${architecture.preset}, sends ${least} to ${most} real symbols for each ` +
      `16x16 pixels: a CBR from 1/${perPatch / least} to 1/${perPatch / most}; got ${cbr}`,
  );
}

function checkTrained(name: "prediction", asked: string, { options }: CheckpointManifest): void {
  const trained = options[name] ?? OPTIONS[name].default;
  if (trained === asked) return;
  throw new OptionError(`cdm-jscc:${name}: the weights were trained for ${trained}; got ${asked}`);
}

function conditions(
  { channel }: Session,
  options: CdmJsccOptions,
  manifest: CheckpointManifest,
): (string | null)[] {
  const trainedMask = manifest.options.mask ?? OPTIONS.mask.default;
  return [
    manifest.preset === "compact" ? COMPACT_NOTE : null,
    options.mask === trainedMask ? null : `mask ${options.mask}, trained with ${trainedMask}`,
    options.side === "published" ? "side information as published: 4 bits a patch" : null,
    options.power === "free" ? "power factor known for nothing" : null,
    /^(awgn|noiseless)/.test(channel) ? null : "weights trained over AWGN",
  ];
}
