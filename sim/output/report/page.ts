/**
 * The frame of a report: head, navigation, sections.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Summary } from "../../summary.ts";
import { counted, distinct } from "../text.ts";
import { EMPTY, Html, markup } from "./html.ts";
import { STYLE } from "./style.ts";
import { SCRIPT, VIEWER } from "./viewer.ts";

/** A part of the page with a heading of its own. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

/** The browser runs this script and no other, whatever the name of a codec may hold. */
const SCRIPT_HASH = createHash("sha256").update(SCRIPT).digest("base64");
const POLICY =
  `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${SCRIPT_HASH}'`;

/** The whole page. Sections of one part stand beside each other where there is room. */
export function page(
  { data, notes, points, versions }: Summary,
  parts: readonly (readonly Section[])[],
): Html {
  const sections = parts.flat();
  const codecs = distinct(points.map(({ label }) => label));
  const title = `${data.name}, ${counted(data.images, "image")}: ${
    codecs.length === 1 ? codecs[0] : `${codecs.length} codecs`
  }`;
  return markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${new Html(POLICY)}">
<meta name="generator" content="semcast ${versions["semcast"]}">
<title>semcast: ${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
${
    codecs.length > 1
      ? markup`<p class="lead">${codecs.join(" · ")}</p>
`
      : EMPTY
  }${notes.length > 0 ? warning(notes) : EMPTY}<nav aria-label="Sections"><ul>
${
    sections.map(({ id, title }) =>
      markup`<li><a href="#${id}">${title}</a></li>
`
    )
  }</ul></nav>
</header>
<main>
${parts.map((part) => part.length > 1 ? beside(part) : part.map(sectionHtml))}</main>
${VIEWER}
<script>${new Html(SCRIPT)}</script>
</body>
</html>
`;
}

function warning(notes: readonly string[]): Html {
  return markup`<div class="warning"><b>Not everything went well</b>
<ul>
${
    notes.map((note) =>
      markup`<li>${note}</li>
`
    )
  }</ul></div>
`;
}

function beside(part: readonly Section[]): Html {
  return markup`<div class="beside">
${part.map(sectionHtml)}</div>
`;
}

function sectionHtml({ id, title, body }: Section): Html {
  return markup`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${body}</section>
`;
}
