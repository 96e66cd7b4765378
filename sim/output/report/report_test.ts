import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { pairedDifference } from "../../statistics.ts";
import { galleryOf } from "./gallery.ts";
import { markup } from "./html.ts";
import { compareWith } from "./paired.ts";
import { reportHtml } from "./report.ts";
import { idOf, resultsOf, type Source } from "./results.ts";
import { sampleSource, type SourceSample } from "./sample_source.ts";

async function withSource(
  sample: SourceSample,
  use: (source: Source) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    using source = await sampleSource(folder, sample);
    await use(source);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function reportOf(source: Source): Promise<string> {
  return await reportHtml(source, await Array.fromAsync(galleryOf(source)));
}

/** One start tag. */
interface Tag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

interface Page {
  readonly tags: readonly Tag[];
  /** What a reader sees, entities resolved. */
  readonly text: string;
}

const VOID = /^(meta|img|br)$/;

/** Reads a page as strictly as XML: everything closed, every attribute in double quotes. */
function parse(page: string): Page {
  assert(page.startsWith("<!DOCTYPE html>\n"));
  const source = page.slice(page.indexOf("\n")).replace(
    /(<(style|script)>)[\s\S]*?(<\/\2>)/g,
    "$1$3",
  );
  const token = /<(\/?)([a-z][a-z0-9]*)((?:\s+[\w-]+(?:="[^"<>]*")?)*)\s*>|[^<>]+/gy;
  const open: string[] = [], tags: Tag[] = [];
  let text = "";
  while (token.lastIndex < source.length) {
    const at = token.lastIndex;
    const match = token.exec(source);
    assert(match !== null, `at ${at}: ${source.slice(at, at + 100)}`);
    const [all, closing, name, attributes = ""] = match;
    if (name === undefined) text += all;
    else if (closing) assertEquals(open.pop(), name, source.slice(at - 200, at));
    else {
      if (!VOID.test(name)) open.push(name);
      const pairs = attributes.matchAll(/([\w-]+)(?:="([^"]*)")?/g);
      tags.push({
        name,
        attributes: new Map([...pairs].map(([, key = "", value = ""]) => [key, plain(value)])),
      });
    }
  }
  assertEquals(open, []);
  return { tags, text: plain(text) };
}

function plain(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
}

function named({ tags }: Page, name: string): Tag[] {
  return tags.filter((tag) => tag.name === name);
}

Deno.test("a report is well formed, its headings descend by one, its pictures and cells have names", () =>
  withSource({}, async (source) => {
    const page = parse(await reportOf(source));
    const levels = page.tags.flatMap(({ name }) => /^h\d$/.test(name) ? [Number(name[1])] : []);
    assertEquals(levels.filter((level) => level === 1), [1]);
    assert(levels.every((level, n) => n === 0 ? level === 1 : level <= (levels[n - 1] ?? 0) + 1));
    const images = named(page, "img");
    assert(images.length > 20, `${images.length} pictures`);
    for (const { attributes } of images.slice(0, -1)) assert(attributes.get("alt"));
    for (const { attributes } of named(page, "th")) {
      assert(["col", "row", "rowgroup"].includes(attributes.get("scope") ?? ""));
    }
    const ids = page.tags.flatMap(({ attributes }) => attributes.get("id") ?? []);
    assertEquals(new Set(ids).size, ids.length);
    for (const { attributes } of named(page, "a")) {
      const target = attributes.get("href") ?? "";
      assert(ids.includes(target.slice(1)), target);
    }
    for (const { attributes } of page.tags) {
      const label = attributes.get("aria-labelledby");
      assert(label === undefined || ids.includes(label));
    }
  }));

Deno.test("a report loads nothing: every address lies within the page", () =>
  withSource({}, async (source) => {
    const html = await reportOf(source);
    const page = parse(html);
    for (const { name, attributes } of page.tags) {
      for (const key of ["src", "href", "srcset", "action", "data", "poster"]) {
        const address = attributes.get(key);
        assert(address === undefined || /^(data:image\/|#)/.test(address), `${name} ${address}`);
      }
      assert(!/^(link|base|iframe|object|embed)$/.test(name), name);
    }
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? "";
    assert(style.length > 1000 && !/url\(|@import|https?:/.test(style));
    const policy = named(page, "meta").map(({ attributes }) => attributes.get("content"));
    assert(policy.some((text) => text?.startsWith("default-src 'none'; img-src data:")));
  }));

Deno.test("the policy of the page lets its own script run, and no other", () =>
  withSource({}, async (source) => {
    const html = await reportOf(source);
    const [, script = ""] = /<script>([\s\S]*?)<\/script>/.exec(html) ?? [];
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(script));
    assert(html.includes(`script-src 'sha256-${new Uint8Array(digest).toBase64()}'`));
    assertEquals(html.match(/<script\b/g)?.length, 1);
  }));

Deno.test("a report says all that the summary does: values, intervals, notes, conditions", () =>
  withSource({ notes: ["DeepJSCC failed on image 2"] }, async (source) => {
    const { text } = parse(await reportOf(source));
    const { summary } = source;
    for (const point of summary.points) {
      const { value, halfWidth } = point.metrics["psnr"] ?? {};
      assert(text.includes(`${value?.toFixed(2)}`), `${value}`);
      assert(text.includes(`± ${halfWidth?.toFixed(2)}`));
    }
    for (
      const words of [summary.command, "DeepJSCC failed on image 2", "semcast 0.1.0", "image 3"]
    ) {
      assert(text.includes(words), words);
    }
  }));

Deno.test("a note of all points of a codec stands with its name, one of a single point with its value", () =>
  withSource({
    labels: ["A", "B"],
    snrsDb: [1, 4],
    change: ({ label, snrDb }) => ({
      notes: [...label === "A" ? ["always"] : [], ...label === "B" && snrDb === 4 ? ["once"] : []],
    }),
  }, async (source) => {
    const html = await reportOf(source);
    const rows = [...html.matchAll(/<tr><th scope="row">([AB].*?)<\/tr>/g)].map(([, row]) => row!);
    assert(rows[0]!.startsWith("A <sup>[1]</sup></th>") && rows[0]!.match(/<sup>/g)?.length === 1);
    assert(rows[1]!.startsWith("B</th>") && /\d<\/small> <sup>\[2\]<\/sup><\/td>$/.test(rows[1]!));
  }));

Deno.test("differences are those of the statistics, over the images of the store", () =>
  withSource({ change: () => ({ trials: 2 }) }, async (source) => {
    const { summary, store } = source;
    const results = resultsOf(source);
    const [psnr, lpips] = summary.metrics;
    const values = (label: string, snrDb: number, metric: string): number[] => {
      const point = summary.points.find((one) => one.label === label && one.snrDb === snrDb)!;
      return summary.data.list.map((image) => {
        const units = [0, 1].map((trial) => store.get(idOf(source, point, image, trial), [])!);
        return (units[0]!.metrics[metric]! + units[1]!.metrics[metric]!) / 2;
      });
    };
    for (const reference of ["BPG + capacity", "DeepJSCC"]) {
      for (const metric of [psnr!, lpips!]) {
        const comparisons = compareWith(reference, metric, results);
        assertEquals(comparisons.length, 10);
        for (const { point, difference, better, verdict } of comparisons) {
          const own = values(point.label, point.snrDb, metric.id);
          const other = values(reference, point.snrDb, metric.id);
          assertEquals(difference, pairedDifference(own, other));
          const ahead = own.filter((value, n) =>
            metric.id === "psnr" ? value > other[n]! : value < other[n]!
          );
          assertEquals(better, ahead.length);
          const sign = metric.id === "psnr" ? 1 : -1;
          const [mean, reach] = [sign * difference.value!, difference.halfWidth!];
          assertEquals(verdict, mean > reach ? "better" : mean < -reach ? "worse" : "even");
        }
      }
    }
    const { text } = parse(await reportOf(source));
    const [first] = compareWith("BPG + capacity", psnr!, results);
    const { value, halfWidth } = first!.difference;
    assert(text.includes(`−${Math.abs(value!).toFixed(2)} ± ${halfWidth!.toFixed(2)}`));
  }));

Deno.test("an interval that holds 0 is even, and a missing image leaves its pair out", () =>
  withSource({
    labels: ["A", "B"],
    snrsDb: [1],
    score: (codec, image) => codec === 0 ? 30 : image === 3 ? NaN : 30 + [0.4, -0.5, 0.1][image]!,
  }, (source) => {
    const [only] = compareWith("A", source.summary.metrics[0]!, resultsOf(source));
    assertEquals([only!.difference.count, only!.verdict, only!.better], [3, "even", 2]);
    return Promise.resolve();
  }));

Deno.test("shown are the pictures on which codecs differ most, in the order of the data set", () =>
  withSource({
    experiment: { pictures: 2 },
    score: (codec, image) => 30 - codec * [5, 1, 2, 9][image]!,
  }, async (source) => {
    const gallery = await Array.fromAsync(galleryOf(source));
    assertEquals(gallery.map(({ image }) => image.name), ["image 0", "image 3"]);
    for (const { area, image, rows } of gallery) {
      assertEquals(rows.map(({ isWhole }) => isWhole), [false, false, true, false, false]);
      assertEquals(rows.map(({ tiles }) => tiles.length), [3, 3, 3, 3, 3]);
      assert(
        2 * (area.left + area.width) > image.width && 2 * (area.top + area.height) > image.height,
      );
    }
  }));

Deno.test("a picture that failed does not decide which is shown, nor which part", () =>
  withSource({
    experiment: { pictures: 2 },
    labels: ["A", "B", "C"],
    score: (codec, image) => codec === 2 && image === 1 ? 5 : 30 - codec * [1, 1, 4, 2][image]!,
    outage: ({ label }, image) => label === "C" && image === 1,
  }, async (source) => {
    const gallery = await Array.fromAsync(galleryOf(source));
    assertEquals(gallery.map(({ image }) => image.name), ["image 2", "image 3"]);
  }));

Deno.test("pictures asked for by name are shown, as many as there are", () =>
  withSource({ experiment: { pictures: ["image 2"] } }, async (source) => {
    const gallery = await Array.fromAsync(galleryOf(source));
    assertEquals(gallery.map(({ image }) => image.name), ["image 2"]);
  }));

Deno.test("without pictures, or with damaged ones, a report is whole all the same", async () => {
  await withSource({ experiment: { pictures: 0 } }, async (source) => {
    assert(parse(await reportOf(source)).text.includes("No picture was kept"));
  });
  await withSource({ experiment: { pictures: ["image 0", "image 1"] } }, async (source) => {
    const { store, summary } = source;
    store.putPicture(summary.data.list[0]!.digest, Uint8Array.of(1, 2, 3));
    const [point] = summary.points;
    store.putPicture(idOf(source, point!, summary.data.list[1]!, 0), new Uint8Array(0));
    const gallery = await Array.fromAsync(galleryOf(source));
    assertEquals(gallery.map(({ image }) => image.name), ["image 1"]);
    assertEquals(gallery[0]!.rows.map(({ tiles }) => tiles.length), [2, 3, 3, 3, 3]);
    parse(await reportOf(source));
  });
});

Deno.test("one codec, one point, one image, or none at all: still a report", async () => {
  for (const sample of [{ labels: ["A"] }, { labels: ["A"], snrsDb: [1] }, { snrsDb: [] }]) {
    await withSource(sample, async (source) => {
      const { summary } = source;
      parse(await reportOf(source));
      const data = { ...summary.data, images: 1, list: summary.data.list.slice(0, 1) };
      parse(await reportOf({ ...source, summary: { ...summary, data } }));
    });
  }
});

Deno.test("outages have their rate and interval, channel uses their shares", () =>
  withSource({
    labels: ["A", "B"],
    snrsDb: [1, 4],
    outage: ({ label, snrDb }, image) => label === "B" && snrDb === 1 && image < 2,
  }, async (source) => {
    const { text } = parse(await reportOf(source));
    assert(text.includes("2 of 4") && text.includes("50.0") && text.includes("15.0 to 85.0"), text);
    assert(text.includes("6.3"), "20 of 320 channel uses are side information");
  }));

Deno.test("what is filled into a template is text, whatever it contains", () => {
  const hostile = fc.string({
    unit: fc.constantFrom(..."<>&\"'`$ a/=-\n\u202e\0\ud800"),
    maxLength: 30,
  });
  fc.assert(
    fc.property(hostile, (text) => {
      const { text: html } = markup`<p title="${text}">${text}</p>`;
      const match = /^<p title="([^"<>]*)">([^"'<>]*)<\/p>$/.exec(html);
      assert(match !== null && match[1] === match[2], html);
      assert(!/[\0\n\u202e]/.test(html) && html.isWellFormed());
    }),
    { seed: 1, numRuns: 500 },
  );
  assertEquals(markup`${[" a ", "b"]}${undefined}${1}`.text, " a b1");
});

Deno.test("no name can break out of the page", async () => {
  const names = [
    `</script><script>alert(1)</script>`,
    `"><img src=x onerror=alert(1)>`,
    `' onload='x`,
    "</style><h1>",
    "<!--",
    "&lt;b&gt;&#60;",
  ];
  await withSource({
    labels: names,
    snrsDb: [1],
    channels: [`awgn"><b>`],
    notes: names,
    change: () => ({ notes: names, version: names[0]!, options: { [names[1]!]: names[2]! } }),
  }, async (source) => {
    const { summary } = source;
    const data = {
      ...summary.data,
      name: names[0]!,
      list: summary.data.list.map((image) => ({ ...image, name: names[1]! })),
    };
    const metrics = summary.metrics.map((metric) => ({
      ...metric,
      title: names[3]!,
      unit: names[1]!,
      reference: names[0]!,
    }));
    const hostile = { ...source, summary: { ...summary, command: names[0]!, data, metrics } };
    const page = parse(await reportOf(hostile));
    for (const { name, attributes } of page.tags) {
      assert([...attributes.keys()].every((key) => !key.startsWith("on")), name);
    }
    for (const name of names) assert(page.text.includes(name), name);
    assertEquals(named(page, "script").length, 1);
    assertEquals(named(page, "h1").length, 1);
  });
});
