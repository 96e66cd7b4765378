/**
 * GAN-JSCC as a codec: the weights of a session, and what a table must say about them.
 *
 * @module
 */
import type { Codec, Host, Session } from "../../core/codec.ts";
import { OptionError } from "../../core/errors.ts";
import { openTensors } from "../../core/tensor/backend.ts";
import {
  checkpointFor,
  fetchParameters,
  type LocatedCheckpoint,
  namedCheckpoint,
} from "../../core/tensor/checkpoint/shelf.ts";
import { jsccCodec } from "../../core/tensor/jscc/codec.ts";
import { fromFile, Parameters, shapesOf } from "../../core/tensor/nn/parameters.ts";
import { tf } from "../../core/tensor/tfjs.ts";
import { noiseVariance } from "../../core/units.ts";
import { type GanNetwork, networkOfManifest } from "./networks.ts";
import { type GanJsccOptions, OPTIONS } from "./options.ts";

/** Of this code: results change with it. */
const VERSION = "1";

/**
 * Preset compact, trained at one SNR, is told of one at most this far from it: what it is told far
 * beyond what it has seen makes a picture worse, not better.
 */
const MOST_OFF_DB = 6;

/** What a preset has that the paper has not. */
const DEVIATIONS: Readonly<Record<string, string>> = {
  compact: "residual network beside a linear code with the paper's attention, losses and phases, " +
    "power factor as a priced byte; not the paper's layers",
  hific: "encoder and generator of HiFiC; not the paper's layers",
};

/** Opens the codec of a session with the weights that it chooses. */
export async function openGanJscc(
  session: Session,
  options: GanJsccOptions,
  host: Host,
): Promise<Codec> {
  const { checkpoint, notes } = await chooseWeights(session, options);
  const { preset, digest, snrDb } = checkpoint.manifest;
  const network = networkOfManifest(checkpoint.manifest, checkpoint.file);
  const values = await fetchParameters(checkpoint, shapesOf(network.declarations));
  await openTensors();
  const parameters = new Parameters(fromFile(network.declarations, values));
  const version = `gan-jscc-${VERSION} ${preset} ${digest.slice("sha256:".length).slice(0, 16)}`;
  if (preset !== "compact") {
    return jsccCodec({ network, parameters, version, notes }, session, host);
  }
  const leastNoiseVariance = noiseVariance(snrDb + MOST_OFF_DB);
  const told = toldNear(network, snrDb);
  return jsccCodec(
    { network: told, parameters, version, notes, leastNoiseVariance },
    session,
    host,
  );
}

/** The network, its attention told of SNRs near the one that it was trained at. */
function toldNear(network: GanNetwork, trainedDb: number): GanNetwork {
  const near = (snrDb: tf.Tensor2D): tf.Tensor2D =>
    tf.clipByValue(snrDb, trainedDb - MOST_OFF_DB, trainedDb + MOST_OFF_DB);
  return {
    ...network,
    encode: (parameters, x, snrDb) => network.encode(parameters, x, near(snrDb)),
    decode: (parameters, received) =>
      network.decode(parameters, { ...received, snrDb: near(received.snrDb) }),
  };
}

/** Weights with the conditions that no result may hide. */
interface ChosenWeights {
  readonly checkpoint: LocatedCheckpoint;
  readonly notes: readonly string[];
}

/**
 * @throws {CapabilityError} When there are no weights for this preset and CBR; says what there is.
 * @throws {OptionError} When the file that the user named cannot be used.
 */
async function chooseWeights(session: Session, options: GanJsccOptions): Promise<ChosenWeights> {
  const { cbr, snrDb, channel } = session, { width, checkpoint: file } = options;
  const preset = await presetOf(options);
  const fits = ({ manifest }: LocatedCheckpoint): boolean =>
    width === "any" || manifest.options["width"] === width;
  const wish = { codec: "gan-jscc", preset, cbr, snrDb };
  const { checkpoint, note } = await checkpointFor(wish, file, fits);
  if (!fits(checkpoint)) {
    const { width: theirs = "none" } = checkpoint.manifest.options;
    throw new OptionError(`gan-jscc:width: weights "${file}" are of width ${theirs}`);
  }
  const trainedOver = /^(awgn|noiseless)/.test(channel) ? null : "weights trained over AWGN";
  const notes = [DEVIATIONS[preset] ?? null, note, trainedOver];
  return { checkpoint, notes: notes.filter((text) => text !== null) };
}

/** A file says which network it is of; an option that says another is a mistake. */
async function presetOf({ preset, checkpoint }: GanJsccOptions): Promise<string> {
  if (checkpoint === "" || preset !== OPTIONS.preset.default) return preset;
  return (await namedCheckpoint(checkpoint)).manifest.preset;
}
