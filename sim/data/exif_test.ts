import { assertEquals } from "@std/assert";
import { exifBlock } from "./testing/exif_block.ts";
import { orient, type Orientation, readOrientation } from "./exif.ts";

/** A 3 x 2 picture as letters, rows parted by "/". */
function turned(rows: string, orientation: Orientation): string {
  const lines = rows.split("/");
  const width = lines[0]?.length ?? 0;
  const data = Uint8Array.from(lines.join(""), (letter) => letter.charCodeAt(0));
  const out = orient({ width, height: lines.length, channels: 1, data }, orientation);
  const text = String.fromCharCode(...out.data);
  return Array.from(
    { length: out.height },
    (_, y) => text.slice(y * out.width, (y + 1) * out.width),
  )
    .join("/");
}

Deno.test("each of the eight orientations is undone as the standard draws it", () => {
  // the standard says which side of the scene the first row and first column of the samples show
  const cases: [Orientation, string][] = [
    [1, "abc/def"], // row: top, column: left
    [2, "cba/fed"], // top, right
    [3, "fed/cba"], // bottom, right
    [4, "def/abc"], // bottom, left
    [5, "ad/be/cf"], // left, top
    [6, "da/eb/fc"], // right, top
    [7, "fc/eb/da"], // right, bottom
    [8, "cf/be/ad"], // left, bottom
  ];
  for (const [orientation, expected] of cases) {
    assertEquals(turned("abc/def", orientation), expected, `orientation ${orientation}`);
  }
});

Deno.test("turning keeps the channels of a pixel together and the depth", () => {
  const data = Uint16Array.of(1, 2, 300, 4, 5, 6);
  const out = orient({ width: 1, height: 2, channels: 3, data }, 6);
  assertEquals(out, { width: 2, height: 1, channels: 3, data: Uint16Array.of(4, 5, 6, 1, 2, 300) });
});

Deno.test("the orientation is found in both byte orders, with and without the prefix", () => {
  for (const little of [false, true]) {
    for (const orientation of [1, 3, 6, 8] as const) {
      const block = exifBlock(orientation, little);
      assertEquals(readOrientation(block), orientation);
      assertEquals(readOrientation(block.subarray(6)), orientation);
    }
  }
});

Deno.test("EXIF that is damaged, cut or says nonsense means orientation 1", () => {
  const block = exifBlock(6, true);
  for (let length = 0; length < block.length - 4; length++) {
    assertEquals(readOrientation(block.subarray(0, length)), 1);
  }
  assertEquals(readOrientation(exifBlock(9 as Orientation, true)), 1);
  const far = exifBlock(6, true);
  far.fill(255, 10, 14); // the directory is said to be 4 GB away
  assertEquals(readOrientation(far), 1);
});
