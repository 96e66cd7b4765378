/**
 * Error rate curves as SVG: SNR on a linear axis, rates on a logarithmic one, bars for the 95 %
 * intervals. The same input gives the same bytes.
 *
 * @module
 */

/** One curve. */
export interface Series {
  readonly label: string;
  /** Rates of 0 are left out. */
  readonly points: readonly SeriesPoint[];
  /** Drawn dashed with hollow markers: a reference, not a measurement of ours. */
  readonly reference?: boolean;
}

/** One point of a curve. */
export interface SeriesPoint {
  readonly x: number;
  readonly rate: number;
  /** Ends of the interval. */
  readonly low?: number;
  readonly high?: number;
}

/** Texts of a figure. */
export interface FigureOptions {
  readonly title: string;
  /** "Eb/N0 in dB" */
  readonly xLabel: string;
  /** "block error rate" */
  readonly yLabel: string;
}

/** Colours of Okabe and Ito, told apart also by the colour-blind. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];

const WIDTH = 720;
const PLOT = { left: 76, top: 44, width: 616, height: 380 };
const LINE_HEIGHT = 19;

/** Pixel positions of values. */
interface Scales {
  x(value: number): number;
  y(rate: number): number;
  readonly xTicks: readonly number[];
  /** Exponents of the decades shown. */
  readonly decades: readonly number[];
}

/** Draws curves. */
export function errorRateFigure(series: readonly Series[], options: FigureOptions): string {
  const shown = series
    .map((curve) => ({ ...curve, points: curve.points.filter(({ rate }) => rate > 0) }))
    .filter(({ points }) => points.length > 0);
  const scales = scalesFor(shown.flatMap(({ points }) => points));
  const legendTop = PLOT.top + PLOT.height + 62;
  const height = legendTop + LINE_HEIGHT * Math.ceil(shown.length / 2) + 8;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" ` +
    `viewBox="0 0 ${WIDTH} ${height}" font-family="Helvetica, Arial, sans-serif" font-size="13">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(PLOT.left, 26, options.title, `font-size="15" font-weight="bold"`),
    ...axes(scales, options),
    `<clipPath id="plot"><rect x="${PLOT.left - 6}" y="${PLOT.top - 6}" ` +
    `width="${PLOT.width + 12}" height="${PLOT.height + 6}"/></clipPath>`,
    ...shown.flatMap((curve, index) => drawCurve(curve, index, scales)),
    ...shown.flatMap((curve, index) => legendEntry(curve, index, legendTop)),
    "</svg>",
    "",
  ].join("\n");
}

function scalesFor(points: readonly SeriesPoint[]): Scales {
  const xs = points.map(({ x }) => x);
  const lowest = Math.min(...points.map(({ rate }) => rate), 0.1);
  const bottom = Math.floor(Math.log10(lowest) + 1e-9);
  const left = points.length > 0 ? Math.min(...xs) : 0;
  const right = points.length > 0 ? Math.max(...xs) : 1;
  const step = tickStep(right > left ? right - left : 1);
  const first = Math.floor(left / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(right / step - 1e-9));
  const xTicks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  return {
    x: (value) => PLOT.left + PLOT.width * (value - first * step) / ((last - first) * step),
    y: (rate) => PLOT.top + PLOT.height * Math.log10(rate) / bottom,
    xTicks,
    decades: Array.from({ length: 1 - bottom }, (_, i) => -i),
  };
}

/** 1, 2 or 5 times a power of ten, so that there are about five to ten ticks. */
function tickStep(range: number): number {
  const rough = range / 9;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough) ?? 10 * power;
}

function axes(scales: Scales, { xLabel, yLabel }: FigureOptions): string[] {
  const right = PLOT.left + PLOT.width, bottom = PLOT.top + PLOT.height;
  const digits = Math.max(0, Math.ceil(-Math.log10(gap(scales.xTicks)) - 1e-9));
  return [
    ...scales.xTicks.flatMap((tick) => {
      const x = round(scales.x(tick));
      return [
        line(x, PLOT.top, x, bottom, "#dddddd"),
        text(x, bottom + 19, tick.toFixed(digits).replace(/^-(0(\.0*)?)$/, "$1"), MIDDLE),
      ];
    }),
    ...scales.decades.flatMap((exponent) => {
      const y = round(scales.y(10 ** exponent));
      const label = exponent === 0
        ? "1"
        : `10<tspan dy="-5" font-size="10">${String(exponent).replace("-", "\u2212")}</tspan>`;
      return [
        line(PLOT.left, y, right, y, "#cccccc"),
        `<text x="${PLOT.left - 8}" y="${round(y + 4)}" text-anchor="end">${label}</text>`,
      ];
    }),
    `<rect x="${PLOT.left}" y="${PLOT.top}" width="${PLOT.width}" height="${PLOT.height}" ` +
    `fill="none" stroke="#444444"/>`,
    text(PLOT.left + PLOT.width / 2, bottom + 40, xLabel, MIDDLE),
    `<text transform="translate(20 ${PLOT.top + PLOT.height / 2}) rotate(-90)" ` +
    `text-anchor="middle">${escape(yLabel)}</text>`,
  ];
}

const MIDDLE = `text-anchor="middle"`;

function gap(ticks: readonly number[]): number {
  return (ticks[1] as number) - (ticks[0] as number);
}

function drawCurve(curve: Series, index: number, scales: Scales): string[] {
  const colour = COLOURS[index % COLOURS.length] as string;
  const points = curve.points.map((point) => ({
    ...point,
    px: round(scales.x(point.x)),
    py: round(scales.y(point.rate)),
  }));
  const path = points.map(({ px, py }, i) => `${i === 0 ? "M" : "L"}${px} ${py}`).join("");
  const dashes = curve.reference ? ` stroke-dasharray="6 4"` : "";
  const floor = 10 ** Math.min(...scales.decades);
  return [
    `<g clip-path="url(#plot)">`,
    `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.8"${dashes}/>`,
    ...points.flatMap(({ px, low, high }) =>
      low === undefined || high === undefined ? [] : [
        line(px, round(scales.y(Math.max(low, floor / 2))), px, round(scales.y(high)), colour),
      ]
    ),
    ...points.map(({ px, py }) => marker(px, py, index, colour, curve.reference ?? false)),
    "</g>",
  ];
}

