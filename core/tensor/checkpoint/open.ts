/**
 * Opens the weights that a manifest speaks of, for the network that will use them: the bytes are
 * those that were trained, and every parameter is there in its shape.
 *
 * @module
 */
import { sha256 } from "../../digest.ts";
import type { CheckpointManifest } from "./manifest.ts";
import { readSafetensors } from "./safetensors.ts";
import { quoted, unreadable } from "./unreadable.ts";

/** Shapes of a network's parameters by name. */
export type ParameterShapes = ReadonlyMap<string, readonly number[]>;

/**
 * The parameters as float32, in the order of `shapes`.
 *
 * @param bytes The weights file.
 * @param file Its name, for messages.
 * @throws {FormatError} When the digest is another, or a parameter is missing, left over, or has
 * another shape: the text names it.
 */
export async function openWeights(
  manifest: CheckpointManifest,
  bytes: Uint8Array<ArrayBuffer>,
  shapes: ParameterShapes,
  file: string,
): Promise<ReadonlyMap<string, Float32Array>> {
  const digest = `sha256:${await sha256(bytes)}`;
  if (digest !== manifest.digest) {
    throw unreadable(
      file,
      `its digest is ${digest}, its manifest says ${manifest.digest}; fetch both again`,
    );
  }
  const weights = readSafetensors(bytes, file);
  for (const name of weights.tensors.keys()) {
    if (!shapes.has(name)) {
      throw unreadable(file, `${quoted(name)} is no parameter of ${describe(manifest)}`);
    }
  }
  return new Map([...shapes].map(([name, shape]) => [name, weights.floats(name, shape)]));
}

function describe({ codec, preset }: CheckpointManifest): string {
  return `${codec}, preset ${preset}`;
}
