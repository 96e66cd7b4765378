/**
 * A pickle machine that executes nothing. It builds plain data; every class stays a name that the
 * caller either gives a meaning of its own or refuses. All that a file can make grow is bounded.
 *
 * Source: Python's `pickletools`; protocols 2 to 5.
 *
 * @module
 */
import { quoted, unreadable } from "../unreadable.ts";
import { OP, titleOfOpcode } from "./opcodes.ts";
import { PickleReader } from "./reader.ts";
import { PickleStack } from "./stack.ts";
import { isDict, PickleGlobal, type PickleKey, type PickleValue, titleOf } from "./value.ts";

/** What classes mean to the caller. */
export interface PickleClasses {
  /** Whether the pickle may name this class or function. */
  knows(module: string, name: string): boolean;
  /** What a call of it gives. Throws FormatError where it cannot be called so. */
  call(callee: PickleGlobal, args: readonly PickleValue[]): PickleValue;
  /** What stands for data outside the pickle. */
  persistent(id: PickleValue): PickleValue;
}

/** A pickle that was read. */
export interface Unpickled {
  readonly value: PickleValue;
  /** Position of the byte after it. */
  readonly end: number;
}

/** Bounds, far above what a training state of 10,000 tensors needs. */
const MAX_OPCODES = 1 << 22;
const MAX_CONTAINERS = 1 << 19;
const MAX_MEMO = 1 << 20;
const MAX_NAME_BYTES = 256;

/**
 * Reads one pickle.
 *
 * @param start Position of its first byte.
 * @param file Name of the file, for messages.
 * @throws {FormatError} On truncation, an opcode or class that weights do not need, or when it
 * exceeds the bounds.
 */
export function unpickle(
  bytes: Uint8Array,
  start: number,
  classes: PickleClasses,
  file: string,
): Unpickled {
  const machine = new Machine(new PickleReader(bytes, start, file), classes, file);
  return { value: machine.run(), end: machine.reader.at };
}

class Machine {
  readonly reader: PickleReader;
  readonly #classes: PickleClasses;
  readonly #file: string;
  readonly #stack = new PickleStack((what) => this.#refuse(what));
  readonly #memo = new Map<number, PickleValue>();
  #containers = 0;
  /** Position of the opcode at work. */
  #at = 0;

  constructor(reader: PickleReader, classes: PickleClasses, file: string) {
    this.reader = reader;
    this.#classes = classes;
    this.#file = file;
  }

  run(): PickleValue {
    this.#at = this.reader.at;
    if (this.reader.unsigned(1) !== OP.PROTO) {
      throw this.#refuse("no pickle of protocol 2 or newer begins");
    }
    const protocol = this.reader.unsigned(1);
    if (protocol < 2 || protocol > 5) throw this.#refuse(`protocol ${protocol}; 2 to 5 are read`);
    for (let count = 0; count < MAX_OPCODES; count++) {
      this.#at = this.reader.at;
      const code = this.reader.unsigned(1);
      if (code === OP.STOP) return this.#result();
      this.#step(code);
    }
    throw this.#refuse(`more than ${MAX_OPCODES} opcodes`);
  }

  #result(): PickleValue {
    const value = this.#stack.pop();
    if (!this.#stack.isEmpty) throw this.#refuse("values are left over");
    return value;
  }

