import { assert, assertEquals, assertThrows } from "@std/assert";
import { vectorFolder } from "../../tests/vectors.ts";
import { crc, crcHolds, crcLength, type CrcName } from "./crc.ts";
import { TestRandom } from "./testing/random.ts";
import { hexBits, readVectors } from "./testing/vectors.ts";

const NAMES: readonly CrcName[] = ["24A", "24B", "24C", "16", "11", "6"];
const folder = vectorFolder("crc");

Deno.test({
  name: "the six CRCs equal the reference on every vector",
  ignore: folder === undefined,
  fn() {
    interface Case {
      len: number;
      msg: string;
      crc: Record<CrcName, string>;
    }
    const { cases } = readVectors<{ cases: Case[] }>(`${folder}/crc.json`);
    assert(cases.length > 0);
    for (const { len, msg, crc: wanted } of cases) {
      for (const name of NAMES) {
        const parity = crc(name, hexBits(msg, len));
        assertEquals(BigInt(`0b${parity.join("")}`), BigInt(`0x${wanted[name]}`), `${name} ${len}`);
      }
    }
  },
});

Deno.test("a message with its CRC holds, and no flip of one or two bits does", () => {
  const random = new TestRandom(1);
  for (const name of NAMES) {
    const message = random.bits(57);
    const whole = Uint8Array.from([...message, ...crc(name, message)]);
    assert(crcHolds(name, whole));
    assertEquals(whole.length, 57 + crcLength(name));
    for (let i = 0; i < whole.length; i++) {
      whole[i]! ^= 1;
      assert(!crcHolds(name, whole), `${name}: flip of ${i}`);
      whole[(i + 1) % whole.length]! ^= 1;
      assert(!crcHolds(name, whole), `${name}: flip of ${i} and the next`);
      whole[(i + 1) % whole.length]! ^= 1;
      whole[i]! ^= 1;
    }
  }
});

Deno.test("an unknown CRC and bits other than 0 and 1 are refused by name", () => {
  assertThrows(() => crc("32" as CrcName, new Uint8Array(8)), RangeError, 'got "32"');
  assertThrows(() => crc("16", Uint8Array.of(0, 2)), RangeError, "got 2 at index 1");
});
