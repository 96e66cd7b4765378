/**
 * From a Vega-Lite specification to SVG, without a canvas.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import { textWidth } from "./text_width.ts";

/** Hears what the libraries would say on the console. */
export type Warn = (message: string) => void;

/** Renderings run one after another: they share the counter of identifiers inside a file. */
let queue: Promise<unknown> = Promise.resolve();

/** Renders a specification to SVG. The same specification gives the same bytes. */
export function renderSvg(spec: TopLevelSpec, warn: Warn = () => {}): Promise<string> {
  const svg = queue.then(() => render(spec, warn));
  queue = svg.catch(() => {});
  return svg;
}

async function render(spec: TopLevelSpec, warn: Warn): Promise<string> {
  const { vega, compile } = await loadVega();
  const logger = vega.logger(vega.Warn, undefined, (_method, _level, texts) => {
    warn(texts.join(" "));
  });
  const compiled = compile(spec, { logger });
  vega.resetSVGDefIds();
  const view = new vega.View(vega.parse(compiled.spec), { renderer: "none", logger });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}

/** A part of vega that its types leave out: how wide a text is. */
interface TextMetrics {
  width(item: { fontSize?: number; fontWeight?: unknown }, text: unknown): number;
}

interface Libraries {
  readonly vega: typeof import("vega");
  readonly compile: typeof import("vega-lite").compile;
}

let libraries: Promise<Libraries> | undefined;

/** Loaded at the first figure: the libraries take longer than all else in a short command. */
function loadVega(): Promise<Libraries> {
  libraries ??= Promise.all([import("vega"), import("vega-lite")]).then(([vega, { compile }]) => {
    const { textMetrics } = vega as unknown as { textMetrics: TextMetrics };
    textMetrics.width = ({ fontSize = 11, fontWeight }, text) =>
      textWidth(String(text ?? "").trim(), fontSize, fontWeight === "bold");
    return { vega, compile };
  });
  return libraries;
}
