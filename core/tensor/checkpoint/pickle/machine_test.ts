import { assert, assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../../../errors.ts";
import { unpickle } from "./machine.ts";
import { TorchClasses } from "./torch_classes.ts";
import type { PickleKey, PickleValue } from "./value.ts";

/** A pickle of protocol 4: opcodes as the characters that they are, ended by STOP. */
function pickle(opcodes: string): Uint8Array {
  return Uint8Array.from(`\x80\x04${opcodes}.`, (character) => character.charCodeAt(0));
}

function read(opcodes: string): PickleValue {
  return unpickle(pickle(opcodes), 0, new TorchClasses("w"), "w").value;
}

function refused(opcodes: string, text: string): void {
  const { message } = assertThrows(() => read(opcodes), FormatError, text);
  assert(message.startsWith('Cannot read "w": its pickle'), message);
}

Deno.test("numbers of every width are read, with their sign", () => {
  assertEquals(read("K\xff"), 255);
  assertEquals(read("M\x01\x80"), 32769);
  assertEquals(read("J\xfe\xff\xff\xff"), -2);
  assertEquals(read("\x8a\x00"), 0);
  assertEquals(read("\x8a\x01\xff"), -1);
  assertEquals(read("\x8a\x09" + "\x00".repeat(8) + "\x01"), 2n ** 64n);
  assertEquals(read("\x8b\x02\x00\x00\x00\x00\x80"), -32768);
  assertEquals(read("G\xc0\x04\x00\x00\x00\x00\x00\x00"), -2.5);
});

Deno.test("texts and bytes of every length field are read", () => {
  assertEquals(read("X\x02\x00\x00\x00\xc3\xa4"), "ä");
  assertEquals(read("\x8c\x02\xc3\xa4"), "ä");
  assertEquals(read("\x8d\x01\x00\x00\x00\x00\x00\x00\x00a"), "a");
  assertEquals(read("U\x01\xe4"), "ä"); // Python 2
  assertEquals(read("T\x01\x00\x00\x00a"), "a");
  for (const opcode of ["C\x01", "B\x01\x00\x00\x00", "\x8e\x01" + "\0".repeat(7)]) {
    assertEquals(read(opcode + "\xff"), Uint8Array.of(255));
  }
});

Deno.test("values are remembered and recalled by all opcodes", () => {
  assertEquals(read("](K\x07q\x05h\x05e"), [7, 7]);
  assertEquals(read("](K\x07r\x05\x00\x01\x00j\x05\x00\x01\x00e"), [7, 7]);
  assertEquals(read("]\x94(K\x07\x94h\x01e"), [7, 7]);
});

Deno.test("a dict of Python 2 (a list of pairs) is read, and attributes are left out", () => {
  assertEquals(
    read("ccollections\nOrderedDict\n](](U\x01aK\x01ee\x85R"),
    new Map([["a", 1]]),
  );
  assertEquals(read("ccollections\nOrderedDict\n)R}b"), new Map());
});

Deno.test("each byte that is no opcode of plain data is refused by name", () => {
  refused("]2", "at byte 3: opcode DUP, which no weights need");
  refused("(i__main__\nNet\n", "opcode INST");
  refused("ccollections\nOrderedDict\n)\x81", "opcode NEWOBJ");
  refused("P0\n", "opcode PERSID");
  refused("\x82\x01", "opcode EXT1");
  refused("\xff", "unknown opcode 0xff");
  const known = "(). 01BCGJKMNQRTUX]abcehjqrstu}" +
    "\x80\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x93\x94\x95\x96";
  for (let code = 0; code < 256; code++) {
    const character = String.fromCharCode(code);
    if (!known.includes(character)) refused(character, "opcode");
  }
});

Deno.test("a class or function that is no weights' is refused by name and place, before any call", () => {
  refused("cos\nsystem\n(U\x02lstR", 'at byte 2: "os.system"');
  refused("\x8c\x08builtins\x8c\x04eval\x93", '"builtins.eval"');
  refused("c__builtin__\ngetattr\n", '"__builtin__.getattr"');
  refused("ctorch\nload\n", '"torch.load"');
  refused("ctorch\n__proto__\n", '"torch.__proto__"');
  refused("ctorch\nSize.__init__\n", '"torch.Size.__init__"');
  refused("]]\x93", "a class named a list of 0");
});

Deno.test("calls that make no sense are refused with what is called", () => {
  refused("ctorch._utils\n_rebuild_tensor_v2\n)R", "_rebuild_tensor_v2()");
  refused("ctorch._utils\n_rebuild_parameter\nK\x01\x85R", "_rebuild_parameter(1)");
  refused("ctorch\nfloat32\n)R", "torch.float32()");
  refused("ctorch\nFloatStorage\nK\x09\x85R", "torch.FloatStorage(9)");
  refused("K\x01)R", "1 is called with a list of 0");
  refused("c_codecs\nencode\nU\x01aU\x05utf-8\x86R", '_codecs.encode("a", "utf-8")');
  refused("]]b", "a list of 0 gets attributes");
});

Deno.test("references to outside data that are no storage are refused", () => {
  const storage = "(U\x07storagectorch\nFloatStorage\nU\x010U\x03cpu";
  refused("K\x01Q", "outside data (1)");
  refused("(U\x06modulectorch\nFloatStorage\ntQ", "no known storage");
  refused(`${storage}\x8a\x01\xfftQ`, "-1), no known storage");
  refused(`${storage}K\x01K\x01tQ`, "no known storage"); // a view on another storage
  refused("(U\x07storagectorch\nSize\nU\x010U\x03cpuK\x01tQ", "torch.Size");
  refused(`]${storage}K\x01tQa${storage}K\x02tQa`, "4 bytes here and 8 there");
});

Deno.test("a pickle is refused when cut at any byte", () => {
  const whole = pickle("}(U\x01aX\x01\x00\x00\x00bK\x05\x8a\x01\x07u");
  const classes = new TorchClasses("w");
  assertEquals(
    unpickle(whole, 0, classes, "w").value,
    new Map<PickleKey, PickleValue>([["a", "b"], [5, 7]]),
  );
  for (let length = 0; length < whole.length; length++) {
    assertThrows(() => unpickle(whole.subarray(0, length), 0, classes, "w"), FormatError, "w");
  }
});

Deno.test("lengths beyond the end are refused without taking memory for them", () => {
  refused("X\xff\xff\xff\xffa", "4294967295 bytes are wanted");
  refused("\x8e" + "\xff".repeat(8), "bytes are wanted");
  refused("\x8b\xff\xff\xff\x7f", "an integer of 2147483647 bytes");
  refused("c" + "a".repeat(1000) + "\n", "no line of at most 256 bytes");
});

Deno.test("a stack that does not fit its opcodes is refused", () => {
  refused("", "a value is missing");
  refused("K\x01K\x02", "values are left over");
  refused("K\x01(", "a value is missing");
  refused("0", "a value is missing");
  refused("t", "a mark is missing");
  refused("K\x01(\x85", "a value is missing"); // what lies below a mark is out of reach
  refused("K\x01(R", "a value is missing");
  refused("K\x01K\x02a", "values are added to 1");
  refused("}K\x01K\x02e", "a mark is missing");
  refused("}(K\x01u", "a key has no value");
  refused("}]K\x01s", "a list of 0 is the key");
  refused("h\x07", "value 7 was never remembered");
  assertEquals(read("K\x01(0"), 1); // POP takes a mark off
  assertEquals(read("K\x01(K\x02K\x031"), 1);
});

Deno.test("nesting, memory and values are bounded", () => {
  refused("(".repeat(300), "nested more than 256 deep");
  refused("N".repeat((1 << 18) + 1), "more than 262144 values");
  refused("]" + "]a".repeat((1 << 19) + 1), "more than 524288 lists, dicts and tensors");
  refused("N" + "\x94".repeat((1 << 20) + 1), "more than 1048576 remembered values");
  refused("N" + "(1".repeat(1 << 21), "more than 4194304 opcodes");
});

Deno.test("protocols 0, 1 and of the future are refused", () => {
  const classes = new TorchClasses("w");
  const from = (text: string) => () =>
    unpickle(Uint8Array.from(text, (c) => c.charCodeAt(0)), 0, classes, "w");
  assertThrows(from("(lp0\n."), FormatError, "no pickle of protocol 2 or newer");
  assertThrows(from("\x80\x06N."), FormatError, "protocol 6; 2 to 5");
});

Deno.test("a text that is no UTF-8 is refused", () => {
  refused("\x8c\x01\xff", "no UTF-8, at byte 4");
});
