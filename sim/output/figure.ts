/**
 * One figure a metric, as a Vega-Lite specification: lines over SNR (or CBR, or one dot a codec)
 * with their 95 % intervals, a panel for each channel and CBR.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import type { Summary } from "../summary.ts";
import { type FigureData, figureData } from "./figure_data.ts";
import { dotLayers, hasBands, type Json, lineLayers } from "./figure_layers.ts";
import { counted, printable } from "./text.ts";
import { FIGURE_FONT } from "./text_width.ts";

/**
 * The specification of the figure of one metric.
 *
 * @throws {OptionError} When the summary has no such metric.
 */
export function figureSpec(summary: Summary, metricId: string): TopLevelSpec {
  const data = figureData(summary, metricId);
  const { width, height, across, ...facet } = panelsOf(data);
  const layer = data.abscissa === "codec" ? dotLayers(data) : lineLayers(data, width * across);
  const view = { width, height, layer };
  const spec: Json = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description: `${data.metric.title} of ${counted(data.points.length, "point")}`,
    title: titleOf(summary, data),
    data: { values: data.points },
    ...(facet.facet ? { ...facet, spec: view } : view),
    config: CONFIG,
  };
  // Plain JSON; the library's type is a union too large to build in steps.
  return spec as unknown as TopLevelSpec;
}

interface Panels {
  /** Of one panel, in pixels. */
  readonly width: number;
  readonly height: Json | number;
  /** Panels side by side. */
  readonly across: number;
  readonly facet?: Json;
  readonly columns?: number;
}

/** Channels by CBRs as rows by columns; only one of both, side by side. */
function panelsOf({ channels, cbrTargets, abscissa }: FigureData): Panels {
  const count = Math.max(1, channels.length) * Math.max(1, cbrTargets.length);
  const size = (width: number, height: number): { width: number; height: Json | number } => ({
    width,
    height: abscissa === "codec" ? { step: 30 } : height,
  });
  if (count === 1) return { ...size(440, 300), across: 1 };
  const channel = { field: "channel", type: "nominal", sort: channels, title: null };
  const cbr = { field: "cbrTarget", type: "nominal", sort: cbrTargets, title: null };
  if (channels.length > 1 && cbrTargets.length > 1) {
    return { ...size(270, 220), across: cbrTargets.length, facet: { row: channel, column: cbr } };
  }
  const columns = count === 4 ? 2 : Math.min(count, 3);
  return {
    ...size(270, 220),
    across: columns,
    facet: channels.length > 1 ? channel : cbr,
    columns,
  };
}

function titleOf({ data }: Summary, figure: FigureData): Json {
  const { conditions, points, lossless, abscissa } = figure;
  const intervals = points.some(({ low }) => low !== null);
  const drawn = abscissa === "codec" || hasBands(figure);
  const remarks = [
    intervals && drawn ? "mean over images with 95 % interval" : "mean over images",
    ...points.some(({ outage }) => outage) ? ["hollow marker: some transmissions failed"] : [],
    ...lossless > 0 ? [`${counted(lossless, "point")} not drawn: every image lossless`] : [],
    ...points.every(({ value }) => value === null) ? ["no value to draw"] : [],
  ];
  return {
    text: [`${printable(data.name)} (${counted(data.images, "image")})`, ...conditions].join(", "),
    subtitle: remarks.join("; "),
  };
}

const GREY = "#555555";

const CONFIG: Json = {
  font: FIGURE_FONT,
  background: "white",
  padding: 8,
  title: {
    anchor: "start",
    fontSize: 13,
    fontWeight: "bold",
    subtitleFontSize: 11,
    subtitleColor: GREY,
    subtitlePadding: 3,
    offset: 10,
    limit: 0,
  },
  axis: {
    labelFontSize: 11,
    labelLimit: 0,
    titleFontSize: 12,
    titleFontWeight: "normal",
    titleLimit: 0,
    gridColor: "#e4e4e4",
    domainColor: GREY,
    tickColor: GREY,
  },
  legend: { labelFontSize: 11, labelLimit: 0, symbolSize: 60, title: null },
  header: { labelFontSize: 12, labelLimit: 0, titleLimit: 0 },
  view: { stroke: null },
  facet: { spacing: 20 },
};
