import { assertEquals, assertThrows } from "@std/assert";
import { OptionError } from "../../core/errors.ts";
import { figureData } from "./figure_data.ts";
import { sampleEstimate, sampleSummary } from "./sample_summary.ts";

Deno.test("several SNRs lie along the axis, and each channel and CBR is a panel", () => {
  const data = figureData(
    sampleSummary({ snrsDb: [10, -5, 0], cbrs: ["1/48", "1/16"], channels: ["awgn", "rayleigh"] }),
    "psnr",
  );
  assertEquals(data.abscissa, "snr");
  assertEquals(data.channels, ["awgn", "rayleigh"]);
  assertEquals(data.cbrTargets, ["CBR 1/48", "CBR 1/16"]);
  assertEquals(data.ticks, [{ at: -5, label: "−5" }, { at: 0, label: "0" }, {
    at: 10,
    label: "10",
  }]);
  assertEquals(data.points.length, 3 * 3 * 4);
  assertEquals(data.conditions, []);
});

Deno.test("with one SNR the CBR that was used lies along the axis, marked as it was asked for", () => {
  const data = figureData(sampleSummary({ snrsDb: [10], cbrs: ["1/16", "1/48"] }), "psnr");
  assertEquals(data.abscissa, "cbr");
  assertEquals(data.cbrTargets, []);
  assertEquals(data.ticks, [{ at: 1 / 48, label: "1/48" }, { at: 1 / 16, label: "1/16" }]);
  assertEquals(data.points[0]?.x, sampleSummary({ cbrs: ["1/16"] }).points[0]?.cbr.value);
  assertEquals(data.conditions, ["awgn", "SNR 10 dB"]);
});

Deno.test("with one SNR and one CBR only the codecs are compared", () => {
  const data = figureData(sampleSummary({ snrsDb: [2.5] }), "psnr");
  assertEquals(data.abscissa, "codec");
  assertEquals(data.conditions, ["awgn", "CBR 1/48", "SNR 2.5 dB"]);
});

Deno.test("a codec that knows the SNR is one line", () => {
  const { series, assumedSnrsDb } = figureData(sampleSummary({ labels: ["A", "B"] }), "psnr");
  assertEquals(series, [{ name: "A", codec: 0, variant: 0 }, { name: "B", codec: 1, variant: 0 }]);
  assertEquals(assumedSnrsDb, []);
});

Deno.test("one fixed assumed SNR is a condition of the figure, not of its lines", () => {
  const data = figureData(sampleSummary({ labels: ["A"], assumedSnrsDb: [-2] }), "psnr");
  assertEquals(data.series.map(({ name }) => name), ["A"]);
  assertEquals(data.conditions.at(-1), "SNR assumed −2 dB");
  assertEquals(data.assumedSnrsDb, [-2]);
});

Deno.test("each of several assumed SNRs is a line of its own, with the point where it is true", () => {
  const summary = sampleSummary({ labels: ["A"], snrsDb: [1, 4, 7], assumedSnrsDb: [7, 1] });
  const { series, points } = figureData(summary, "psnr");
  assertEquals(series, [
    { name: "A, SNR assumed 7 dB", codec: 0, variant: 0 },
    { name: "A, SNR assumed 1 dB", codec: 0, variant: 1 },
  ]);
  assertEquals(points.map(({ x }) => x), [1, 4, 7, 1, 4, 7]);
});

Deno.test("an adaptive codec beside fixed ones is told apart", () => {
  const adaptive = sampleSummary({ labels: ["A"] });
  const fixed = sampleSummary({ labels: ["B"], assumedSnrsDb: [7] });
  const both = { ...adaptive, points: [...adaptive.points, ...fixed.points] };
  const names = figureData(both, "psnr").series.map(({ name }) => name);
  assertEquals(names, ["A, SNR known", "B, SNR assumed 7 dB"]);
});

Deno.test("a missing value is a gap, a lossless point is counted, an interval may be unknown", () => {
  const summary = sampleSummary({
    labels: ["A"],
    snrsDb: [1, 4, 7],
    change: ({ snrDb }) => ({
      metrics: snrDb === 1
        ? {}
        : snrDb === 4
        ? { psnr: { value: null, halfWidth: null, count: 0, infinite: 24 } }
        : { psnr: { ...sampleEstimate(30, 1), halfWidth: null } },
    }),
  });
  const { points, lossless } = figureData(summary, "psnr");
  assertEquals(points.map(({ value }) => value), [null, null, 30]);
  assertEquals(points.map(({ low }) => low), [null, null, null]);
  assertEquals(lossless, 1);
});

Deno.test("a metric that the summary lacks is refused with those that it has", () => {
  assertThrows(
    () => figureData(sampleSummary(), "fid"),
    OptionError,
    'Figure: a metric of the summary (psnr, lpips); got "fid"',
  );
});
