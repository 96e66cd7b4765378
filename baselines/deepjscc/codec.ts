/**
 * DeepJSCC as a codec: a network with the weights that a session chooses.
 *
 * @module
 */
import type { Codec, Host, Session } from "../../core/codec.ts";
import { openTensors } from "../../core/tensor/backend.ts";
import { fetchParameters } from "../../core/tensor/checkpoint/shelf.ts";
import { jsccCodec } from "../../core/tensor/jscc/codec.ts";
import { fromFile, Parameters, shapesOf } from "../../core/tensor/nn/parameters.ts";
import { noiseVariance } from "../../core/units.ts";
import { adapts, chooseWeights } from "./choice.ts";
import type { DeepJsccOptions } from "./options.ts";
import { networkOfManifest } from "./presets.ts";

/** Of this code: results change with it. */
const VERSION = "1";

/**
 * Networks are told of no less noise than this far above the SNR that they were trained at. Measured:
 * at 40 dB the network for 13 dB gives 27.5 dB told of 19 dB, 26.8 told of 40; the linear estimator
 * hardly notices.
 */
const MOST_ABOVE_DB = 6;

/** Opens the codec of a session with the weights that it chooses. */
export async function openDeepJscc(
  session: Session,
  options: DeepJsccOptions,
  host: Host,
): Promise<Codec> {
  const { checkpoint: { manifest, ...checkpoint }, notes } = await chooseWeights(session, options);
  const network = networkOfManifest(manifest, checkpoint.file);
  const shapes = shapesOf(network.declarations);
  const values = await fetchParameters({ manifest, ...checkpoint }, shapes);
  await openTensors();
  const parameters = new Parameters(fromFile(network.declarations, values));
  const digest = manifest.digest.slice("sha256:".length, "sha256:".length + 16);
  const version = `deepjscc-${VERSION} ${manifest.preset} ${digest}`;
  const leastNoiseVariance = adapts(manifest.preset)
    ? 0
    : noiseVariance(manifest.snrDb + MOST_ABOVE_DB);
  const trained = { network, parameters, version, notes, leastNoiseVariance };
  return jsccCodec(trained, session, host);
}
