/**
 * How a report looks: on a screen of any width, light or dark, and on paper.
 *
 * @module
 */

/** The style sheet. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --card: #f4f6f8; --ink: #16191d; --muted: #59626c;
  --line: #d5dbe1; --accent: #005a8f;
  --best: #e3f1fb; --better: #00624a; --worse: #a13a00; --frame: #ff2f00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #131619; --card: #1d2227; --ink: #e8ebee; --muted: #a6b0b9;
    --line: #353d45; --accent: #74bdf0;
    --best: #17374d; --better: #52cfa5; --worse: #ff9a62;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body {
  margin: 0 auto; max-width: 84rem; padding: 1.5rem clamp(1rem, 3vw, 2.5rem) 4rem;
  background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif;
}
h1 { margin: 0; font-size: 1.7rem; line-height: 1.2; }
h2 { margin: 3rem 0 0.6rem; padding-top: 0.6rem; border-top: 1px solid var(--line); font-size: 1.3rem; }
h3 { margin: 2rem 0 0.4rem; font-size: 1.08rem; }
h4 { margin: 1.4rem 0 0.4rem; font-size: 0.95rem; font-weight: 600; color: var(--muted); }
p, ul, ol, dl { max-width: 46rem; margin: 0.4rem 0; }
ul, ol { padding-left: 1.3rem; }
a { color: var(--accent); }
small { font-size: 0.82em; color: var(--muted); font-weight: normal; }
code, pre { font: 0.88em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre {
  margin: 0.6rem 0; padding: 0.7rem 0.9rem; border-radius: 6px;
  background: var(--card); white-space: pre-wrap; overflow-wrap: anywhere;
}
nav ul { display: flex; flex-wrap: wrap; gap: 0.2rem 1.1rem; max-width: none; padding: 0; list-style: none; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.lead { color: var(--muted); }
.warning { max-width: none; margin: 1rem 0; padding: 0.6rem 0.9rem; border-left: 4px solid var(--worse); background: var(--card); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.scroll { position: relative; overflow-x: auto; margin: 0.8rem 0; }
table { border-collapse: collapse; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: 0.4rem; }
caption div { position: sticky; left: 0; max-width: min(46rem, calc(100vw - 2.2rem)); color: var(--muted); }
caption b { color: var(--ink); }
th, td { padding: 0.22rem 0.7rem; text-align: right; white-space: nowrap; vertical-align: baseline; }
.long { white-space: normal; min-width: 14rem; overflow-wrap: anywhere; }
.long code { white-space: normal; }
th { font-weight: 600; }
thead th { border-bottom: 2px solid var(--line); vertical-align: bottom; }
thead small { display: block; }
.scroll:focus-visible { outline-offset: 0; }
tbody th, .text { text-align: left; }
tbody th { font-weight: 500; white-space: normal; min-width: 4.5rem; max-width: 19rem; }
.named tbody th { min-width: 8rem; }
tbody + tbody tr:first-child > * { border-top: 1px solid var(--line); }
tbody th[scope="rowgroup"] { padding-top: 0.55rem; max-width: none; color: var(--muted); font-weight: 600; }
th:first-child { position: sticky; left: 0; background: var(--ground); }
.best { background: var(--best); }
.better .verdict { color: var(--better); }
.worse .verdict { color: var(--worse); }
.verdict { display: block; font-size: 0.82em; color: var(--muted); }
.bar { display: inline-flex; width: 7rem; height: 0.7rem; background: var(--card); outline: 1px solid var(--line); }
.bar i { display: block; background: #0072b2; }
.bar i + i { background: #e69f00; }

.beside { display: flex; flex-wrap: wrap; gap: 0 3.5rem; }
.beside > * { min-width: 0; max-width: 100%; }
.beside > section { flex: 1 1 auto; }
sup { font-size: 0.7em; line-height: 0; color: var(--muted); }

.figures { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); }
figure { margin: 0; min-width: 0; }
.figures img { width: 100%; max-width: 44rem; height: auto; border-radius: 6px; background: #fff; }
@media (prefers-color-scheme: dark) {
  .figures img { filter: invert(0.9) hue-rotate(180deg); }
}

.tiles {
  display: grid; gap: 0.9rem 0.7rem; max-width: calc(var(--tiles) * 18rem);
  grid-template-columns: repeat(auto-fill, minmax(max(min(47%, 10.5rem), (100% - (var(--tiles) - 1) * 0.7rem) / var(--tiles)), 1fr));
}
.tile { font-size: 0.85rem; line-height: 1.35; }
.tile img { display: block; width: 100%; height: auto; }
.tile .close-up { image-rendering: pixelated; }
.whole { position: relative; display: block; width: 100%; margin: 0 0 0.35rem; padding: 0; border: 0; background: none; cursor: zoom-in; }
.whole i { position: absolute; outline: 2px solid var(--frame); outline-offset: -1px; }
.tile figcaption { padding-top: 0.3rem; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.tile figcaption b { display: block; line-height: 1.25; margin-bottom: 0.1rem; }
.tile figcaption span { display: block; color: var(--muted); }
.tile figcaption span.best { background: none; color: var(--ink); font-weight: 600; }

details { margin: 0.6rem 0; }
summary { cursor: pointer; color: var(--accent); }
dt { font-weight: 600; margin-top: 0.5rem; }
dd { margin: 0; }

dialog { width: 100vw; height: 100vh; max-width: none; max-height: none; padding: 0; border: 0; background: #111; color: #eee; }
dialog[open] { display: grid; grid-template-rows: auto 1fr; }
dialog header { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 0.8rem; padding: 0.5rem 0.8rem; }
dialog p { flex: 1 1 12rem; margin: 0; max-width: none; }
dialog button { padding: 0.3rem 0.8rem; border: 1px solid #666; border-radius: 5px; background: #222; color: inherit; font: inherit; }
dialog div { display: grid; min-height: 0; overflow: auto; }
dialog img { width: 100%; height: 100%; min-height: 0; object-fit: contain; }
dialog.actual img { width: auto; height: auto; margin: auto; }

@media (max-width: 40rem) {
  body { padding-top: 1rem; }
  h1 { font-size: 1.4rem; }
  th, td { padding: 0.2rem 0.5rem; }
  table { font-size: 0.86rem; }
  tbody th[scope="row"] { max-width: 9.5rem; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
@media print {
  @page { margin: 14mm 12mm; }
  :root {
    color-scheme: light;
    --ground: #fff; --card: #f4f4f4; --ink: #000; --muted: #444; --line: #bbb;
    --accent: #000; --best: #e4e4e4; --better: #00523d; --worse: #8a3200;
  }
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  nav, dialog, summary { display: none; }
  h2, h3, h4, section > p { break-after: avoid; }
  h2 { margin-top: 1.5rem; }
  .scroll { overflow: visible; break-inside: avoid; }
  table { font-size: 8pt; }
  th, td { padding: 0.1rem 0.4rem; }
  tr, figure, .tile { break-inside: avoid; }
  thead { display: table-header-group; }
  .figures { grid-template-columns: 1fr 1fr; }
  .figures img { filter: none; }
  .tiles { gap: 0.4rem; grid-template-columns: repeat(auto-fill, minmax(max(4.6rem, (100% - (var(--tiles) - 1) * 0.4rem) / var(--tiles)), 1fr)); max-width: calc(var(--tiles) * 9rem); }
  .tile { font-size: 7pt; }
  .best, .bar, .bar i { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
