import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Point, Summary } from "../summary.ts";
import { type Sample, sampleEstimate, sampleSummary } from "./sample_summary.ts";
import { csvTable, latexTable, markdownTable, terminalTable } from "./table.ts";

const CHECKS = { seed: 1, numRuns: 200 };

/** Texts as a plugin or a user may give them: markup, controls, quotes, anything of Unicode. */
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.string({
    unit: fc.constantFrom(..."|\\`*_{}[]()<>#$%&~^\"',;\n\r\t\x1b a1±–∞"),
    maxLength: 30,
  }),
);

/** Summaries with such texts everywhere and numbers of any size, or none. */
const anySummary: fc.Arbitrary<Summary> = fc.record({
  labels: fc.uniqueArray(anyText, { minLength: 1, maxLength: 3 }),
  channels: fc.uniqueArray(anyText, { minLength: 1, maxLength: 2 }),
  cbrs: fc.uniqueArray(fc.constantFrom("1/48", "1/16", "0.1"), { minLength: 1, maxLength: 2 }),
  snrsDb: fc.uniqueArray(fc.constantFrom(-5, 0, 2.5, 10), { minLength: 1, maxLength: 3 }),
  notes: fc.array(anyText, { maxLength: 2 }),
  pointNotes: fc.array(anyText, { maxLength: 2 }),
  value: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
  halfWidth: fc.option(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })),
  infinite: fc.nat({ max: 3 }),
}).map(({ pointNotes, value, halfWidth, infinite, ...sample }) => {
  const changed = { value, halfWidth, count: value === null ? 0 : 24 - infinite, infinite };
  const change = ({ metrics, snrDb }: Point): Partial<Point> =>
    snrDb === sample.snrsDb[0] ? { metrics: { ...metrics, psnr: changed }, notes: pointNotes } : {};
  return sampleSummary({ ...sample, change });
});

