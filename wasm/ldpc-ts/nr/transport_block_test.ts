import { assert, assertEquals, assertThrows } from "@std/assert";
import type { BitsPerSymbol } from "../modulation/constellation.ts";
import { TestRandom } from "../testing/random.ts";
import { hexBits, LDPC_VECTORS, ldpcCases } from "../testing/vectors.ts";
import type { RedundancyVersion } from "./rate_matching.ts";
import {
  decodeTransportBlock,
  encodeTransportBlock,
  SoftBuffer,
  TransportBlockCoder,
} from "./transport_block.ts";
import { sizeForInformation } from "./transport_block_size.ts";

interface ChainCase {
  A: number;
  r1024: number;
  bg: number;
  Qm: BitsPerSymbol;
  layers: 1 | 2;
  rv: RedundancyVersion;
  G: number;
  tbs_lbrm: number | null;
  tbcrc: string;
  Z: number;
  C: number;
  E: number[];
  tb: string;
  g: string;
}

Deno.test({
  name: "every reference transport block is coded to the bit and decoded again",
  ignore: LDPC_VECTORS === undefined,
  fn() {
    const random = new TestRandom(8);
    const cases = ldpcCases<ChainCase>("nr_chain.json");
    assert(cases.length > 0);
    for (const wanted of cases) {
      const options = {
        size: wanted.A,
        codeRate: wanted.r1024 / 1024,
        codedBits: wanted.G,
        bitsPerSymbol: wanted.Qm,
        layers: wanted.layers,
        rv: wanted.rv,
        ...(wanted.tbs_lbrm === null ? {} : { limitedBufferSize: wanted.tbs_lbrm }),
      };
      const coder = new TransportBlockCoder(options);
      assertEquals(coder.crcName, wanted.tbcrc);
      assertEquals(coder.codes.map((code) => code.n), wanted.E);
      const message = hexBits(wanted.tb, wanted.A);
      const coded = encodeTransportBlock(message, options);
      assertEquals(coded, hexBits(wanted.g, wanted.G));
      // Other versions and rates near 1 need not be decodable alone.
      if (wanted.rv !== 0 || wanted.A / wanted.G > 0.9) continue;
      const received = decodeTransportBlock(random.llrs(coded, 0.1), options);
      assert(received.intact && received.blocks.every((block) => block.intact));
      assertEquals(received.bits, message);
    }
  },
});

Deno.test("a damaged code block is named, the transport block is not intact, nothing throws", () => {
  const random = new TestRandom(9);
  const size = sizeForInformation(20000, 0.5);
  const coder = new TransportBlockCoder({
    size,
    codeRate: 0.5,
    codedBits: 40000,
    bitsPerSymbol: 4,
  });
  const coded = coder.encode(random.bits(size));
  const llrs = random.llrs(coded, 0.3);
  const second = coder.codes[0]!.n;
  for (let i = second; i < second + coder.codes[1]!.n; i++) llrs[i] = random.normal();
  const received = coder.decode(llrs);
  assertEquals(received.intact, false);
  assertEquals(received.blocks.map((block) => block.intact), [true, false, true]);
  assertEquals(received.blocks[1]!.converged, false);
});

Deno.test("redundancy versions that fail alone decode together (HARQ)", () => {
  const random = new TestRandom(10);
  const size = sizeForInformation(9000, 0.8);
  const options = { size, codeRate: 0.8, codedBits: 11200, bitsPerSymbol: 2 } as const;
  const message = random.bits(size);
  const soft = new SoftBuffer(new TransportBlockCoder(options).segmentation);
  const outcome: boolean[] = [];
  for (const rv of [0, 2, 3, 1] as const) {
    const coder = new TransportBlockCoder({ ...options, rv });
    const llrs = random.llrs(coder.encode(message), 1.0);
    assertEquals(coder.decode(llrs).intact, false, `rv ${rv} alone`);
    const received = coder.decode(llrs, {}, soft);
    outcome.push(received.intact);
    if (received.intact) assertEquals(received.bits, message);
  }
  assertEquals(outcome, [false, true, true, true]);
});

Deno.test("arguments that do not fit are refused with what would", () => {
  const fine = { size: 1000, codeRate: 0.5, codedBits: 2000, bitsPerSymbol: 2 } as const;
  const make = (change: object): () => unknown => () =>
    new TransportBlockCoder({ ...fine, ...change });
  assertThrows(make({ codedBits: 2001 }), RangeError, "a multiple of layers * bitsPerSymbol = 2");
  assertThrows(make({ size: 0 }), RangeError, "size: an integer from 1");
  assertThrows(make({ codeRate: 1.5 }), RangeError, "got 1.5");
  assertThrows(make({ bitsPerSymbol: 3 }), RangeError, "got 3");
  assertThrows(make({ layers: 5 }), RangeError, "got 5");
  assertThrows(make({ size: 8449, codeRate: 0.9 }), RangeError, "equal code blocks");
  const coder = new TransportBlockCoder(fine);
  assertThrows(() => coder.encode(new Uint8Array(999)), RangeError, "1000 bits; got 999");
  assertThrows(() => coder.decode(new Float32Array(1999)), RangeError, "2000 values; got 1999");
});
