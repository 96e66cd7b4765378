import { assertEquals } from "@std/assert";
import { fillNormals, rootKey } from "../core/random.ts";
import { judge, nextRound, type TrialValues } from "./stopping.ts";

/** Values with given spreads between pictures and between trials. */
function values(pictures: number, trials: number, between: number, within: number): TrialValues {
  const normals = new Float32Array(pictures * (trials + 1));
  fillNormals(rootKey(3), normals);
  return Array.from({ length: pictures }, (_, picture) =>
    Array.from(
      { length: trials },
      (_, trial) =>
        30 + between * normals[picture]! + within * normals[pictures + picture * trials + trial]!,
    ));
}

const wanted = { trials: 1000, halfWidth: { psnr: 0.1 } };

Deno.test("without half-widths a point runs its trials and says so", () => {
  const rule = { trials: 2, halfWidth: {} };
  const all = (): TrialValues => values(4, 1, 1, 1);
  assertEquals(judge(rule, 1, all), { stop: false });
  assertEquals(judge(rule, 2, all), { stop: true, why: "2 trials" });
  assertEquals(judge({ ...rule, trials: 1 }, 1, all), { stop: true, why: "1 trial" });
});

Deno.test("a fixed number of trials is one round; a search for a half-width doubles", () => {
  assertEquals(nextRound({ trials: 3, halfWidth: {} }, 0), [0, 1, 2]);
  const rounds: number[][] = [];
  for (let done = 0; done < 10; done += rounds.at(-1)!.length) {
    rounds.push(nextRound({ ...wanted, trials: 10 }, done));
  }
  assertEquals(rounds, [[0], [1], [2, 3], [4, 5, 6, 7], [8, 9]]);
});

Deno.test("a point stops when its half-width is reached, and not before", () => {
  assertEquals(judge(wanted, 2, () => values(24, 2, 0, 1)), { stop: false });
  assertEquals(judge(wanted, 500, () => values(24, 500, 0, 1)), {
    stop: true,
    why: "half-width reached",
  });
});

Deno.test("a point whose pictures differ by more than the half-width is not run for ever", () => {
  assertEquals(judge(wanted, 2, () => values(24, 2, 5, 0.1)), {
    stop: true,
    why: "psnr +-0.1 needs more pictures: they differ by more than that",
  });
});

Deno.test("the number of trials bounds the search for a half-width", () => {
  assertEquals(judge({ ...wanted, trials: 3 }, 3, () => values(24, 3, 0, 5)), {
    stop: true,
    why: "at most 3 trials",
  });
});

Deno.test("one picture has no half-width, so only the number of trials ends it", () => {
  assertEquals(judge(wanted, 5, () => values(1, 5, 0, 1)), { stop: false });
});
