/**
 * The marks of a figure: bands, lines and markers over an axis, or one dot a codec.
 *
 * @module
 */
import type { MetricColumn } from "../summary.ts";
import type { FigureData } from "./figure_data.ts";
import { printable } from "./text.ts";
import { textWidth } from "./text_width.ts";

/** Part of a specification. */
export type Json = Readonly<Record<string, unknown>>;

/**
 * Colours that stay apart for colour-blind readers, without the yellow that vanishes on white.
 *
 * Source: Okabe and Ito, "Color universal design", 2008.
 */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#e69f00", "#cc79a7", "#56b4e9", "#000000"];
/** One more than colours, so that no two of 56 lines look alike. */
const SHAPES = [
  "circle",
  "square",
  "triangle-up",
  "diamond",
  "triangle-down",
  "cross",
  "triangle-right",
  "triangle-left",
];
/** One for each line of a codec; what the legend shows is the marker. */
const DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3]];

const MARKER = 55;
/** Inside of a hollow marker: the rest of it is its rim. */
const HOLLOW = 16;

const MOST_BANDS = 5;

/** Most ticks that are set at the values that were run; with more, the axis chooses. */
const MOST_TICKS = 12;

/**
 * Lines over SNR or CBR. The legend is below, in as many columns as the width holds.
 *
 * @param width Of all panels side by side, in pixels.
 */
export function lineLayers(data: FigureData, width: number): Json[] {
  const x = { field: "x", type: "quantitative", ...xScale(data) };
  const y = valueAxis("value", data.metric);
  const legend = legendBelow(data, width);
  const color = seriesChannel(data, legend, ({ codec }) => COLOURS[codec % COLOURS.length]);
  const shape = seriesChannel(data, legend, (_, line) => SHAPES[line % SHAPES.length]);
  const strokeDash = {
    field: "variant",
    type: "ordinal",
    scale: { domain: DASHES.map((_, variant) => variant), range: DASHES },
    legend: null,
  };
  const marks: Json[] = [
    {
      mark: { type: "line", strokeWidth: 1.8 },
      encoding: { x, y, color, strokeDash },
    },
    {
      mark: { type: "point", filled: true, opacity: 1, size: MARKER },
      encoding: { x, y, color, shape },
    },
  ];
  const band: Json = {
    mark: { type: "area", fillOpacity: 0.13 },
    encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color },
  };
  const hollow: Json = {
    transform: [{ filter: "datum.outage" }],
    mark: { type: "point", filled: true, opacity: 1, size: HOLLOW, color: "white" },
    encoding: { x, y, shape },
  };
  return [
    ...assumedSnrLayers(data),
    ...hasBands(data) ? [band] : [],
    ...marks,
    ...data.points.some(({ outage }) => outage) ? [hollow] : [],
  ];
}

/** Whether the 95 % intervals are drawn as bands: more than a few would cover each other. */
export function hasBands({ points, series }: FigureData): boolean {
  return series.length <= MOST_BANDS && points.some(({ low }) => low !== null);
}

/** One row a codec: for a single SNR and CBR, where a line would have one point. */
export function dotLayers(data: FigureData): Json[] {
  const names = data.series.map(({ name }) => name);
  const y = {
    field: "series",
    type: "nominal",
    sort: names,
    axis: { title: null, domain: false, ticks: false, grid: true, labelPadding: 8 },
  };
  const x = valueAxis("value", data.metric);
  const color = seriesChannel(data, null, ({ codec }) => COLOURS[codec % COLOURS.length]);
  const hollow: Json = {
    transform: [{ filter: "datum.outage" }],
    mark: { type: "point", filled: true, opacity: 1, size: HOLLOW + 4, color: "white" },
    encoding: { x, y },
  };
  return [
    {
      mark: { type: "rule", strokeWidth: 1.8 },
      encoding: { x: { ...x, field: "low" }, x2: { field: "high" }, y, color },
    },
    {
      mark: { type: "point", filled: true, opacity: 1, size: MARKER + 10 },
      encoding: { x, y, color },
    },
    ...data.points.some(({ outage }) => outage) ? [hollow] : [],
    {
      mark: { type: "text", dy: -10, fontSize: 10 },
      encoding: {
        x,
        y,
        text: { field: "value", type: "quantitative", format: `.${data.metric.digits}f` },
      },
    },
  ];
}

/** Where the codecs believed the channel to be, behind everything else. */
function assumedSnrLayers({ abscissa, assumedSnrsDb }: FigureData): Json[] {
  if (abscissa !== "snr" || assumedSnrsDb.length === 0) return [];
  return [{
    data: { values: assumedSnrsDb.map((assumed) => ({ assumed })) },
    mark: { type: "rule", stroke: "#888888", strokeDash: [3, 3] },
    encoding: { x: { field: "assumed", type: "quantitative" } },
  }];
}

/** Along the metric an arrow points to the better end, also when the axis is upright. */
function valueAxis(field: string, { title, unit, better }: MetricColumn): Json {
  const name = `${printable(title)}${unit ? ` (${printable(unit)})` : ""}`;
  return {
    field,
    type: "quantitative",
    title: better === "higher" ? `${name}\u2003better →` : `← better\u2003${name}`,
    scale: { zero: false },
    axis: { tickCount: 7 },
  };
}

function xScale({ abscissa, ticks }: FigureData): Json {
  const log = abscissa === "cbr";
  const marked = log || ticks.length <= MOST_TICKS;
  return {
    title: log ? "CBR (channel uses / source value)" : "SNR (dB)",
    scale: { nice: false, padding: 14, ...log ? { type: "log" } : { zero: false } },
    axis: marked
      ? {
        values: ticks.map(({ at }) => at),
        labelExpr: tickText(ticks),
        labelOverlap: "greedy",
        grid: false,
      }
      : { grid: false },
  };
}

/** A Vega expression that gives each tick the text that the user knows it by. */
function tickText(ticks: FigureData["ticks"]): string {
  return ticks.reduceRight(
    (rest, { at, label }) => `datum.value === ${at} ? ${JSON.stringify(label)} : ${rest}`,
    "datum.label",
  );
}

type SeriesOf = FigureData["series"][number];

function seriesChannel(
  { series }: FigureData,
  legend: Json | null,
  look: (series: SeriesOf, index: number) => unknown,
): Json {
  return {
    field: "series",
    type: "nominal",
    title: null,
    legend,
    scale: { domain: series.map(({ name }) => name), range: series.map(look) },
  };
}

function legendBelow({ series }: FigureData, width: number): Json {
  const entry = 40 + Math.max(0, ...series.map(({ name }) => textWidth(name, 11)));
  const columns = Math.max(1, Math.min(series.length, Math.floor(width / entry)));
  return { orient: "bottom", direction: "horizontal", columns };
}