  #step(code: number): void {
    const { reader } = this;
    switch (code) {
      case OP.NONE:
        return this.#stack.push(null);
      case OP.NEWTRUE:
        return this.#stack.push(true);
      case OP.NEWFALSE:
        return this.#stack.push(false);
      case OP.BININT:
        return this.#stack.push(reader.signed4());
      case OP.BININT1:
        return this.#stack.push(reader.unsigned(1));
      case OP.BININT2:
        return this.#stack.push(reader.unsigned(2));
      case OP.LONG1:
        return this.#stack.push(reader.integer(reader.unsigned(1)));
      case OP.LONG4:
        return this.#stack.push(reader.integer(reader.unsigned(4)));
      case OP.BINFLOAT:
        return this.#stack.push(reader.float8());
      case OP.SHORT_BINUNICODE:
        return this.#stack.push(reader.utf8(reader.unsigned(1)));
      case OP.BINUNICODE:
        return this.#stack.push(reader.utf8(reader.unsigned(4)));
      case OP.BINUNICODE8:
        return this.#stack.push(reader.utf8(reader.length8()));
      case OP.SHORT_BINSTRING:
        return this.#stack.push(reader.latin1(reader.unsigned(1)));
      case OP.BINSTRING:
        return this.#stack.push(reader.latin1(reader.unsigned(4)));
      case OP.SHORT_BINBYTES:
        return this.#stack.push(reader.view(reader.unsigned(1)));
      case OP.BINBYTES:
        return this.#stack.push(reader.view(reader.unsigned(4)));
      case OP.BINBYTES8:
      case OP.BYTEARRAY8:
        return this.#stack.push(reader.view(reader.length8()));
      case OP.FRAME: // a hint for streams; what it frames is read one opcode at a time anyway
        return void reader.length8();
      case OP.POP:
        return this.#stack.discard();
      case OP.MARK:
        return this.#stack.mark();
      case OP.POP_MARK:
        return void this.#stack.popMark();
      default:
        return this.#stepContainer(code);
    }
  }

  #stepContainer(code: number): void {
    switch (code) {
      case OP.EMPTY_TUPLE:
      case OP.EMPTY_LIST:
        return this.#pushContainer([]);
      case OP.EMPTY_DICT:
        return this.#pushContainer(new Map());
      case OP.TUPLE:
        return this.#pushContainer(this.#stack.popMark());
      case OP.TUPLE1:
        return this.#pushContainer([this.#stack.pop()]);
      case OP.TUPLE2:
        return this.#pushContainer(this.#stack.popLast(2));
      case OP.TUPLE3:
        return this.#pushContainer(this.#stack.popLast(3));
      case OP.APPEND:
        return this.#append(this.#stack.popLast(1));
      case OP.APPENDS:
        return this.#append(this.#stack.popMark());
      case OP.SETITEM:
        return this.#setItems(this.#stack.popLast(2));
      case OP.SETITEMS:
        return this.#setItems(this.#stack.popMark());
      default:
        return this.#stepMemo(code);
    }
  }

  #stepMemo(code: number): void {
    const { reader } = this;
    switch (code) {
      case OP.BINPUT:
        return this.#remember(reader.unsigned(1));
      case OP.LONG_BINPUT:
        return this.#remember(reader.unsigned(4));
      case OP.MEMOIZE:
        return this.#remember(this.#memo.size);
      case OP.BINGET:
        return this.#recall(reader.unsigned(1));
      case OP.LONG_BINGET:
        return this.#recall(reader.unsigned(4));
      default:
        return this.#stepObject(code);
    }
  }

  #stepObject(code: number): void {
    switch (code) {
      case OP.GLOBAL: {
        const module = this.reader.line(MAX_NAME_BYTES);
        return this.#pushGlobal(module, this.reader.line(MAX_NAME_BYTES));
      }
      case OP.STACK_GLOBAL: {
        const [module, name] = this.#stack.popLast(2);
        return this.#pushGlobal(module, name);
      }
      case OP.REDUCE: {
        const [callee, args] = this.#stack.popLast(2);
        if (!(callee instanceof PickleGlobal) || !Array.isArray(args)) {
          throw this.#refuse(`${titleOf(callee)} is called with ${titleOf(args)}`);
        }
        return this.#pushContainer(this.#classes.call(callee, args));
      }
      case OP.BINPERSID:
        return this.#pushContainer(this.#classes.persistent(this.#stack.pop()));
      case OP.BUILD: {
        // Attributes of an OrderedDict, such as the `_metadata` of a state dict: versions of
        // modules, of no use here.
        this.#stack.pop();
        if (isDict(this.#stack.top())) return;
        throw this.#refuse(`${titleOf(this.#stack.top())} gets attributes`);
      }
      default:
        throw this.#refuse(`${titleOfOpcode(code)}, which no weights need`);
    }
  }

  #pushContainer(value: PickleValue): void {
    if (++this.#containers > MAX_CONTAINERS) {
      throw this.#refuse(`more than ${MAX_CONTAINERS} lists, dicts and tensors`);
    }
    this.#stack.push(value);
  }

  #pushGlobal(module: PickleValue | undefined, name: PickleValue | undefined): void {
    if (typeof module !== "string" || typeof name !== "string") {
      throw this.#refuse(`a class named ${titleOf(module)}, ${titleOf(name)}`);
    }
    if (!this.#classes.knows(module, name)) {
      throw this.#refuse(
        `${quoted(`${module}.${name}`)}, which is not among the classes of plain weights ` +
          "(save a state_dict of tensors instead)",
      );
    }
    this.#pushContainer(new PickleGlobal(module, name));
  }

  #append(values: readonly PickleValue[]): void {
    const list = this.#stack.top();
    if (!Array.isArray(list)) throw this.#refuse(`values are added to ${titleOf(list)}`);
    for (const value of values) list.push(value);
  }

  #setItems(items: readonly PickleValue[]): void {
    const dict = this.#stack.top();
    if (!isDict(dict)) throw this.#refuse(`items are set in ${titleOf(dict)}`);
    if (items.length % 2 !== 0) throw this.#refuse("a key has no value");
    for (let i = 0; i < items.length; i += 2) {
      dict.set(this.#key(items[i]), items[i + 1] as PickleValue);
    }
  }

  #key(value: PickleValue | undefined): PickleKey {
    if (value === null || (typeof value !== "object" && value !== undefined)) return value;
    throw this.#refuse(`${titleOf(value)} is the key of a dict; texts and numbers are read`);
  }

  #remember(index: number): void {
    this.#memo.set(index, this.#stack.top());
    if (this.#memo.size > MAX_MEMO) throw this.#refuse(`more than ${MAX_MEMO} remembered values`);
  }

  #recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.#refuse(`value ${index} was never remembered`);
    this.#stack.push(value);
  }

  #refuse(what: string): Error {
    return unreadable(this.#file, `its pickle at byte ${this.#at}: ${what}`);
  }
}
