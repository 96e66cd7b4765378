/**
 * The stack of the pickle machine. A mark closes what lies below it: until the mark's own opcode
 * comes, nothing below can be taken.
 *
 * @module
 */
import type { PickleValue } from "./value.ts";

const MAX_VALUES = 1 << 18;
const MAX_DEPTH = 256;

/** Values and marks. Every fault is raised as what `refuse` makes of its description. */
export class PickleStack {
  readonly #values: PickleValue[] = [];
  /** Heights of the stack at open marks. */
  readonly #marks: number[] = [];
  readonly #refuse: (what: string) => Error;

  constructor(refuse: (what: string) => Error) {
    this.#refuse = refuse;
  }

  get isEmpty(): boolean {
    return this.#values.length === 0 && this.#marks.length === 0;
  }

  push(value: PickleValue): void {
    if (this.#values.length === MAX_VALUES) throw this.#refuse(`more than ${MAX_VALUES} values`);
    this.#values.push(value);
  }

  mark(): void {
    if (this.#marks.length === MAX_DEPTH) throw this.#refuse(`nested more than ${MAX_DEPTH} deep`);
    this.#marks.push(this.#values.length);
  }

  /** The value on top; it stays. */
  top(): PickleValue {
    if (this.#values.length <= this.#floor()) throw this.#refuse("a value is missing");
    return this.#values.at(-1) as PickleValue;
  }

  pop(): PickleValue {
    const value = this.top();
    this.#values.pop();
    return value;
  }

  /** The last `count` values, in the order of their pushing. */
  popLast(count: number): PickleValue[] {
    const from = this.#values.length - count;
    if (from < this.#floor()) throw this.#refuse("a value is missing");
    return this.#values.splice(from);
  }

  /** Everything above the last mark, and the mark. */
  popMark(): PickleValue[] {
    const height = this.#marks.pop();
    if (height === undefined) throw this.#refuse("a mark is missing");
    return this.#values.splice(height);
  }

  /** Takes a mark off where one is on top, else a value. */
  discard(): void {
    if (this.#marks.length > 0 && this.#floor() === this.#values.length) this.#marks.pop();
    else this.pop();
  }

  #floor(): number {
    return this.#marks.at(-1) ?? 0;
  }
}
