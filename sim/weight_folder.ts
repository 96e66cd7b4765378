/**
 * Weights of metrics from the folder of assets: safetensors, and the files of PyTorch as published.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { CapabilityError, FormatError } from "../core/errors.ts";
import { readWeights } from "../core/tensor/checkpoint/quantised.ts";
import { openTorchFile } from "../core/tensor/checkpoint/pickle/torch_file.ts";
import { readSafetensors } from "../core/tensor/checkpoint/safetensors.ts";
import { assetFolder } from "./data/asset_folder.ts";
import { isFile } from "./data/is_file.ts";
import type { WeightFile, WeightsNeed, WeightSource } from "./metrics/mod.ts";

/** Digits of a digest that name a file of weights. */
const DIGEST_DIGITS = 8;

/** The folder `weights` of the assets. */
export class WeightFolder implements WeightSource {
  readonly #folder: string | undefined;

  /** @param folder Where the files lie; by default below {@linkcode assetFolder}. */
  constructor(folder?: string) {
    this.#folder = folder;
  }

  /** Its path. */
  get path(): string {
    return this.#folder ?? assetFolder("weights");
  }

  /** The best file that is there, or undefined. */
  async find({ files }: WeightsNeed): Promise<string | undefined> {
    for (const file of files) if (await isFile(join(this.path, file))) return file;
    return undefined;
  }

  /**
   * What names the weights in results: the first digits of the file's SHA-256.
   *
   * @throws {CapabilityError} When there is no file.
   * @throws {FormatError} When the file's name carries the digits of another file's digest.
   */
  async version(need: WeightsNeed): Promise<string> {
    const file = await this.#found(need);
    const digest = (await sha256(join(this.path, file))).slice(0, DIGEST_DIGITS);
    const promised = /-([0-9a-f]{8})\.(pth|pt)$/.exec(file)?.[1];
    if (promised !== undefined && promised !== digest) {
      throw new FormatError(
        `"${
          join(this.path, file)
        }" is not the published file: its SHA-256 begins with ${digest}; ` +
          "remove it and fetch it again with: deno task assets",
      );
    }
    return digest;
  }

  async open(need: WeightsNeed): Promise<WeightFile> {
    const file = await this.#found(need), path = join(this.path, file);
    if (!file.endsWith(".safetensors")) return await openTorchFile(await fileSource(path), file);
    const tensors = readSafetensors(await Deno.readFile(path), file);
    return {
      file,
      floats: (name, shape) =>
        Promise.resolve(
          name.endsWith(".weight")
            ? readWeights(tensors, name.slice(0, -".weight".length), shape)
            : tensors.floats(name, shape),
        ),
    };
  }

  async #found(need: WeightsNeed): Promise<string> {
    const file = await this.find(need);
    if (file !== undefined) return file;
    throw new CapabilityError(
      `no weights of ${need.title} in "${this.path}" (${need.files.join(" or ")})`,
    );
  }
}

/** Random access to a file, opened for each piece: between pieces nothing is held. */
async function fileSource(path: string): Promise<Parameters<typeof openTorchFile>[0]> {
  return {
    size: (await Deno.stat(path)).size,
    read: async (begin, end) => {
      using file = await Deno.open(path);
      await file.seek(begin, Deno.SeekMode.Start);
      const bytes = new Uint8Array(end - begin);
      for (let at = 0; at < bytes.length;) {
        const count = await file.read(bytes.subarray(at));
        if (count === null) throw new FormatError(`"${path}" became shorter while it was read`);
        at += count;
      }
      return bytes;
    },
  };
}

async function sha256(path: string): Promise<string> {
  using file = await Deno.open(path);
  const hash = createHash("sha256"), piece = new Uint8Array(1 << 20);
  for (let count = await file.read(piece); count !== null; count = await file.read(piece)) {
    hash.update(piece.subarray(0, count));
  }
  return hash.digest("hex");
}
