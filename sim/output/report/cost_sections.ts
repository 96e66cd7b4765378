/**
 * What the results cost: channel uses and their parts, failures, time.
 *
 * @module
 */
import { type ImageSize, sourceValues } from "../../../core/image.ts";
import { parseRatio } from "../../../core/units.ts";
import { mean, sum, wilsonInterval } from "../../statistics.ts";
import type { Summary } from "../../summary.ts";
import type { UnitResult, UnitTimes } from "../../unit.ts";
import { counted, fixed, MISSING } from "../text.ts";
import { type Html, markup } from "./html.ts";
import { allUnits, type PointResults } from "./results.ts";
import { cell, dataTable, groupsByCodec } from "./table.ts";

/** Where the channel uses went: symbols, side information, and what the budget had left. */
export function channelUseSection(
  { points, data }: Summary,
  results: readonly PointResults[],
): Html {
  const { heads, groups } = groupsByCodec(points, (point, n) => {
    const { images } = results[n] as PointResults;
    const perValue = (uses: (unit: UnitResult) => number): number =>
      mean(
        images.flatMap((units, image) =>
          units.length > 0
            ? [mean(units.map(uses)) / sourceValues(data.list[image] as ImageSize)]
            : []
        ),
      );
    const symbols = perValue((unit) => unit.symbolUses), side = perValue((unit) => unit.sideUses);
    const budget = parseRatio(point.cbrTarget, "CBR");
    return [
      cell(ratio(symbols)),
      cell(ratio(side)),
      cell(percent(symbols + side > 0 ? side / (symbols + side) : 0)),
      cell(percent((symbols + side) / budget)),
      cell(bar(symbols / budget, side / budget), "text"),
    ];
  });
  return dataTable({
    name: "Channel uses",
    caption:
      "Complex channel uses per source value, mean over images. In the bar, of the budget: " +
      "symbols blue, side information orange.",
    heads: [
      ...heads,
      { title: "Symbols" },
      { title: "Side information" },
      { title: "Side share", below: ["%"] },
      { title: "Budget used", below: ["%"] },
      { title: "" },
    ],
    groups,
  });
}

function ratio(value: number): string {
  return value === 0 ? "0" : fixed(value, 6);
}

function percent(part: number): string {
  const text = fixed(100 * part, 1);
  return part > 0 && Number(text) === 0 ? "<0.1" : text;
}

function bar(symbols: number, side: number): Html {
  const name = `symbols ${percent(symbols)} %, side information ${percent(side)} % of the budget`;
  return markup`<span class="bar" role="img" aria-label="${name}"><i style="width:${
    barWidth(symbols)
  }%"></i><i style="width:${barWidth(side)}%"></i></span>`;
}

/** In percent; never beyond the bar, as the rate of a codec "on average" may be. */
function barWidth(part: number): string {
  return fixed(Math.min(100, Math.max(0, 100 * part || 0)), 2);
}

/** How many transmissions failed, with the interval of the rate; one sentence where none did. */
export function outageSection({ points }: Summary, results: readonly PointResults[]): Html {
  const failed = results.map((one) => allUnits(one).filter(({ outage }) => outage).length);
  const sent = sum(results.map((one) => allUnits(one).length));
  if (sum(failed) === 0) {
    return markup`<p>None: of ${counted(sent, "transmission")} not one was lost.</p>
`;
  }
  const { heads, groups } = groupsByCodec(points, (_, n) => {
    const units = allUnits(results[n] as PointResults).length, lost = failed[n] as number;
    if (units === 0) return [MISSING, MISSING, MISSING].map((text) => cell(text));
    const { low, high } = wilsonInterval(lost, units);
    return [
      cell(`${lost} of ${units}`),
      cell(percent(lost / units)),
      cell(`${percent(low)} to ${percent(high)}`),
    ];
  });
  return dataTable({
    name: "Outages",
    caption: "Transmissions of which the receiver knew that they had failed: the picture is then " +
      "mid-grey, and counts. Interval: 95 %, of Wilson, as if transmissions were independent.",
    heads: [
      ...heads,
      { title: "Lost" },
      { title: "Rate", below: ["%"] },
      { title: "95 % interval", below: ["%"] },
    ],
    groups,
  });
}

const STEPS: readonly { readonly step: keyof UnitTimes; readonly title: string }[] = [
  { step: "encode", title: "Encode" },
  { step: "channel", title: "Channel" },
  { step: "decode", title: "Decode" },
  { step: "measure", title: "Measure" },
];

/** Wall time of each step. */
export function timeSection({ points }: Summary, results: readonly PointResults[]): Html {
  const { heads, groups } = groupsByCodec(points, (_, n) => {
    const units = allUnits(results[n] as PointResults);
    return STEPS.map(({ step }) => {
      const ms = mean(units.map(({ times }) => times[step]));
      return cell(fixed(ms, ms < 100 ? 1 : 0));
    });
  });
  return dataTable({
    name: "Time",
    caption:
      "Mean wall time of a transmission, as run, on a machine that may have had other work. " +
      "An encode that several transmissions share counts at the first of them; a codec may " +
      "remember encodes from one SNR to the next.",
    heads: [...heads, ...STEPS.map(({ title }) => ({ title, below: ["ms"] }))],
    groups,
  });
}
