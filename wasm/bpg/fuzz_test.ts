import { assert, assertEquals } from "@std/assert";
import { DataError, FormatError } from "../../core/errors.ts";
import { vectorFiles, vectorFolder } from "../../tests/vectors.ts";
import { openBpgDecoder } from "./decoder.ts";
import { openBpgEncoder } from "./encoder.ts";
import { seededNumbers, testPicture } from "./test_pictures.ts";

const CASES = 3000;

/** Small files of all kinds: ours, and the vectors where they are there. */
async function originals(): Promise<Uint8Array[]> {
  const encoder = await openBpgEncoder();
  const own = (["444", "420", "gray"] as const).map((chroma) =>
    encoder.encode(testPicture(48, 40), { quality: 24, chroma, effort: 3 })
  );
  const folder = vectorFolder("bpg/good");
  const vectors = folder ? vectorFiles(folder, ".bpg").map((path) => Deno.readFileSync(path)) : [];
  return [...own, ...vectors.filter((file) => file.length < 1500)];
}

/** One to six changed bytes, at times a cut or a repeated stretch. */
function mutate(file: Uint8Array, random: () => number): Uint8Array {
  let changed = file.slice();
  if (random() % 8 === 0) changed = changed.slice(0, 1 + random() % changed.length);
  if (random() % 8 === 0) {
    const from = random() % changed.length;
    changed = Uint8Array.from([...changed.subarray(0, from), ...changed.subarray(from >> 1)]);
  }
  for (let count = 1 + random() % 6; count > 0; count--) {
    // Half of the changes hit the headers, where they do the most.
    const range = random() % 2 === 0 ? Math.min(48, changed.length) : changed.length;
    changed[random() % range] = random() & 255;
  }
  return changed;
}

Deno.test(`${CASES} damaged files give an error or a picture, never a crash`, async () => {
  const decoder = await openBpgDecoder();
  const files = await originals();
  const random = seededNumbers(2026);
  const outcomes = { picture: 0, refused: 0 };
  for (let i = 0; i < CASES; i++) {
    const file = mutate(files[i % files.length] as Uint8Array, random);
    try {
      const picture = decoder.decode(file, { maxPixels: 1 << 15 });
      assertEquals(picture.data.length, picture.width * picture.height * picture.channels);
      outcomes.picture++;
    } catch (error) {
      if (!(error instanceof FormatError || error instanceof DataError)) throw error;
      outcomes.refused++;
    }
  }
  // Both ends are reached, so the cases are neither harmless nor hopeless.
  assert(outcomes.picture > CASES / 100 && outcomes.refused > CASES / 2, JSON.stringify(outcomes));
  const intact = files[0] as Uint8Array;
  assertEquals(decoder.decode(intact), (await openBpgDecoder()).decode(intact));
});
