/**
 * The figure of a training: loss over steps, and validation PSNR below it.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import type { LogEntry, StepsEntry, ValidationEntry } from "../../train/log.ts";
import { FIGURE_FONT } from "../output/text_width.ts";

/** Points of a line at most: what lies between them is averaged. */
const MOST_POINTS = 400;
/** Smoothing reaches this part of all points to either side. */
const SMOOTHED = 20;

/**
 * The specification of the figure.
 *
 * @param title One line above it.
 */
export function lossFigure(log: readonly LogEntry[], title: string): TopLevelSpec {
  const losses = lossPoints(log.filter((entry) => entry.kind === "steps"));
  const validations = log.filter((entry): entry is ValidationEntry => entry.kind === "validation");
  const last = Math.max(1, ...log.map(({ step }) => step));
  const x = {
    field: "step",
    type: "quantitative",
    title: "step",
    scale: { domain: [0, last], nice: false },
  };
  const y = (field: string, name: string): object => ({
    field,
    type: "quantitative",
    title: name,
    scale: { zero: false },
  });
  const panel = (values: readonly object[], layer: readonly object[]): object => ({
    width: 520,
    height: 190,
    data: { values },
    layer,
  });
  const panels = [panel(losses, [
    { mark: { type: "line", color: PALE_BLUE }, encoding: { x, y: y("loss", "loss") } },
    { mark: { type: "line", color: BLUE }, encoding: { x, y: y("smooth", "loss") } },
  ])];
  if (validations.length > 0) {
    const encoding = { x, y: y("psnrDb", "validation PSNR in dB") };
    panels.push(panel(validations, [
      { mark: { type: "line", color: ORANGE }, encoding },
      { mark: { type: "point", color: ORANGE, filled: true, size: 30 }, encoding },
    ]));
  }
  const spec = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description: `Loss and validation of ${last} training steps`,
    title: { text: title, anchor: "start", fontSize: 13 },
    vconcat: panels,
    config: {
      font: FIGURE_FONT,
      background: "white",
      padding: 8,
      view: { stroke: null },
      axis: AXIS,
    },
  };
  // Plain JSON; the library's type is a union too large to build in steps.
  return spec as unknown as TopLevelSpec;
}

const BLUE = "#0072b2", PALE_BLUE = "#b3d5e8", ORANGE = "#d55e00";
const AXIS = {
  labelFontSize: 11,
  titleFontSize: 12,
  titleFontWeight: "normal",
  gridColor: "#e4e4e4",
  domainColor: "#555555",
  tickColor: "#555555",
};

interface LossPoint {
  readonly step: number;
  readonly loss: number;
  /** Mean over the points around it: batches differ more than steps improve. */
  readonly smooth: number;
}

/** Means over runs of equally many lines, and over their neighbourhoods. */
function lossPoints(entries: readonly StepsEntry[]): LossPoint[] {
  const run = Math.ceil(entries.length / MOST_POINTS);
  const points: Omit<LossPoint, "smooth">[] = [];
  for (let begin = 0; begin < entries.length; begin += run) {
    const some = entries.slice(begin, begin + run);
    const loss = some.reduce((sum, entry) => sum + entry.loss, 0) / some.length;
    points.push({ step: (some.at(-1) as StepsEntry).step, loss });
  }
  const reach = Math.max(1, Math.round(points.length / SMOOTHED));
  return points.map((point, index) => {
    const around = points.slice(Math.max(0, index - reach), index + reach + 1);
    return { ...point, smooth: around.reduce((sum, { loss }) => sum + loss, 0) / around.length };
  });
}
