import { assert, assertEquals, assertThrows } from "@std/assert";
import { OptionError } from "../../core/errors.ts";
import { loadMetric, metricInfo, metrics } from "./mod.ts";

Deno.test("every metric loads as what it says of itself", () => {
  assertEquals(metrics().ids(), ["psnr", "ms-ssim", "ms-ssim-4", "ssim"]);
  for (const id of metrics().ids()) {
    const metric = loadMetric(id);
    const { title, unit, better, digits, reference } = metricInfo(id);
    assertEquals(
      [metric.id, metric.title, metric.unit, metric.better, metric.digits, metric.reference],
      [id, title, unit, better, digits, reference],
    );
    assert(title !== "" && reference !== "");
  }
});

Deno.test("titles differ, so that two forms of a metric never share a column", () => {
  const titles = metrics().ids().map((id) => metricInfo(id).title);
  assertEquals(new Set(titles).size, titles.length);
});

Deno.test("an unknown metric is refused with the nearest and all known ones", () => {
  assertThrows(() => metricInfo("pnsr"), OptionError, 'did you mean "psnr"');
  assertThrows(() => loadMetric("lpips"), OptionError, "known: psnr, ms-ssim");
});
