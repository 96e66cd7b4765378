/**
 * A checkpoint of untrained weights, for tests: a codec with nothing else to learn from.
 *
 * @module
 */
import { sha256 } from "../digest.ts";
import { rootKey } from "../random.ts";
import { openTensors, tf } from "../tensor/backend.ts";
import { type CheckpointManifest, formatManifest } from "../tensor/checkpoint/manifest.ts";
import { writeSafetensors } from "../tensor/checkpoint/safetensors.ts";
import { initialise, shapesOf, toFile } from "../tensor/nn/parameters.ts";
import type { Architecture } from "./architecture.ts";
import { declareNetworks } from "./networks.ts";

/** Writes weights and manifest into a folder and gives the path of the weights. */
export async function writeSampleCheckpoint(
  architecture: Architecture,
  folder: string,
  differences: Partial<CheckpointManifest> = {},
): Promise<string> {
  await openTensors();
  const declared = declareNetworks(architecture), shapes = shapesOf(declared);
  const tensors = initialise(declared, rootKey(1));
  const values = await toFile(declared, tensors);
  tf.dispose([...tensors.values()]);
  const bytes = writeSafetensors(
    new Map(
      [...values].map(([name, numbers]) =>
        [name, { shape: shapes.get(name) ?? [], values: numbers }] as const
      ),
    ),
  );
  const manifest: CheckpointManifest = {
    codec: "cdm-jscc",
    preset: architecture.preset,
    version: "1",
    options: { latent: architecture.latent, rates: architecture.rates, eta: 0.2 },
    snrDb: 10,
    cbr: "1/48",
    digest: `sha256:${await sha256(bytes)}`,
    dtype: "f32",
    steps: 0,
    hours: 0,
    seed: 1,
    device: "none",
    data: "none",
    loss: "none",
    validation: {},
    ...differences,
  };
  const path = `${folder}/${architecture.preset}.safetensors`;
  await Deno.writeFile(path, bytes);
  await Deno.writeTextFile(path.replace(".safetensors", ".json"), formatManifest(manifest));
  return path;
}
