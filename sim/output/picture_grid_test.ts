import { assert, assertEquals } from "@std/assert";
import { decodePng } from "../data/png.ts";
import { pictureGrid } from "./picture_grid.ts";
import { galleryOf } from "./report/gallery.ts";
import { sampleSource, type SourceSample } from "./report/sample_source.ts";

async function gridOf(sample: SourceSample): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    using source = await sampleSource(folder, sample);
    return pictureGrid(source.summary, await Array.fromAsync(galleryOf(source)));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the figure has the original and every reconstruction, whole and close up", async () => {
  const svg = await gridOf({ experiment: { pictures: ["image 0", "image 1"] } });
  const files = [...svg.matchAll(/href="data:image\/png;base64,([^"]+)"/g)].map(([, text]) =>
    decodePng(Uint8Array.fromBase64(text!))
  );
  assertEquals(files.length, 2 * (1 + 3) * 2);
  assertEquals(files.map(({ width, height }) => [width, height]).slice(0, 2), [[96, 64], [32, 32]]);
  for (const label of ["Original", "BPG + capacity", "JPEG + capacity", "DeepJSCC"]) {
    assertEquals(svg.split(`>${label}</text>`).length - 1, 2, label);
  }
  assert(svg.includes(">image 0, SNR 7 dB, CBR 1/48, awgn</text>"));
  assertEquals(svg.match(/>PSNR [\d.]+ dB<\/text>/g)?.length, 6);
  assertEquals(svg.match(/font-weight="bold">PSNR/g)?.length, 2, "the best of each row is bold");
});

Deno.test("names are text in the figure, and a long one is broken between words", async () => {
  const svg = await gridOf({
    labels: [`<script>"&`, "one two three four five six seven eight nine ten"],
    snrsDb: [1],
    experiment: { pictures: 1 },
  });
  assert(svg.includes("&#60;script&#62;&#34;&#38;</text>") && !svg.includes("<script"));
  const lines = [...svg.matchAll(/font-weight="bold">((?:one|\w+)[^<]*)<\/text>/g)]
    .map(([, text]) => text!).filter((text) => /one|ten/.test(text));
  assertEquals(lines.length, 2);
  assert(!/https?:(?!\/\/www\.w3\.org\/2000\/svg")/.test(svg));
});
