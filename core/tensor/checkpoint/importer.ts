/**
 * Contract between a codec and `deno task import`: weights that others published become files of the
 * project, safetensors and a manifest, as if they had been trained here.
 *
 * A codec's `plugin.ts` exports `importer`, an {@linkcode ImporterPlugin}, beside its codec.
 *
 * @module
 */
import { sha256 } from "../../digest.ts";
import type { Decibel } from "../../units.ts";
import { isFloat } from "./dtype.ts";
import type { CheckpointManifest } from "./manifest.ts";
import { memorySource } from "./pickle/byte_source.ts";
import { openTorchFile } from "./pickle/torch_file.ts";
import {
  readSafetensors,
  type TensorInfo,
  type TensorToWrite,
  writeSafetensors,
} from "./safetensors.ts";

/** What `deno task import --codec ID` finds. */
export interface ImporterPlugin {
  /** Id of the codec. */
  readonly codec: string;
  /** Whose weights it reads, one line each, for the help: "chunbaobao/Deep-JSCC-PyTorch, .pkl". */
  readonly sources: readonly string[];
  /**
   * Recognises published weights by their names and shapes, and gives them as the codec's own.
   *
   * @throws {FormatError} When they are of no form that it knows, or a tensor has another shape.
   * @throws {OptionError} When something must be told that the file does not say.
   */
  import(foreign: ForeignWeights, wish: ImportWish): Promise<ImportedWeights>;
}

/** What the user says about a file. */
export interface ImportWish {
  /** Es/N0 in dB that the weights were trained at; absent: as file or name say. */
  readonly snrDb?: Decibel;
  /** Which of the codec's networks; absent: as the names of the tensors say. */
  readonly preset?: string;
}

/** Floating-point tensors of a published file. Others (counters, masks) are not listed. */
export interface ForeignWeights {
  /** Name of the file as the user gave it, for messages and for what it says. */
  readonly file: string;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /**
   * The numbers of a tensor, rows first, as float32. Read-only.
   *
   * @throws {FormatError} When there is none of this name, or it has another shape.
   */
  floats(name: string, shape?: readonly number[]): Promise<Float32Array>;
}

/** A parameter of the codec's network, in the layout of a file. */
export interface ImportedParameter {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Weights as the codec knows them. */
export interface ImportedWeights {
  /** By the network's own names. */
  readonly parameters: ReadonlyMap<string, ImportedParameter>;
  readonly manifest: Omit<CheckpointManifest, "digest" | "dtype">;
  /** What was changed or assumed on the way, one line each. */
  readonly notes: readonly string[];
}

/** An imported checkpoint, ready to be stored. */
export interface ImportedCheckpoint {
  /** The weights file. */
  readonly weights: Uint8Array<ArrayBuffer>;
  readonly manifest: CheckpointManifest;
  readonly notes: readonly string[];
}

/**
 * Imports a file of PyTorch (`.pth`, `.pt`, `.pkl`) or safetensors.
 *
 * @param file Its name.
 * @throws {FormatError} When it is damaged, holds anything but data, or is not of the codec.
 * @throws {OptionError} When something must be told that the file does not say.
 */
export async function importWeights(
  importer: ImporterPlugin,
  bytes: Uint8Array<ArrayBuffer>,
  file: string,
  wish: ImportWish,
): Promise<ImportedCheckpoint> {
  const foreign = await openForeign(bytes, file);
  const { parameters, manifest, notes } = await importer.import(foreign, wish);
  const weights = writeSafetensors(new Map<string, TensorToWrite>(parameters));
  const digest = `sha256:${await sha256(weights)}`;
  return { weights, manifest: { ...manifest, dtype: "f32", digest }, notes };
}

/** Opens a file of PyTorch, or a safetensors file where the name says so. */
export async function openForeign(
  bytes: Uint8Array<ArrayBuffer>,
  file: string,
): Promise<ForeignWeights> {
  if (file.endsWith(".safetensors")) {
    const weights = readSafetensors(bytes, file);
    return {
      file,
      shapes: floatShapes(weights.tensors),
      floats: (name, shape) => Promise.resolve(weights.floats(name, shape)),
    };
  }
  const torch = await openTorchFile(memorySource(bytes), file);
  return {
    file,
    shapes: floatShapes(torch.tensors),
    floats: (name, shape) => torch.floats(name, shape),
  };
}

function floatShapes(
  tensors: ReadonlyMap<string, TensorInfo>,
): ReadonlyMap<string, readonly number[]> {
  return new Map(
    [...tensors]
      .filter(([, { dtype }]) => isFloat(dtype))
      .map(([name, { shape }]) => [name, shape]),
  );
}
