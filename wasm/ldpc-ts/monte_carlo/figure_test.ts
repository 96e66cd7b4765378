import { assert, assertEquals } from "@std/assert";
import { errorRateFigure, type Series } from "./figure.ts";

const SERIES: Series[] = [
  {
    label: 'ours <&"> 1',
    points: [
      { x: 0, rate: 0.5, low: 0.4, high: 0.6 },
      { x: 0.5, rate: 1.2e-2, low: 1e-2, high: 2e-2 },
      { x: 1, rate: 0 },
    ],
  },
  { label: "published", points: [{ x: -0.5, rate: 0.9 }, { x: 1, rate: 2e-3 }], reference: true },
];
const TEXTS = { title: "A < B", xLabel: "Eb/N0 in dB", yLabel: "block error rate" };

Deno.test("a figure is well-formed, says its labels, and is the same twice", () => {
  const svg = errorRateFigure(SERIES, TEXTS);
  assertEquals(errorRateFigure(SERIES, TEXTS), svg);
  for (const label of ["ours &lt;&amp;&quot;&gt; 1", "published", "A &lt; B", "Eb/N0 in dB"]) {
    assert(svg.includes(label), label);
  }
  assert(!/NaN|Infinity|undefined/.test(svg));
  const open: string[] = [];
  for (const [, close, name, rest] of svg.matchAll(/<(\/?)([a-zA-Z]+)([^>]*)>/g)) {
    if (close) assertEquals(open.pop(), name);
    else if (!rest!.endsWith("/")) open.push(name!);
  }
  assertEquals(open, []);
});

Deno.test("all markers lie inside the plot, a rate of 0 has none", () => {
  const svg = errorRateFigure([SERIES[0]!], TEXTS);
  const circles = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)];
  assertEquals(circles.length, 2 + 1); // two points and the legend
  for (const [, x, y] of circles.slice(0, 2)) {
    assert(Number(x) >= 76 && Number(x) <= 692 && Number(y) >= 44 && Number(y) <= 424);
  }
});

Deno.test("a figure without any point is drawn all the same", () => {
  for (const series of [[], [{ label: "none", points: [{ x: 1, rate: 0 }] }]]) {
    assert(!/NaN|Infinity/.test(errorRateFigure(series, TEXTS)));
  }
});
