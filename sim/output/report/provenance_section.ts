/**
 * How the results were made, and what the words mean.
 *
 * @module
 */
import type { OptionValues } from "../../../core/options.ts";
import { counted, distinct } from "../text.ts";
import { type Html, markup } from "./html.ts";
import type { Source } from "./results.ts";
import { cell, dataTable } from "./table.ts";

/** Command, versions, codecs, metrics, pictures. */
export function provenanceSection({ summary, experiment }: Source): Html {
  const { command, seed, versions, points, metrics, data } = summary;
  const codecs = [
    ...new Map(points.map((point) => [`${point.label} ${point.version}`, point])).values(),
  ];
  const codecTable = dataTable({
    name: "Codecs",
    caption: "A version is another whenever results may be: code, weights, tables.",
    heads: ["Codec", "Id", "Version", "Options"].map((title) => ({ title, isText: true })),
    groups: [{
      head: "",
      rows: codecs.map(({ label, codec, options, version }) => ({
        head: label,
        cells: [
          cell(markup`<code>${codec}</code>`, "text"),
          cell(markup`<code>${version}</code>`, "text long"),
          cell(optionsText(options), "text long"),
        ],
      })),
    }],
  });
  const terms: readonly (readonly [string, string])[] = [
    ["Versions", Object.entries(versions).map(([name, text]) => `${name} ${text}`).join(", ")],
    ["Seed", String(seed)],
    ["Channels", distinct(points.map(({ channel }) => channel)).join(", ")],
    ["Side information", PRICES[experiment.sideInformation]],
    ...metrics.map(({ title, reference }) => [title, reference] as const),
    [
      `${data.name}, ${counted(data.images, "image")}`,
      data.list.map(({ name, width, height }) => `${name} (${width} × ${height})`).join(", "),
    ],
  ];
  return markup`<pre><code>${command}</code></pre>
<dl>
${
    terms.map(([term, text]) =>
      markup`<dt>${term}</dt><dd>${text}</dd>
`
    )
  }</dl>
${codecTable}<h3>What the words mean</h3>
<dl>
<dt>SNR</dt><dd>E<sub>s</sub>/N<sub>0</sub> in dB, of symbols of unit mean power per image: the noise
variance per complex symbol is 10<sup>−SNR/10</sup>.</dd>
<dt>CBR</dt><dd>Channel bandwidth ratio: complex channel uses per source value, k / (3 W H), side
information included.</dd>
<dt>Interval</dt><dd>95 %, Student t over images; the trials of an image are averaged first.</dd>
<dt>Outage</dt><dd>The receiver knows that it failed and shows mid-grey (128), which is scored as any
picture.</dd>
</dl>
`;
}

const PRICES = {
  ideal: "priced at capacity: bits / log2(1 + SNR) channel uses",
  ldpc: "priced as a short, safe block of the LDPC link carries it",
  free: "not priced",
} as const;

function optionsText(options: OptionValues): string {
  const texts = Object.entries(options).map(([key, value]) => `${key}=${value}`);
  return texts.length > 0 ? texts.join(", ") : "none";
}
