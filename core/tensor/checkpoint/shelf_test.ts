import { assert, assertEquals, assertRejects } from "@std/assert";
import { CapabilityError, FormatError, OptionError } from "../../errors.ts";
import { sha256 } from "../../digest.ts";
import { checkpointFor, fetchParameters, namedCheckpoint, shippedCheckpoints } from "./shelf.ts";
import { formatManifest } from "./manifest.ts";
import { writeSafetensors } from "./safetensors.ts";

/** A folder with a shelf: one checkpoint "net-snr7" of codec "net" with a tensor "w" of [2]. */
async function withShelf(work: (shelf: URL, folder: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    const folder = `${root}/net`;
    await Deno.mkdir(folder);
    const values = Float32Array.of(1, -2);
    const weights = writeSafetensors(new Map([["w", { shape: [2], values }]]));
    const manifest = {
      codec: "net",
      preset: "small",
      version: "1",
      options: {},
      snrDb: 7,
      cbr: "1/48",
      digest: `sha256:${await sha256(weights)}`,
      dtype: "f32",
      steps: 1,
      hours: 0,
      seed: 1,
      device: "test",
      data: "none",
      loss: "mse",
      validation: {},
    } as const;
    await Deno.writeFile(`${folder}/net-snr7.safetensors`, weights);
    await Deno.writeTextFile(`${folder}/net-snr7.json`, formatManifest(manifest));
    await Deno.writeTextFile(`${folder}/index.json`, '["net-snr7"]');
    await work(new URL(`file://${root}/`), folder);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const wish = { codec: "net", preset: "small", cbr: 1 / 48, snrDb: 7 };
const shapes = new Map([["w", [2]]]);

Deno.test("the index names the checkpoints of a codec, whose parameters can then be fetched", () =>
  withShelf(async (shelf) => {
    const [checkpoint, ...more] = await shippedCheckpoints("net", shelf);
    assertEquals([checkpoint!.manifest.snrDb, more.length], [7, 0]);
    assertEquals((await fetchParameters(checkpoint!, shapes)).get("w"), Float32Array.of(1, -2));
  }));

Deno.test("a codec without a folder has no checkpoints, and a damaged index is named", () =>
  withShelf(async (shelf, folder) => {
    assertEquals(await shippedCheckpoints("other", shelf), []);
    for (const text of ["{", '{"a": 1}', '["../../secret"]', "[[]]"]) {
      await Deno.writeTextFile(`${folder}/index.json`, text);
      await assertRejects(() => shippedCheckpoints("net", shelf), FormatError, "index.json");
    }
    await Deno.writeTextFile(`${folder}/index.json`, '["gone"]');
    await assertRejects(() => shippedCheckpoints("net", shelf), CapabilityError, "gone.json");
  }));

Deno.test("a file is named by its weights or its manifest, from anywhere", () =>
  withShelf(async (_, folder) => {
    for (const name of ["net-snr7.safetensors", "net-snr7.json"]) {
      assertEquals((await namedCheckpoint(`${folder}/${name}`)).manifest.preset, "small");
    }
    const { checkpoint, note } = await checkpointFor(wish, `${folder}/net-snr7.safetensors`);
    assertEquals([checkpoint.file, note], [
      "net-snr7.safetensors",
      "checkpoint from a file: net-snr7.safetensors",
    ]);
  }));

Deno.test("a file that is not there, of another form or for another CBR is refused", () =>
  withShelf(async (_, folder) => {
    await assertRejects(() => namedCheckpoint(`${folder}/gone.safetensors`), OptionError, "gone");
    await assertRejects(() => namedCheckpoint("weights.pth"), OptionError, "deno task import");
    const other = { ...wish, cbr: 1 / 16 }, file = `${folder}/net-snr7.json`;
    await assertRejects(() => checkpointFor(other, file), OptionError, "1/48");
  }));

Deno.test("weights that are not those of the manifest are refused", () =>
  withShelf(async (shelf, folder) => {
    const [checkpoint] = await shippedCheckpoints("net", shelf);
    await Deno.writeFile(`${folder}/net-snr7.safetensors`, new Uint8Array(64));
    await assertRejects(() => fetchParameters(checkpoint!, shapes), FormatError, "digest");
  }));

const SHELF = new URL("../../../weights/", import.meta.url);

for (const { name: codec, isDirectory } of Deno.readDirSync(SHELF)) {
  if (!isDirectory) continue;
  Deno.test(`every checkpoint of weights/${codec} is in its index, and every one of the index is there`, async () => {
    const files = [...Deno.readDirSync(new URL(`${codec}/`, SHELF))].map(({ name }) => name);
    const weights = files.filter((name) => name.endsWith(".safetensors")).sort();
    const shelf = await shippedCheckpoints(codec);
    assertEquals(shelf.map(({ file }) => file).sort(), weights);
    for (const { manifest, weights } of shelf) {
      assertEquals(manifest.codec, codec);
      assertEquals(`sha256:${await sha256(Deno.readFileSync(weights))}`, manifest.digest);
    }
    assert(weights.length > 0);
  });
}
