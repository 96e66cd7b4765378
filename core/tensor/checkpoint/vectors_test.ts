/**
 * Files of other writers: every safetensors file of the reference vectors and of the weights of
 * metrics is read completely, and the published checkpoints of PyTorch with them.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { vectorFiles, vectorFolder } from "../../../tests/vectors.ts";
import { sha256 } from "../../digest.ts";
import { DTYPE_BYTES } from "./dtype.ts";
import { memorySource } from "./pickle/byte_source.ts";
import { openTorchFile } from "./pickle/torch_file.ts";
import { readWeights } from "./quantised.ts";
import { readSafetensors, type Safetensors, writeSafetensors } from "./safetensors.ts";

const published = vectorFolder("models/deepjscc/checkpoints");
const vectors = [
  published,
  ...["models/deepjscc", "models/cdm_jscc", "models/gan_jscc", "metrics"].map(vectorFolder),
].filter((folder) => folder !== undefined);
const assets = assetWeights();

/** The folder of weights of metrics, if it is there. */
function assetWeights(): string | undefined {
  const root = Deno.env.get("SEMCAST_ASSETS") ??
    new URL("../../../../shared/assets", import.meta.url).pathname;
  try {
    Deno.statSync(`${root}/weights/manifest.json`);
    return `${root}/weights`;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log(`skipped: no weights in ${root} (set SEMCAST_ASSETS)`);
    return undefined;
  }
}

/** Every number of a file, by name; none may be missing or beyond the file. */
function readAll(path: string): Safetensors {
  const bytes = Deno.readFileSync(path);
  const file = readSafetensors(bytes, path);
  let numbers = 0;
  for (const [name, { dtype, shape }] of file.tensors) {
    const values = file.values(name);
    assertEquals(values.length, shape.reduce((a, b) => a * b, 1), `${path} ${name}`);
    numbers += values.length * DTYPE_BYTES[dtype];
  }
  const header = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  assertEquals(8 + header + numbers, bytes.length, path);
  return file;
}

Deno.test({
  name: "every safetensors file of the vectors is read completely, and returns when written",
  ignore: vectors.length === 0,
  fn() {
    const paths = vectors.flatMap((folder) => vectorFiles(folder, ".safetensors"));
    assert(paths.length > 0);
    for (const path of paths) {
      const file = readAll(path);
      const tensors = [...file.tensors]
        .map(([name, { shape }]) => [name, { shape, values: file.values(name) }] as const)
        .filter(([, { values }]) =>
          !(values instanceof Float32Array) || values.every(Number.isFinite)
        );
      const again = readSafetensors(writeSafetensors(new Map(tensors), file.metadata), path);
      for (const [name, { values }] of tensors) assertEquals(again.values(name), values);
    }
  },
});

Deno.test({
  name: "every file of weights for metrics is read completely, int8 layers with their scales",
  ignore: assets === undefined,
  async fn() {
    const { files } = JSON.parse(Deno.readTextFileSync(`${assets}/manifest.json`)) as {
      files: { name: string; sha256: string }[];
    };
    for (const { name, sha256: digest } of files) {
      const path = `${assets}/${name}`;
      assertEquals(await sha256(Deno.readFileSync(path)), digest);
      const file = readAll(path);
      for (const [tensor, { dtype, shape }] of file.tensors) {
        const layer = /^(.*)\.weight$/.exec(tensor)?.[1];
        if (layer === undefined) continue;
        const weights = readWeights(file, layer, shape);
        if (dtype !== "I8") assertEquals(weights, file.floats(tensor));
        assert(weights.every(Number.isFinite), tensor);
      }
    }
  },
});

/** SHA-256 of all parameters in their order, as PyTorch reads them. */
const PARAMETERS: Readonly<Record<string, string>> = {
  "cifar10_c4_snr1.pkl": "ea34a8a30e32638d88a255c0c1a8b0f362bdfb6283a1fca8d92038c887db5c89",
  "cifar10_c4_snr7.pkl": "88323f21710781783af9ac497ad9b5a29944240231251b7f59c30c42b053561e",
  "cifar10_c8_snr7.pkl": "d3e0970dc48a8bb95fa10b91dcd597f6c0cd87f14a5869caa39308d61b441431",
};

Deno.test({
  name: "published checkpoints, saved from a GPU, hold the parameters that PyTorch reads in them",
  ignore: published === undefined,
  async fn() {
    const paths = published ? vectorFiles(published, ".pkl") : [];
    assert(paths.length > 0);
    for (const path of paths) {
      const file = await openTorchFile(memorySource(Deno.readFileSync(path)), path);
      const parts: Uint8Array<ArrayBuffer>[] = [];
      for (const [name, { shape }] of file.tensors) {
        const values = await file.floats(name, shape);
        assert(values.every(Number.isFinite), name);
        parts.push(new Uint8Array(Float32Array.from(values).buffer));
      }
      const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
      const known = PARAMETERS[path.slice(path.lastIndexOf("/") + 1)];
      if (known) assertEquals(await sha256(bytes), known, path);
    }
  },
});
