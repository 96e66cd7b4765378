import { assertEquals } from "@std/assert";
import { bestVariants } from "./best_variants.ts";
import type { Point } from "./summary.ts";

function point(snrDb: number, mcs: number | string, psnr: number | null): Point {
  return {
    codec: "bpg-ldpc",
    label: "BPG + LDPC",
    options: { mcs, iterations: 20 },
    version: "1",
    channel: "awgn",
    snrDb,
    assumedSnrDb: snrDb,
    cbrTarget: "1/48",
    cbr: { value: 0.02, halfWidth: 0, count: 2 },
    sideShare: 0,
    outageRate: 0,
    trials: 1,
    metrics: { psnr: { value: psnr, halfWidth: null, count: 2 } },
    encodeMs: 1,
    decodeMs: 1,
    stopped: "1 trial",
    notes: [],
  };
}

const variantOf = { mcs: "best-psnr", iterations: 20 };

Deno.test("the variant of best mean PSNR at each SNR stands for all, and says which it is", () => {
  const candidates = [
    ...[28, 30, null].map((psnr, mcs) => ({ point: point(10, mcs, psnr), variantOf })),
    ...[26, 14, 14].map((psnr, mcs) => ({ point: point(0, mcs, psnr), variantOf })),
  ];
  const best = bestVariants(candidates).map(({ point }) => point);
  assertEquals(best.map(({ snrDb, metrics }) => [snrDb, metrics["psnr"]?.value]), [[10, 30], [
    0,
    26,
  ]]);
  assertEquals(best.map(({ options }) => options), [variantOf, variantOf]);
  assertEquals(best.map(({ notes }) => notes), [
    ["chosen after the fact for the best mean PSNR: mcs=1"],
    ["chosen after the fact for the best mean PSNR: mcs=0"],
  ]);
});

Deno.test("points that are no variants stay as they are", () => {
  const points = [point(10, 3, 20), point(10, 4, 30)];
  const candidates = points.map((one) => ({ point: one }));
  assertEquals(bestVariants(candidates), candidates);
});
