import { assert, assertEquals, assertThrows } from "@std/assert";
import { awgn } from "../../channels/awgn.ts";
import type { ChannelCodePlugin } from "../../core/channel_code.ts";
import type { Codec, CodecPlugin, Host, Session } from "../../core/codec.ts";
import { FormatError, OptionError } from "../../core/errors.ts";
import type { RgbImage } from "../../core/image.ts";
import { parseOptions } from "../../core/options.ts";
import { rootKey } from "../../core/random.ts";
import type { SourceCoderPlugin } from "../../core/source_coder.ts";
import { testCodec } from "../../tests/conformance.ts";
import { capacityCode } from "./capacity.ts";
import { separateChain } from "./chain.ts";
import chains from "./plugin.ts";

for (const chain of chains) testCodec(chain);

/** A source coder that sends the first samples of a picture as they are: q bytes at quality q. */
const prefix: SourceCoderPlugin<{ fault: boolean }> = {
  id: "prefix",
  title: "Prefix",
  reference: "none",
  options: { fault: { type: "boolean", default: false, text: "refuses every file" } },
  create: (options) =>
    Promise.resolve({
      version: "prefix-1",
      qualities: [100, 50, 20, 10],
      encode: (image, quality) => Promise.resolve(image.data.slice(0, quality)),
      decode: (file, { width, height }) => {
        if (options.fault) throw new FormatError("a good file; got a bad one");
        const data = new Uint8Array(3 * width * height);
        data.set(file);
        return Promise.resolve({ width, height, data });
      },
    }),
};

const image: RgbImage = {
  width: 20,
  height: 10,
  data: Uint8Array.from({ length: 600 }, (_, index) => index),
};
const session: Session = { cbr: 0.5, snrDb: 0, channel: "awgn", sideInformation: "ideal" };

function host(): Host & { made: string[] } {
  const kept = new Map<string, Promise<unknown>>(), made: string[] = [];
  return {
    made,
    capacity: (snrDb) => awgn.create({}).capacity(snrDb, null),
    sideUses: () => Promise.resolve(0),
    memo<T>(key: string, _bytes: unknown, make: () => Promise<T>): Promise<T> {
      if (!kept.has(key)) {
        if (key.startsWith("file")) made.push(key.split(" ").at(-1)!);
        kept.set(key, make());
      }
      return kept.get(key) as Promise<T>;
    },
  };
}

async function open(
  plugin: CodecPlugin,
  change: Partial<Session> = {},
  own: Host = host(),
  options: Record<string, boolean> = {},
): Promise<Codec> {
  const values = parseOptions(plugin.options, options, plugin.id);
  return await plugin.create({ ...session, ...change }, values, own);
}

/** Sends over a channel that truly has `capacity` bits per use. */
async function send(codec: Codec, capacity: number): Promise<{ bytes: number; outage: boolean }> {
  const [sent] = await codec.encode([image], [rootKey(1)]);
  const [shown] = await codec.decode([{
    symbols: sent!.symbols,
    gains: null,
    noiseVariance: 1,
    side: null,
    genie: sent!.ideal ? { message: sent!.ideal, capacity } : null,
    width: 20,
    height: 10,
  }], [rootKey(2)]);
  const bytes = shown!.image.data.findLastIndex((value) => value !== 0) + 1;
  return { bytes, outage: shown!.outage };
}

const chain = separateChain(prefix, capacityCode);

Deno.test("a chain is named after its halves and has the options of both", () => {
  assertEquals(chain.id, "prefix-capacity");
  assertEquals(chain.title, "Prefix + capacity");
  assertEquals(Object.keys(chain.options), ["fault"]);
  const clash: ChannelCodePlugin<{ fault: boolean }> = {
    ...capacityCode as unknown as ChannelCodePlugin<{ fault: boolean }>,
    options: prefix.options,
  };
  assertThrows(() => separateChain(prefix, clash), OptionError, `both have an option "fault"`);
});

Deno.test("the file is the largest that fits the capacity of the budget", async () => {
  // 600 source values; at 0 dB one bit a channel use
  const wanted: [cbr: number, bytes: number][] = [[1, 50], [0.5, 20], [0.2, 10]];
  for (const [cbr, bytes] of wanted) {
    assertEquals(await send(await open(chain, { cbr }), 1), { bytes, outage: false });
  }
});

Deno.test("no more channel uses are spent than the file needs", async () => {
  const [sent] = await (await open(chain)).encode([image], [rootKey(1)]);
  assertEquals(sent!.symbols.length / 2, 20 * 8); // 20 bytes, one bit a use, of 300 allowed
  assertEquals(sent!.details, { quality: 20, bytes: 20 });
});

Deno.test("the outage is exactly where the true capacity is below the assumed one", async () => {
  const codec = await open(chain);
  assertEquals((await send(codec, 1)).outage, false);
  assertEquals((await send(codec, 1 - 1e-12)).outage, true);
});

Deno.test("nothing is sent when even the worst quality does not fit", async () => {
  const codec = await open(chain, { cbr: 0.1 });
  const [sent] = await codec.encode([image], [rootKey(1)]);
  assertEquals(sent!.symbols.length, 0);
  assertEquals((await send(codec, 1)).outage, true);
});

Deno.test("a file that its decoder refuses is an outage, not an error", async () => {
  const codec = await open(chain, {}, host(), { fault: true });
  assertEquals((await send(codec, 1)).outage, true);
});

Deno.test("a sweep over SNR never encodes a quality twice", async () => {
  const shared = host();
  for (const snrDb of [-10, -5, 0, 5, 10, 0, -5]) {
    await (await open(chain, { snrDb }, shared)).encode([image], [rootKey(1)]);
  }
  assertEquals(shared.made.length, new Set(shared.made).size);
  assert(shared.made.length >= 3, "several qualities were needed");
});
