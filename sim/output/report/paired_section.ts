/**
 * The comparisons of a report: each codec against a reference, over the same pictures.
 *
 * @module
 */
import type { MetricColumn, Summary } from "../../summary.ts";
import { distinct, fixed, MISSING } from "../text.ts";
import { EMPTY, type Html, markup } from "./html.ts";
import { matrixTable } from "./matrix.ts";
import { compareWith, type Comparison } from "./paired.ts";
import type { PointResults } from "./results.ts";
import { cell, shownNumber } from "./table.ts";

/** Beyond so many codecs only the first is a reference: the others would fill a book. */
const MOST_REFERENCES = 8;

/** Tables of differences to the first codec, and, folded, to each of the others. */
export function pairedSection(
  { metrics, points }: Summary,
  results: readonly PointResults[],
): Html {
  const labels = distinct(points.map(({ label }) => label));
  const [first, ...others] = labels;
  if (first === undefined || others.length === 0) {
    return markup`<p>One codec: there is nothing to compare.</p>
`;
  }
  const perPicture = metrics.filter(({ id }) =>
    results.some(({ images }) => images.flat().some((unit) => Number.isFinite(unit.metrics[id])))
  );
  const ofSets = metrics.filter((metric) => !perPicture.includes(metric));
  const tables = (reference: string): Html[] =>
    perPicture.map((metric) =>
      differenceTable(reference, metric, compareWith(reference, metric, results))
    );
  const folded = labels.length <= MOST_REFERENCES ? others : [];
  return markup`<p>Mean over images of the difference to <b>${first}</b>, with the half-width of its
95 % confidence interval, and on how many of the images the codec is ahead. All codecs met the same
images and the same noise. “Even”: the interval holds 0. Each interval stands for itself; none is
widened because there are many.${
    ofSets.length > 0
      ? ` A single image has no value of ${ofSets.map(({ title }) => title).join(", ")}.`
      : ""
  }</p>
<div class="beside">
${tables(first)}</div>
${
    folded.map((reference) =>
      markup`<details><summary>Difference to ${reference}</summary>
<div class="beside">
${tables(reference)}</div>
</details>
`
    )
  }`;
}

function differenceTable(
  reference: string,
  { title, unit, better, digits }: MetricColumn,
  comparisons: readonly Comparison[],
): Html {
  return matrixTable({
    name: `${title}: difference to ${reference}`,
    caption: [
      markup`<b>${title}</b>`,
      `${unit ? ` (${unit})` : ""}, ${better} is better: difference to ${reference}`,
    ],
    cells: comparisons.map((comparison) => ({
      point: comparison.point,
      html: differenceCell(comparison, digits),
    })),
  });
}

function differenceCell(comparison: Comparison, digits: number): Html {
  if (comparison.difference.value === null) return cell(MISSING);
  const { difference: { value, halfWidth, count, infinite = 0 }, verdict, better } = comparison;
  const number = fixed(value as number, digits);
  const sign = Number(number) > 0 ? "+" : "";
  const interval = halfWidth === null
    ? EMPTY
    : markup` <small>± ${fixed(halfWidth, digits)}</small>`;
  const words = `${halfWidth === null ? "" : `${verdict}, `}${better} of ${count + infinite}`;
  return cell(
    [`${sign}${shownNumber(number)}`, interval, markup`<span class="verdict">${words}</span>`],
    verdict,
  );
}