function legendEntry(curve: Series, index: number, top: number): string[] {
  const colour = COLOURS[index % COLOURS.length] as string;
  const x = PLOT.left + (index % 2) * (PLOT.width / 2);
  const y = top + LINE_HEIGHT * Math.floor(index / 2);
  const dashes = curve.reference ? ` stroke-dasharray="6 4"` : "";
  return [
    `<path d="M${x} ${y - 4}h28" stroke="${colour}" stroke-width="1.8"${dashes}/>`,
    marker(x + 14, y - 4, index, colour, curve.reference ?? false),
    text(x + 36, y, curve.label, `font-size="12"`),
  ];
}

/** A circle, square, diamond or triangle. */
function marker(x: number, y: number, index: number, colour: string, hollow: boolean): string {
  const fill = hollow ? "#ffffff" : colour;
  const paint = `fill="${fill}" stroke="${colour}" stroke-width="1.4"`;
  switch (index % 4) {
    case 0:
      return `<circle cx="${x}" cy="${y}" r="3.6" ${paint}/>`;
    case 1:
      return `<rect x="${round(x - 3.3)}" y="${
        round(y - 3.3)
      }" width="6.6" height="6.6" ${paint}/>`;
    case 2:
      return `<path d="M${x} ${round(y - 4.6)}l4.6 4.6l-4.6 4.6l-4.6 -4.6z" ${paint}/>`;
    default:
      return `<path d="M${x} ${round(y - 4.6)}l4.3 7.4h-8.6z" ${paint}/>`;
  }
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string): string {
  return `<path d="M${x1} ${y1}L${x2} ${y2}" stroke="${colour}"/>`;
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${x}" y="${y}" ${attributes}>${escape(content)}</text>`;
}

function escape(content: string): string {
  return content.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;");
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