/** Reads RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const match of text.matchAll(/("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/g)) {
    const [, field = "", end] = match;
    rows.at(-1)?.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);
    if (end === "\r\n") rows.push([]);
  }
  return rows.slice(0, -1);
}

function tableLines(markdown: string): string[] {
  return markdown.split("\n").filter((line) => line.startsWith("| "));
}

function cellsOf(line: string): string[] {
  return line.split(/(?<!\\)(?:\\\\)*\|/).slice(1, -1).map((cell) => cell.trim());
}

Deno.test("CSV parses back to every number to the bit, and to every text", () => {
  fc.assert(
    fc.property(anySummary, (summary) => {
      const [head = [], ...rows] = parseCsv(csvTable(summary));
      assertEquals(rows.length, summary.points.length);
      summary.points.forEach((point, n) => {
        assertEquals(rows[n]?.length, head.length);
        const field = (name: string): string | undefined => rows[n]?.[head.indexOf(name)];
        const number = (value: number | null | undefined): string => String(value ?? "");
        assertEquals(field("label"), point.label);
        assertEquals(field("channel"), point.channel);
        assertEquals(JSON.parse(field("options") as string), point.options);
        assertEquals(field("notes"), point.notes.join("; "));
        assertEquals(field("snr_db"), number(point.snrDb));
        assertEquals(field("psnr"), number(point.metrics["psnr"]?.value));
        assertEquals(field("psnr_half_width"), number(point.metrics["psnr"]?.halfWidth));
        assertEquals(Number(field("lpips")), point.metrics["lpips"]?.value);
        assertEquals(Number(field("encode_ms")), point.encodeMs);
      });
    }),
    CHECKS,
  );
});

Deno.test("every row of the Markdown table has as many cells as its head", () => {
  fc.assert(
    fc.property(anySummary, (summary) => {
      const lines = tableLines(markdownTable(summary));
      assertEquals(lines.length, summary.points.length + 2);
      const cells = cellsOf(lines[0] as string).length;
      for (const line of lines) assertEquals(cellsOf(line).length, cells, line);
    }),
    CHECKS,
  );
});

Deno.test("the columns of the Markdown source stand under each other", () => {
  const lines = tableLines(markdownTable(sampleSummary()));
  assertEquals(new Set(lines.map((line) => [...line].length)).size, 1);
});

Deno.test("LaTeX is balanced, whatever the texts contain", () => {
  fc.assert(
    fc.property(anySummary, (summary) => {
      const latex = latexTable(summary);
      const source = latex.split("\n").filter((line) => !line.startsWith("%")).join("\n")
        .replace(/\\\\/g, " ").replace(/\\[{}$&%#_]/g, " ");
      let depth = 0;
      for (const character of source) {
        if (character === "{") depth++;
        if (character === "}") depth--;
        assert(depth >= 0, latex);
      }
      assertEquals(depth, 0);
      assertEquals((source.match(/\$/g) ?? []).length % 2, 0);
      assert(!/[%#"]/.test(source), latex);
      const environments = [...source.matchAll(/\\(begin|end)\{(\w+)\}/g)]
        .map(([, kind, name]) => `${kind} ${name}`);
      assertEquals(environments, ["begin table", "begin tabular", "end tabular", "end table"]);
    }),
    CHECKS,
  );
});

Deno.test("every row of the LaTeX table has one cell for each column", () => {
  fc.assert(
    fc.property(anySummary, (summary) => {
      const latex = latexTable(summary);
      const columns = /\\begin\{tabular\}\{([lr]+)\}/.exec(latex)?.[1]?.length as number;
      const rows = latex.split("\n").filter((line) => line.endsWith(" \\\\"));
      assertEquals(rows.length, summary.points.length + 2);
      for (const row of rows) {
        assertEquals(row.replaceAll("\\&", "").split("&").length, columns, row);
      }
    }),
    CHECKS,
  );
});

Deno.test("the terminal gets no control characters, whatever the texts contain", () => {
  fc.assert(
    fc.property(anySummary, fc.integer({ min: 1, max: 200 }), (summary, width) => {
      // deno-lint-ignore no-control-regex
      assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(terminalTable(summary, width)));
    }),
    CHECKS,
  );
});

Deno.test("the terminal table keeps to its width and names the columns that it left out", () => {
  const summary = sampleSummary({ labels: ["BPG + capacity (chroma=420, effort=9)", "JPEG"] });
  for (const width of [70, 80, 100, 140]) {
    const table = terminalTable(summary, width);
    const widest = Math.max(...table.split("\n").map((line) => [...line].length));
    assert(widest <= width, `${widest} of ${width}:\n${table}`);
    assertEquals(table.includes("No room for"), width < 140);
    const head = table.split("\n").find((line) => line.startsWith("Codec"));
    assertEquals(head?.includes("Decode"), width === 140);
  }
});

Deno.test("a value is shown with the digits of its metric and its half-width", () => {
  const change = (): Partial<Point> => ({
    metrics: {
      psnr: sampleEstimate(29.896, 0.4142),
      lpips: { ...sampleEstimate(0.1, 0), halfWidth: null },
    },
  });
  const summary = sampleSummary({ labels: ["A"], snrsDb: [-5], change });
  const cells = cellsOf(tableLines(markdownTable(summary))[2] as string);
  assertEquals(cells.slice(0, 4), ["A", "-5", "29.90 ± 0.41", "0.100"]);
});

function boldCells(sample: Sample): string[] {
  return tableLines(markdownTable(sampleSummary(sample)))
    .flatMap(cellsOf).filter((cell) => cell.startsWith("**"));
}

Deno.test("the best of each channel, CBR and SNR is bold, in the metric's own direction", () => {
  const change = ({ label }: Point): Partial<Point> => ({
    metrics: {
      psnr: sampleEstimate(label === "A" ? 30 : 28, 1),
      lpips: sampleEstimate(label === "A" ? 0.2 : 0.1, 0.01),
    },
  });
  const bold = boldCells({ labels: ["A", "B"], snrsDb: [1, 4], cbrs: ["1/48", "1/16"], change });
  assertEquals(bold.filter((cell) => cell === "**30.00** ± 1.00").length, 4);
  assertEquals(bold.filter((cell) => cell === "**0.100** ± 0.010").length, 4);
  assertEquals(bold.length, 8);
});

Deno.test("what is equal as printed is bold together, and a lone codec is best of nothing", () => {
  const change = ({ label }: Point): Partial<Point> => ({
    metrics: { psnr: sampleEstimate(label === "A" ? 30.001 : 29.999, 1) },
  });
  assertEquals(boldCells({ labels: ["A", "B"], snrsDb: [1], change }).length, 2);
  assertEquals(boldCells({ labels: ["A"] }), []);
});

Deno.test("what is missing is a dash, what is lossless is infinite and counts as best", () => {
  const change = ({ label }: Point): Partial<Point> => ({
    metrics: label === "A" ? { psnr: { value: null, halfWidth: null, count: 0, infinite: 24 } } : {
      psnr: sampleEstimate(40, 1),
    },
    encodeMs: null,
  });
  const summary = sampleSummary({ labels: ["A", "B"], snrsDb: [1], change });
  const [head = [], , first = [], second = []] = tableLines(markdownTable(summary)).map(cellsOf);
  assertEquals(first[head.indexOf("PSNR (dB) ↑")], "**∞**");
  assertEquals(second[head.indexOf("PSNR (dB) ↑")], "40.00 ± 1.00");
  assertEquals(second[head.indexOf("LPIPS ↓")], "–");
  assertEquals(second[head.indexOf("Encode (ms)")], "–");
  assert(latexTable(summary).includes("$\\mathbf{\\infty}$"));
});

Deno.test("notes are numbered once, and lossless and missing images are among them", () => {
  const change = ({ snrDb, metrics }: Point): Partial<Point> => ({
    notes: snrDb === 1 ? ["nearest checkpoint: 4 dB"] : ["nearest checkpoint: 4 dB", "other"],
    metrics: { ...metrics, psnr: { value: 40, halfWidth: 1, count: 20, infinite: 3 } },
  });
  const markdown = markdownTable(sampleSummary({ labels: ["A"], snrsDb: [1, 4], change }));
  const last = tableLines(markdown).slice(2).map((line) => cellsOf(line).at(-1));
  assertEquals(last, ["1, 2, 3", "1, 2, 3, 4"]);
  const notes = markdown.split("\n").filter((line) => /^\d+\. /.test(line));
  assertEquals(notes, [
    "1. nearest checkpoint: 4 dB",
    "2. PSNR: 3 lossless images (infinite), left out of the mean",
    "3. PSNR: 1 image of 24 without a value",
    "4. other",
  ]);
});

Deno.test("channel, CBR and assumed SNR have a column only where they tell rows apart", () => {
  const head = (sample: Sample): string[] =>
    cellsOf(tableLines(markdownTable(sampleSummary(sample)))[0] as string);
  assertEquals(head({}).slice(0, 3), ["Codec", "SNR (dB)", "PSNR (dB) ↑"]);
  assertEquals(
    head({ channels: ["awgn", "rayleigh"], cbrs: ["1/48", "1/16"], assumedSnrsDb: [7] }).slice(
      0,
      5,
    ),
    ["Channel", "CBR wanted", "Codec", "Assumed SNR (dB)", "SNR (dB)"],
  );
});

Deno.test("a rate that is not zero is not shown as zero", () => {
  const change = (): Partial<Point> => ({ outageRate: 1 / 7200 });
  const markdown = markdownTable(sampleSummary({ labels: ["A"], snrsDb: [1], change }));
  assert(tableLines(markdown)[2]?.includes("\\<0.1"));
});

Deno.test("a summary without points gives tables without rows", () => {
  const empty = sampleSummary({ labels: [], notes: ["no codec is ready"] });
  assertEquals(tableLines(markdownTable(empty)).length, 2);
  assertEquals(parseCsv(csvTable(empty)).length, 1);
  assert(latexTable(empty).includes("no codec is ready"));
  assert(terminalTable(empty, 80).includes("no codec is ready"));
});
