/**
 * The report of a run: one file with everything in it, to be read in a browser or on paper.
 *
 * It loads nothing, asks nobody and holds no date: the same results give the same bytes.
 *
 * @module
 */
import { sum } from "../../statistics.ts";
import { figureSpec } from "../figure.ts";
import { renderSvg } from "../svg.ts";
import type { Summary } from "../../summary.ts";
import { channelUseSection, outageSection, timeSection } from "./cost_sections.ts";
import type { ShownPicture } from "./gallery.ts";
import { pictureSection } from "./gallery_section.ts";
import { dataUrl, type Html, markup } from "./html.ts";
import { page } from "./page.ts";
import { pairedSection } from "./paired_section.ts";
import { provenanceSection } from "./provenance_section.ts";
import { resultsOf, type Source } from "./results.ts";
import { resultsSection } from "./results_section.ts";

/** The page with its pictures. */
export async function reportHtml(
  source: Source,
  gallery: readonly ShownPicture[],
): Promise<string> {
  const { summary } = source;
  const results = resultsOf(source);
  return page(summary, [
    [{
      id: "results",
      title: "Results",
      body: markup`${await figures(summary)}${resultsSection(summary)}`,
    }],
    [{ id: "differences", title: "Differences", body: pairedSection(summary, results) }],
    [{ id: "pictures", title: "Pictures", body: await pictures(summary, gallery) }],
    [
      { id: "channel-uses", title: "Channel uses", body: channelUseSection(summary, results) },
      { id: "outages", title: "Outages", body: outageSection(summary, results) },
      { id: "time", title: "Time", body: timeSection(summary, results) },
    ],
    [{ id: "provenance", title: "How this was made", body: provenanceSection(source) }],
  ]).text;
}

/** Each in a file of its own within the page: the names inside of one SVG hold for all of a page. */
async function figures(summary: Summary): Promise<Html> {
  const list: Html[] = [];
  for (const { id, title } of summary.metrics) {
    const svg = new TextEncoder().encode(await renderSvg(figureSpec(summary, id)));
    const alt = `${title} of every codec; the table of results has the values`;
    list.push(markup`<figure><img src="${dataUrl("image/svg+xml", svg)}" alt="${alt}"></figure>
`);
  }
  return markup`<div class="figures">
${list}</div>
`;
}

async function pictures(summary: Summary, gallery: readonly ShownPicture[]): Promise<Html> {
  if (gallery.length === 0) {
    return markup`<p>No picture was kept; <code>--pictures 3</code> keeps some.</p>
`;
  }
  const layout = { shrinkBy: shrinkBy(gallery) };
  const sections: Html[] = [];
  for (const shown of gallery) sections.push(await pictureSection(shown, summary, layout));
  return markup`${sections}`;
}

/** Pixels of all wholes together that are shown in their size: 18 pictures of Kodak's, and a few. */
const MOST_WHOLE_PIXELS = 9e6;

/** 1, or by how much each side is divided so that all wholes together fit. */
function shrinkBy(gallery: readonly ShownPicture[]): number {
  const pixels = sum(gallery.map(({ original: { image: { width, height } }, rows }) => {
    const tiles = rows.find(({ isWhole }) => isWhole)?.tiles ?? [];
    return width * height * (1 + tiles.length);
  }));
  return Math.max(1, Math.ceil(Math.sqrt(pixels / MOST_WHOLE_PIXELS)));
}
