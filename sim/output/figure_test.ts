import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { figureSpec } from "./figure.ts";
import { type Sample, sampleEstimate, sampleSummary } from "./sample_summary.ts";
import { renderSvg } from "./svg.ts";
import { textWidth } from "./text_width.ts";

const LABELS = ["BPG + capacity", "JPEG & <b>", "DeepJSCC", "CDM-JSCC", "BPG + LDPC (mcs=12)"];

const KINDS: Readonly<Record<string, Sample>> = {
  "one line": { labels: LABELS.slice(0, 1) },
  "five lines": { labels: LABELS, snrsDb: [-5, 0, 2.5, 10] },
  "more lines than colours": { labels: LABELS.concat("A", "B", "C", "D") },
  "panels by CBR": { cbrs: ["1/48", "1/16"] },
  "panels by channel and CBR": { cbrs: ["1/48", "1/16"], channels: ["awgn", "rayleigh"] },
  "over CBR": { snrsDb: [10], cbrs: ["1/96", "1/48", "1/16"] },
  "over CBR, by channel": { snrsDb: [10], cbrs: ["1/48", "1/16"], channels: ["awgn", "rayleigh"] },
  "dots": { snrsDb: [10], labels: LABELS },
  "dots in panels": { snrsDb: [10], channels: ["awgn", "rayleigh"] },
  "a cliff": { assumedSnrsDb: [7] },
  "cliffs in panels": { assumedSnrsDb: [4, 10], cbrs: ["1/48", "1/16"] },
  "no intervals": {
    change: ({ metrics }) => ({
      metrics: { psnr: { ...(metrics["psnr"] ?? sampleEstimate(30, 1)), halfWidth: null } },
    }),
  },
};

function render(sample: Sample, metric = "psnr"): Promise<string> {
  return renderSvg(figureSpec(sampleSummary(sample), metric), (message) => {
    throw new Error(message);
  });
}

/** Checks that a text is well-formed XML, as far as SVG of this kind goes. */
function assertWellFormed(xml: string): void {
  const open: string[] = [];
  const character = String
    .raw`[^<>&"\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|&(?:amp|lt|gt|quot|#\d+);`;
  const token = new RegExp(
    String
      .raw`<(/?)([a-zA-Z][\w:-]*)((?:\s+[\w:-]+="(?:${character}|>)*")*)\s*(/?)>|(?:${character}|["'])+`,
    "gy",
  );
  while (token.lastIndex < xml.length) {
    const at = token.lastIndex;
    const match = token.exec(xml);
    assert(match !== null, `at ${at}: ${xml.slice(at, at + 80)}`);
    const [, closing, name, , empty] = match;
    if (name === undefined) continue;
    if (closing) assertEquals(open.pop(), name);
    else if (!empty) open.push(name);
  }
  assertEquals(open, []);
  assert(xml.isWellFormed());
}

/** The texts that a reader sees. */
function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = ""]) =>
    text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&")
  );
}

for (const [kind, sample] of Object.entries(KINDS)) {
  Deno.test(`${kind}: well-formed SVG with every codec's label, and no warning`, async () => {
    const svg = await render(sample);
    assertWellFormed(svg);
    const texts = textsOf(svg);
    for (const label of sample.labels ?? ["BPG + capacity", "JPEG + capacity", "DeepJSCC"]) {
      assert(texts.some((text) => text.startsWith(label)), `no "${label}" in ${texts}`);
    }
    assert(texts.some((text) => text.includes("PSNR (dB)") && text.includes("better →")));
    assert(texts.some((text) => text.startsWith("kodak (24 images)")));
    for (const target of sample.cbrs ?? ["1/48"]) {
      assert(texts.some((text) => text.includes(target)), `no CBR ${target} in ${texts}`);
    }
    for (const snrDb of sample.snrsDb ?? []) {
      const tick = String(snrDb).replace("-", "−");
      assert(
        texts.some((text) =>
          Number(tick.replace("−", "-")) === Number(text.replace("−", "-")) ||
          text.includes(`SNR ${tick} dB`)
        ),
        `no SNR ${tick} in ${texts}`,
      );
    }
  });
}

