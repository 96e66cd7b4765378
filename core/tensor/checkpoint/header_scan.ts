/**
 * A look at JSON before it is parsed: `JSON.parse` keeps the last of two members with one name, and
 * builds whatever depth it is given. One pass without backtracking, whatever the text.
 *
 * @module
 */

/** What a text must not contain. */
export interface Flaw {
  readonly kind: "duplicate" | "depth";
  /** The member's name, or the depth reached. */
  readonly what: string;
}

/**
 * The first member name that an object has twice, or the first bracket deeper than `maxDepth`.
 * Says nothing about texts that are not JSON: the parser refuses them.
 */
export function findFlaw(text: string, maxDepth: number): Flaw | undefined {
  const open: Set<string>[] = [];
  let literal = "";
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"': {
        const end = endOfString(text, at);
        literal = text.slice(at, end);
        at = end - 1;
        break;
      }
      case "{":
      case "[":
        open.push(new Set());
        if (open.length > maxDepth) return { kind: "depth", what: String(open.length) };
        break;
      case "}":
      case "]":
        open.pop();
        break;
      case ":": { // the string before a colon is a name
        const name = unescaped(literal);
        if (open.at(-1)?.has(name)) return { kind: "duplicate", what: name };
        open.at(-1)?.add(name);
      }
    }
  }
  return undefined;
}

/** The position after the closing quote, or the end of the text. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return Math.min(at + 1, text.length);
}

/** Two spellings of one name (`"a"` and `"\u0061"`) are one name. */
function unescaped(literal: string): string {
  if (!literal.includes("\\")) return literal.slice(1, -1);
  try {
    return JSON.parse(literal) as string;
  } catch {
    return literal; // not JSON: the parser of the whole text will say so
  }
}
