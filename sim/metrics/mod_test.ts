import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CapabilityError, OptionError } from "../../core/errors.ts";
import { openTensors } from "../../core/tensor/backend.ts";
import { keptFor, loadMetric, metricInfo, metrics } from "./mod.ts";

await openTensors(); // before any test: a native library stays open

Deno.test("every metric loads as what it says of itself", () => {
  assertEquals(metrics().ids(), [
    ...["psnr", "ms-ssim", "ms-ssim-4", "ssim"],
    ...["lpips-alex", "lpips-alex-01", "lpips-vgg", "lpips-vgg-01"],
    ...["lpips-squeeze", "lpips-squeeze-01", "dists", "ufd-mobilenet-v2"],
    ...[
      "fid",
      "kid",
      "fid-768",
      "fid-192",
      "fid-64",
      "fid-clean",
      "kid-clean",
      "fd-squeeze",
      "kid-squeeze",
    ],
    ...["fd-mobilenet-v2", "kid-mobilenet-v2", "fd-mobilenet-v2-96"],
    ...["fd-googlenet", "kid-googlenet"],
  ]);
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

Deno.test("what needs weights says which, and what compares sets says on what", () => {
  for (const { id, info, needs, asset } of metrics()) {
    assertEquals(needs.length > 0, asset !== "", id);
    assertEquals(needs.length > 0, !/psnr|ssim/.test(id), id);
    if (info.kind === "set") assert(info.note?.includes("256 x 256"), id);
    if (id.endsWith("-01")) assert(info.note?.includes("[0, 1]"), id);
  }
});

Deno.test("metrics of one network share its features, and values are told from rows", () => {
  assertEquals(keptFor(["psnr", "fid", "kid", "fid-64", "dists"]), {
    values: ["psnr", "dists"],
    featureSets: ["inception-2048/256", "inception-64/256"],
  });
});

Deno.test("a metric without its weights says which file is missing, when it is to measure", async () => {
  const image = { width: 256, height: 256, data: new Uint8Array(3 * 256 * 256) };
  const metric = loadMetric("lpips-alex");
  assert(metric.kind === "image");
  await assertRejects(
    () => metric.measure(image, image),
    CapabilityError,
    "no weights of AlexNet here (alexnet-owt-7be5be79.pth",
  );
});
