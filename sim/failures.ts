/**
 * What failed in a run: each failure is named, and a codec that only fails is given up, so that the
 * others are not kept waiting.
 *
 * @module
 */
import type { PlannedCodec, PlannedImage } from "./plan.ts";

/** Pictures of a codec that may fail in a row before it is given up. */
const FAILURES_IN_A_ROW = 3;

/** Failures of a run, in the order in which they came. */
export class Failures {
  readonly #texts: string[] = [];
  readonly #givenUp = new Set<PlannedCodec>();
  readonly #inARow = new Map<PlannedCodec, number>();

  /** @param tell Called with each failure, one sentence. */
  constructor(private readonly tell: (text: string) => void) {}

  /** One sentence each. */
  get texts(): readonly string[] {
    return this.#texts;
  }

  /** Whether a codec is not to be run any more. */
  isGivenUp(codec: PlannedCodec): boolean {
    return this.#givenUp.has(codec);
  }

  /** A codec worked on a picture. */
  worked(codec: PlannedCodec): void {
    this.#inARow.delete(codec);
  }

  /** A codec failed on a picture. */
  failed(codec: PlannedCodec, image: PlannedImage, why: string): void {
    this.add(`${codec.request.codec} failed on ${image.name}: ${why}`);
    const inARow = (this.#inARow.get(codec) ?? 0) + 1;
    this.#inARow.set(codec, inARow);
    if (inARow >= FAILURES_IN_A_ROW) this.giveUp(codec, `it failed on ${inARow} pictures in a row`);
  }

  /** A codec is not to be run any more. */
  giveUp(codec: PlannedCodec, why: string): void {
    if (this.#givenUp.has(codec)) return;
    this.#givenUp.add(codec);
    this.add(`${codec.request.codec} is given up: ${why}; the other codecs go on`);
  }

  /** Something else failed: one sentence; said again, it counts once. */
  add(text: string): void {
    if (this.#texts.includes(text)) return;
    this.#texts.push(text);
    this.tell(text);
  }
}
