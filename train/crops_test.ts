import { assert, assertEquals } from "@std/assert";
import { rootKey } from "../core/random.ts";
import { Crops } from "./crops.ts";
import { waves } from "./testing/photo_folder.ts";

const sizes = [[64, 48], [128, 96], [50, 200]] as const;
const pictures = sizes.map(([width, height], seed) => ({
  width,
  height,
  data: waves(width, height, seed),
}));
const crops = new Crops(pictures, rootKey(1));

Deno.test("the crops of a step follow from its number and the key, in whatever order they are made", () => {
  const request = { count: 3, side: 32 };
  const first = [5, 6, 7].map((step) => crops.batch({ ...request, step }));
  const again = new Crops(pictures, rootKey(1));
  const second = [7, 6, 5].map((step) => again.batch({ ...request, step })).reverse();
  assertEquals(first, second);
  const other = new Crops(pictures, rootKey(2)).batch({ ...request, step: 5 });
  assert(first[0]!.some((value, at) => value !== other[at]));
  assert(first[0]!.some((value, at) => value !== first[1]![at]));
});

Deno.test("a crop lies inside its picture and is shrunk by 0.6 to 1, aspect kept", () => {
  for (let step = 0; step < 500; step++) {
    const { picture, top, left, side } = crops.choose(step, 0, 32);
    const { width, height } = pictures[picture]!;
    assert(top >= 0 && left >= 0 && top + side <= height && left + side <= width);
    assert(side >= 32 && side <= Math.min(Math.round(32 / 0.6), width, height));
  }
});

Deno.test("pictures are chosen by their area, half of the crops are mirrored", () => {
  const draws = 4000, areas = sizes.map(([width, height]) => width * height);
  const total = areas.reduce((sum, area) => sum + area, 0);
  const counts = [0, 0, 0];
  let mirrored = 0;
  for (let index = 0; index < draws; index++) {
    const choice = crops.choose(0, index, 32);
    counts[choice.picture]!++;
    if (choice.mirrored) mirrored++;
  }
  // Four standard deviations of a binomial: 1 in 16,000 a count, and the seed is fixed.
  const check = (count: number, share: number): void =>
    assert(Math.abs(count - draws * share) < 4 * Math.sqrt(draws * share * (1 - share)));
  counts.forEach((count, picture) => check(count, areas[picture]! / total));
  check(mirrored, 0.5);
});