Deno.test("the same summary gives the same bytes, also when figures are made at once", async () => {
  const alone = [await render(KINDS["a cliff"] as Sample), await render(KINDS["dots"] as Sample)];
  const together = await Promise.all([
    render(KINDS["a cliff"] as Sample),
    render(KINDS["dots"] as Sample),
  ]);
  assertEquals(together, alone);
});

Deno.test("a metric that is better when lower has its arrow the other way", async () => {
  const texts = textsOf(await render({}, "lpips"));
  assert(texts.some((text) => text.startsWith("← better") && text.endsWith("LPIPS")));
});

Deno.test("a long label is neither cut nor outside of the picture", async () => {
  const label = `BPG + LDPC (${"mcs=12, ".repeat(14)}iterations=50)`;
  for (const sample of [{ labels: [label, "B"] }, { labels: [label], snrsDb: [1] }]) {
    const svg = await render(sample);
    assert(textsOf(svg).includes(label));
    const width = Number(/<svg[^>]* width="([\d.]+)"/.exec(svg)?.[1]);
    assert(width > textWidth(label, 11), `${width} pixels`);
  }
});

Deno.test("points with outages have hollow markers, one each", async () => {
  const change = ({ snrDb }: { snrDb: number }): { outageRate: number } => ({
    outageRate: snrDb < 5 ? 0.2 : 0,
  });
  const hollow = (svg: string): number => (svg.match(/<path[^>]* fill="white"/g) ?? []).length;
  assertEquals(hollow(await render({ labels: ["A"] })), 0);
  const svg = await render({ labels: ["A", "B"], snrsDb: [1, 4, 7], change });
  assertEquals(hollow(svg), 4);
  assert(textsOf(svg).some((text) => text.includes("hollow marker")));
});

Deno.test("a line is broken where a value is missing", async () => {
  const change = (gap: boolean) => ({ snrDb }: { snrDb: number }) =>
    gap && snrDb === 7 ? { metrics: {} } : {};
  const pieces = async (gap: boolean): Promise<number> => {
    const svg = await render({ labels: ["A"], change: change(gap) });
    const line = /mark-line[\s\S]*?<path[^>]* d="([^"]*)"/.exec(svg)?.[1] ?? "";
    return (line.match(/M/g) ?? []).length;
  };
  assertEquals([await pieces(false), await pieces(true)], [1, 2]);
});

Deno.test("a metric without any value gives a figure that says so", async () => {
  const spec = figureSpec(sampleSummary({ change: () => ({ metrics: {} }) }), "psnr");
  const svg = await renderSvg(spec);
  assertWellFormed(svg);
  assert(textsOf(svg).some((text) => text.includes("no value to draw")));
});

Deno.test("the SVG stays well-formed, whatever the texts contain", async () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.string({ unit: fc.constantFrom(...`<>&"'\\{}$]\n\x1b\ud800 a`), maxLength: 20 }),
  );
  const labels = fc.uniqueArray(text, { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(labels, fc.uniqueArray(text, { minLength: 1, maxLength: 2 }), async (
      labels,
      channels,
    ) => {
      const summary = sampleSummary({ labels, channels });
      assertWellFormed(await renderSvg(figureSpec(summary, "psnr")));
    }),
    { seed: 1, numRuns: 30 },
  );
});

Deno.test("textWidth adds the advance widths of Helvetica", () => {
  assertEquals(textWidth("Hello", 1000), 722 + 556 + 222 + 222 + 556);
  assertEquals(textWidth("SNR 10 dB", 10), (667 + 722 * 2 + 278 * 2 + 556 * 3 + 667) / 100);
  assertEquals(textWidth("", 12), 0);
});
