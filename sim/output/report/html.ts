/**
 * HTML from templates: what is filled in is text, and shown as it is, whatever it contains.
 *
 * @module
 */
import { printable } from "../text.ts";

/** A piece of HTML that is safe to show. */
export class Html {
  constructor(readonly text: string) {}
}

/** What a template takes; nothing is shown of what is absent. */
export type Filling = Html | string | number | undefined | readonly Filling[];

/**
 * A template: {@linkcode Html} goes in as it is, all else escaped, between tags as within quotes.
 *
 * It is not called `html`: the formatter would set such templates as it likes, blanks included.
 *
 * @example
 * ```ts
 * import { markup } from "./html.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(markup`<p title="${'"'}">${"a < b"}</p>`.text, '<p title="&#34;">a &#60; b</p>');
 * ```
 */
export function markup(parts: TemplateStringsArray, ...fillings: readonly Filling[]): Html {
  const texts = fillings.flatMap((filling, n) => [textOf(filling), parts[n + 1] as string]);
  return new Html([parts[0] as string, ...texts].join(""));
}

/** Nothing. */
export const EMPTY: Html = new Html("");

function textOf(filling: Filling): string {
  if (filling === undefined) return "";
  if (filling instanceof Html) return filling.text;
  if (typeof filling === "object") return filling.map(textOf).join("");
  return escapeHtml(shown(String(filling)));
}

/** A text without what cannot be shown; blanks at its ends part it from what stands beside it. */
function shown(text: string): string {
  const inside = printable(text);
  if (inside === "") return text === "" ? "" : " ";
  return `${text.startsWith(" ") ? " " : ""}${inside}${text.endsWith(" ") ? " " : ""}`;
}

/** The characters that mean something to HTML or XML as entities. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A file as an address within the page: base64 has no character that HTML knows. */
export function dataUrl(type: string, file: Uint8Array): Html {
  return new Html(`data:${type};base64,${file.toBase64()}`);
}
