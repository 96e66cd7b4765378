import { assert, assertEquals, assertRejects } from "@std/assert";
import { sha256 } from "../../core/digest.ts";
import { DataError, OptionError } from "../../core/errors.ts";
import { assetFolder } from "./asset_folder.ts";
import { byCodePoint } from "./folder.ts";
import { KODAK_FILES, openKodak } from "./kodak.ts";
import { ImageFile } from "./image_file.ts";
import { dataSetNames, openDataSet } from "./mod.ts";
import { encodePng } from "./png.ts";

const pixel = (value: number): Uint8Array<ArrayBuffer> =>
  encodePng({ width: 1, height: 1, channels: 1, data: Uint8Array.of(value) });

async function inFolder(
  files: Readonly<Record<string, Uint8Array | string>>,
  check: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      if (typeof content === "string") await Deno.writeTextFile(`${folder}/${name}`, content);
      else await Deno.writeFile(`${folder}/${name}`, content);
    }
    await check(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a folder gives its pictures in code-point order and passes other files over", async () => {
  const files = {
    "b.png": pixel(1),
    "a.PNG": pixel(2),
    "B.png": pixel(3),
    "é.png": pixel(4),
    "notes.txt": "not a picture",
    ".hidden.png": "not for us",
    "png": "no suffix",
  };
  await inFolder(files, async (folder) => {
    await Deno.mkdir(`${folder}/inner.png`);
    await Deno.symlink(`${folder}/nowhere`, `${folder}/z.png`);
    const { name, images } = await openDataSet(folder);
    assert(folder.endsWith(name));
    assertEquals(images.map(({ id }) => id), ["B.png", "a.PNG", "b.png", "é.png"]);
    assertEquals((await images[1]?.load())?.data, Uint8Array.of(2, 2, 2));
    assertEquals(images[1]?.notes, ["grey shown as RGB"]);
    assertEquals((await openDataSet(`${folder}/`, 2)).images.map(({ id }) => id), [
      "B.png",
      "a.PNG",
    ]);
    assertEquals((await openDataSet(folder, 99)).images.length, 4);
  });
});

Deno.test("names are ordered by code points, not by UTF-16 units or by language", () => {
  const names = ["z", "é", "a10", "a9", "Z", "\u{1f600}", "\uffee"];
  assertEquals(names.sort(byCodePoint), ["Z", "a10", "a9", "z", "é", "\uffee", "\u{1f600}"]);
});

Deno.test("a folder without pictures is refused", async () => {
  await inFolder({ "readme.md": "nothing" }, async (folder) => {
    await assertRejects(() => openDataSet(folder), DataError, "holds no picture");
  });
});

Deno.test("a broken picture is named when it is read; the others still are", async () => {
  const files = { "bad.png": pixel(0).subarray(0, 40), "fake.jpg": "text", "good.png": pixel(9) };
  await inFolder(files, async (folder) => {
    const [bad, fake, good] = (await openDataSet(folder)).images;
    assert(bad && fake && good);
    await assertRejects(() => bad.load(), DataError, `Cannot read "${folder}/bad.png": truncated`);
    await assertRejects(() => fake.load(), DataError, "neither PNG, JPEG nor WebP");
    assertEquals((await good.load()).data, Uint8Array.of(9, 9, 9));
    await Deno.remove(`${folder}/good.png`);
    await assertRejects(() => good.load(), DataError, `Cannot read "${folder}/good.png"`);
  });
});

Deno.test("an unknown data set is refused with the known ones and the nearest", async () => {
  assertEquals(dataSetNames(), ["builtin", "kodak"]);
  await assertRejects(
    () => openDataSet("kodac"),
    DataError,
    'unknown data set "kodac", did you mean "kodak"; known: builtin, kodak, or the path of a folder',
  );
  await assertRejects(() => openDataSet("toString"), DataError, "unknown data set");
  await inFolder({ "a.png": pixel(0) }, async (folder) => {
    await assertRejects(() => openDataSet(`${folder}/a.png`), DataError, "is a file");
  });
});

Deno.test("a limit that is no positive integer is refused", async () => {
  for (const limit of [0, -1, 1.5, NaN]) {
    await assertRejects(() => openDataSet("builtin", limit), OptionError, `got "${limit}"`);
  }
});

Deno.test("an incomplete Kodak folder is refused and says how to fill it", async () => {
  await inFolder({ "kodim01.png": pixel(1) }, async (folder) => {
    await assertRejects(
      () => openKodak(folder),
      DataError,
      "23 of 24 files are missing",
    );
    await assertRejects(() => openKodak(`${folder}/none`), DataError, "deno task assets kodak");
  });
});

Deno.test("a Kodak file with another checksum is refused when it is read", async () => {
  const files = Object.fromEntries(KODAK_FILES.map(({ name }) => [name, pixel(1)]));
  await inFolder(files, async (folder) => {
    const { name, images } = await openKodak(folder);
    assertEquals([name, images.length, images[23]?.id], ["kodak", 24, "kodim24.png"]);
    const [first] = images;
    assert(first);
    await assertRejects(() => first.load(), DataError, 'kodim01.png" is not the published file');
    const file = new ImageFile("x", `${folder}/kodim01.png`, await sha256(pixel(1)));
    assertEquals((await file.load()).width, 1);
  });
});

Deno.test("the Kodak suite, where it is at hand, has 24 pictures of the published pixels", async () => {
  const assets = Deno.env.get("SEMCAST_ASSETS") ??
    new URL("../../../shared/assets", import.meta.url).pathname;
  const folder = `${assets}/kodak`;
  try {
    await Deno.stat(folder);
  } catch {
    console.log(`skipped: no pictures in ${folder} (set SEMCAST_ASSETS)`);
    return;
  }
  const { images } = await openKodak(folder);
  for (const source of Deno.env.get("SEMCAST_FULL") === "1" ? images : images.slice(3, 5)) {
    const { width, height } = await source.load();
    assertEquals(Math.max(width, height), 768);
    assertEquals(Math.min(width, height), 512);
    assertEquals(source.notes, []);
  }
});

Deno.test("assets lie in SEMCAST_ASSETS, else in the user's cache folder of the system", () => {
  const folder = (variables: Record<string, string>, system: string): string =>
    assetFolder("kodak", (name) => variables[name], system).replaceAll("\\", "/");
  assertEquals(folder({ SEMCAST_ASSETS: "/data", HOME: "/home/a" }, "linux"), "/data/kodak");
  assertEquals(folder({ HOME: "/home/a" }, "linux"), "/home/a/.cache/semcast/kodak");
  assertEquals(folder({ HOME: "/h", XDG_CACHE_HOME: "/c" }, "linux"), "/c/semcast/kodak");
  assertEquals(folder({ HOME: "/Users/a" }, "darwin"), "/Users/a/Library/Caches/semcast/kodak");
  assertEquals(folder({ LOCALAPPDATA: "C:/L" }, "windows"), "C:/L/semcast/kodak");
});

Deno.test("without any home the text says to set SEMCAST_ASSETS", async () => {
  await assertRejects(
    () => Promise.try(() => assetFolder("kodak", () => undefined, "linux")),
    DataError,
    "set SEMCAST_ASSETS",
  );
});
