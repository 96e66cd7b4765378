import { assert, assertEquals, assertRejects } from "@std/assert";
import { DataError } from "../core/errors.ts";
import { rootKey } from "../core/random.ts";
import { openDataSet } from "../sim/data/mod.ts";
import { encodePng } from "../sim/data/png.ts";
import { heldOut, type ReadOptions, readPhotographs } from "./photographs.ts";
import { inFolder, waves, writePhotographs } from "./testing/photo_folder.ts";

const options: ReadOptions = { smallestSide: 32, memoryBytes: 1 << 24, key: rootKey(1) };

Deno.test("small, grey and broken pictures are passed over and named, the others kept in order", () =>
  inFolder(async (folder) => {
    await writePhotographs(folder, 4);
    const small = encodePng({ width: 40, height: 31, channels: 3, data: waves(40, 31, 9) });
    await Deno.writeFile(`${folder}/small.png`, small);
    const grey = new Uint8Array(64 * 64).map((_, at) => at % 251);
    await Deno.writeFile(
      `${folder}/grey.png`,
      encodePng({ width: 64, height: 64, channels: 1, data: grey }),
    );
    await Deno.writeFile(`${folder}/cut.png`, small.subarray(0, small.length / 2));
    await Deno.writeTextFile(`${folder}/text.jpg`, "no picture");
    const { images } = await openDataSet(folder);
    const { pictures, passedOver } = await readPhotographs(images, folder, options);
    assertEquals(passedOver, {
      broken: ["cut.png", "text.jpg"],
      small: ["small.png"],
      grey: ["grey.png"],
      unread: [],
    });
    assertEquals(pictures.map(({ width }) => width), [72, 80, 88, 72]);
  }));

Deno.test("what the memory does not hold is left out by lot, and told", () =>
  inFolder(async (folder) => {
    await writePhotographs(folder, 12);
    const { images } = await openDataSet(folder);
    const memoryBytes = 5 * 3 * 88 * 72;
    const first = await readPhotographs(images, folder, { ...options, memoryBytes });
    const bytes = first.pictures.reduce((sum, { data }) => sum + data.length, 0);
    assert(bytes <= memoryBytes && first.pictures.length >= 5);
    assertEquals(first.pictures.length + first.passedOver.unread.length, 12);
    const again = await readPhotographs(images, folder, { ...options, memoryBytes });
    assertEquals(again, first);
    const other = await readPhotographs(images, folder, {
      ...options,
      memoryBytes,
      key: rootKey(2),
    });
    assert(other.passedOver.unread.join() !== first.passedOver.unread.join());
  }));

Deno.test("a folder in which nothing can be used is refused, with the counts", () =>
  inFolder(async (folder) => {
    await writePhotographs(folder, 2);
    const { images } = await openDataSet(folder);
    await assertRejects(
      () => readPhotographs(images, folder, { ...options, smallestSide: 500 }),
      DataError,
      "2 small",
    );
  }));

Deno.test("one picture in twenty is held out, 16 at most, none of a handful", () => {
  const sources = (count: number) =>
    Array.from({ length: count }, (_, id) => ({
      id: String(id),
      notes: [],
      load: () => Promise.reject(new Error("not read")),
    }));
  assertEquals(heldOut(sources(19)).length, 0);
  assertEquals(heldOut(sources(40)).map(({ id }) => id), ["10", "30"]);
  assertEquals(heldOut(sources(10_000)).length, 16);
  assertEquals(new Set(heldOut(sources(333)).map(({ id }) => id)).size, 16);
});
