import { assertEquals } from "@std/assert";
import { Failures } from "./failures.ts";
import type { PlannedCodec, PlannedImage } from "./plan.ts";

const codec: PlannedCodec = {
  request: { plugins: [], codec: "odd", options: {}, rate: "per-image" },
  label: "Odd",
};
const image = (name: string): PlannedImage => ({ name, digest: name, width: 1, height: 1 });

Deno.test("three pictures in a row, and a codec is given up once; a success between starts anew", () => {
  const told: string[] = [];
  const failures = new Failures((text) => told.push(text));
  for (const name of ["a", "b"]) failures.failed(codec, image(name), "it threw");
  failures.worked(codec);
  for (const name of ["c", "d"]) failures.failed(codec, image(name), "it threw");
  assertEquals(failures.isGivenUp(codec), false);
  for (const name of ["e", "f"]) failures.failed(codec, image(name), "it threw");
  assertEquals(failures.isGivenUp(codec), true);
  assertEquals(told, failures.texts);
  assertEquals(told.filter((text) => text.includes("given up")), [
    "odd is given up: it failed on 3 pictures in a row; the other codecs go on",
  ]);
  assertEquals(told[0], "odd failed on a: it threw");
});
