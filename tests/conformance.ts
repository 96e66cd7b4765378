/**
 * The conformance suite: what every codec must hold, as tests. A plugin author runs it on a codec
 * of one's own:
 *
 * ```ts ignore
 * import { testCodec } from "semcast/testing";
 * import myCodec from "./my_codec.ts";
 *
 * testCodec(myCodec);
 * ```
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Channel } from "../core/channel.ts";
import type { Codec, CodecPlugin, Host, Reception, Session, Transmission } from "../core/codec.ts";
import { CapabilityError, isDeliberate } from "../core/errors.ts";
import type { RgbImage } from "../core/image.ts";
import { type OptionValues, parseOptions } from "../core/options.ts";
import { fillUniforms, type RandomKey, rootKey } from "../core/random.ts";
import { channelUseBudget, noiseVariance } from "../core/units.ts";
import { awgn } from "../channels/awgn.ts";
import { hostFor, Memo } from "../sim/host.ts";

/** The checks by name, for `skip`. */
export const CONFORMANCE_CHECKS = [
  "describes itself",
  "encodes repeatably",
  "a batch of 3 equals 3 batches of 1",
  "a fresh codec decodes",
  "sends unit power",
  "keeps its CBR promise",
  "refuses wrong shapes with a helpful text",
  "survives an outage",
  "leaks nothing over 20 rounds",
] as const;

/** One check. */
export type ConformanceCheck = typeof CONFORMANCE_CHECKS[number];

/** How a codec is tested. */
export interface ConformanceOptions {
  /** Checks that do not apply to this codec; say why where you skip one. */
  readonly skip?: readonly ConformanceCheck[];
  /** The codec's own options; absent: its defaults. */
  readonly options?: OptionValues;
  readonly session?: Partial<Session>;
  /** Sides of the test pictures. */
  readonly sizes?: readonly (readonly [width: number, height: number])[];
}

const SIZES = [[96, 64], [64, 96], [61, 35]] as const;

/** Declares one Deno test per check. */
export function testCodec<O extends object>(
  plugin: CodecPlugin<O>,
  options: ConformanceOptions = {},
): void {
  const bench = new Bench(plugin, options);
  const checks: Record<ConformanceCheck, () => Promise<void> | void> = {
    "describes itself": () => describesItself(plugin),
    "encodes repeatably": () => encodesRepeatably(bench),
    "a batch of 3 equals 3 batches of 1": () => batchEqualsSingles(bench),
    "a fresh codec decodes": () => freshCodecDecodes(bench),
    "sends unit power": () => sendsUnitPower(bench),
    "keeps its CBR promise": () => keepsCbr(bench),
    "refuses wrong shapes with a helpful text": () => refusesWrongShapes(bench),
    "survives an outage": () => survivesOutage(bench),
    "leaks nothing over 20 rounds": () => leaksNothing(bench),
  };
  for (const check of CONFORMANCE_CHECKS) {
    Deno.test({
      name: `codec ${plugin.id} ${check}`,
      ignore: options.skip?.includes(check) ?? false,
      fn: checks[check],
    });
  }
}

/** A codec on the bench: pictures, keys and a channel for it. */
class Bench<O extends object> {
  readonly images: readonly RgbImage[];
  readonly keys: readonly RandomKey[];
  readonly session: Session;
  readonly channel: Channel = awgn.create({});

  constructor(readonly plugin: CodecPlugin<O>, private readonly options: ConformanceOptions) {
    this.images = (options.sizes ?? SIZES).map(([width, height], index) =>
      testPicture(width, height, rootKey(index))
    );
    this.keys = this.images.map((_, index) => rootKey(7).derive("picture", index));
    this.session = {
      cbr: 1 / 12,
      snrDb: 10,
      channel: "awgn",
      sideInformation: "ideal",
      ...options.session,
    };
  }

  /** A codec that shares nothing with earlier ones. */
  async open<T>(
    work: (codec: Codec) => Promise<T>,
    session: Partial<Session> = {},
  ): Promise<T> {
    const { plugin } = this;
    const values = parseOptions(plugin.options, this.options.options ?? {}, plugin.id);
    const host: Host = hostFor(this.channel, new Memo(2 ** 26));
    const codec = await plugin.create({ ...this.session, ...session }, values, host);
    try {
      return await work(codec);
    } finally {
      codec.dispose();
    }
  }

  /** As {@linkcode open}; nothing when the codec says that it has no weights for this CBR. */
  async openAtCbr<T>(work: (codec: Codec) => Promise<T>, cbr: number): Promise<T | undefined> {
    try {
      return await this.open(work, { cbr });
    } catch (error) {
      if (cbr !== this.session.cbr && error instanceof CapabilityError) return undefined;
      throw error;
    }
  }

  encode(codec: Codec): Promise<Transmission[]> {
    return codec.encode(this.images, this.keys);
  }

  receive(sent: readonly Transmission[], snrDb = this.session.snrDb): Reception[] {
    return sent.map(({ symbols, side, ideal }, index) => {
      const { width, height } = this.images[index] as RgbImage;
      const key = (this.keys[index] as RandomKey).derive("channel");
      const output = this.channel.transmit(symbols, snrDb, key);
      return {
        ...output,
        noiseVariance: noiseVariance(this.session.snrDb),
        side: side.bits > 0 ? side.bytes : null,
        genie: ideal
          ? { message: ideal, capacity: this.channel.capacity(snrDb, output.gains) }
          : null,
        width,
        height,
      };
    });
  }
}

/** Smooth colours with some texture: a picture that codecs can compress. */
function testPicture(width: number, height: number, key: RandomKey): RgbImage {
  const noise = new Float64Array(width * height);
  fillUniforms(key, noise);
  const data = new Uint8Array(3 * width * height);
  for (let pixel = 0; pixel < noise.length; pixel++) {
    const x = (pixel % width) / width, y = Math.floor(pixel / width) / height;
    const grain = 24 * ((noise[pixel] as number) - 0.5);
    data[3 * pixel] = 40 + 160 * x + grain;
    data[3 * pixel + 1] = 220 - 150 * y + grain;
    data[3 * pixel + 2] = (x - 0.5) ** 2 + (y - 0.5) ** 2 < 0.08 ? 200 : 60;
  }
  return { width, height, data };
}

function describesItself<O extends object>(plugin: CodecPlugin<O>): void {
  assert(/^[a-z0-9][a-z0-9.-]*$/.test(plugin.id), "an id of lower-case letters, digits, - and .");
  assert(plugin.title.length > 0, "a title for legends");
  assert(plugin.reference.length > 0, "a reference: paper, equation or standard");
  for (const [name, option] of Object.entries(plugin.options) as [string, { text: string }][]) {
    assert(option.text.length > 0, `option "${name}" says in one line what it means`);
  }
}

async function encodesRepeatably<O extends object>(bench: Bench<O>): Promise<void> {
  const [first, second] = await bench.open(async (
    codec,
  ) => [await bench.encode(codec), await bench.encode(codec)]);
  const other = await bench.open((codec) => bench.encode(codec));
  assertEquals(second, first, "the same codec gives the same bits again");
  assertEquals(other, first, "another instance gives the same bits");
}

async function batchEqualsSingles<O extends object>(bench: Bench<O>): Promise<void> {
  await bench.open(async (codec) => {
    const sent = await bench.encode(codec);
    const received = bench.receive(sent);
    const shown = await codec.decode(received, bench.keys);
    for (const [index, image] of bench.images.entries()) {
      const key = [bench.keys[index] as RandomKey];
      assertEquals(await codec.encode([image], key), [sent[index] as Transmission]);
      assertEquals(await codec.decode([received[index] as Reception], key), [shown[index]!]);
    }
  });
}

async function freshCodecDecodes<O extends object>(bench: Bench<O>): Promise<void> {
  const { received, shown } = await bench.open(async (codec) => {
    const received = bench.receive(await bench.encode(codec));
    return { received, shown: await codec.decode(received, bench.keys) };
  });
  assertEquals(await bench.open((codec) => codec.decode(received, bench.keys)), shown);
}

async function sendsUnitPower<O extends object>(bench: Bench<O>): Promise<void> {
  for (const { symbols } of await bench.open((codec) => bench.encode(codec))) {
    if (symbols.length === 0) continue;
    let energy = 0;
    for (const part of symbols) energy += part * part;
    const power = energy / (symbols.length / 2);
    assert(Math.abs(power - 1) < 1e-3, `mean |x|^2 over an image's symbols is 1; got ${power}`);
  }
}

async function keepsCbr<O extends object>(bench: Bench<O>): Promise<void> {
  for (const cbr of [bench.session.cbr, bench.session.cbr / 2]) {
    const sent = await bench.openAtCbr((codec) => bench.encode(codec), cbr);
    if (!sent) continue;
    let used = 0, allowed = 0;
    for (const [index, { symbols, side }] of sent.entries()) {
      const budget = channelUseBudget(cbr, bench.images[index] as RgbImage);
      const capacity = bench.channel.capacity(bench.session.snrDb, null);
      const uses = symbols.length / 2 + Math.ceil(side.bits / capacity);
      if (bench.plugin.rate === "per-image") {
        assert(uses <= budget, `at most ${budget} channel uses; got ${uses}`);
      }
      used += uses;
      allowed += budget;
    }
    assert(used <= 1.03 * allowed, `${allowed} channel uses over the set; got ${used}`);
  }
}

async function refusesWrongShapes<O extends object>(bench: Bench<O>): Promise<void> {
  const [image] = bench.images, [key] = bench.keys;
  await bench.open(async (codec) => {
    const short = { ...image!, data: image!.data.subarray(3) };
    const wrong: [string, () => Promise<unknown>][] = [
      ["too few samples", () => codec.encode([short], [key!])],
      ["no key", () => codec.encode([image!], [])],
      ["width 0", () => codec.encode([{ ...image!, width: 0 }], [key!])],
    ];
    for (const [what, call] of wrong) {
      const error = await assertRejects(call);
      assert(isDeliberate(error), `${what}: an error of core/errors.ts; got ${error}`);
      assert(error.message.length > 20, `${what}: a text that says what was wanted`);
    }
  });
}

async function survivesOutage<O extends object>(bench: Bench<O>): Promise<void> {
  await bench.open(async (codec) => {
    const shown = await codec.decode(bench.receive(await bench.encode(codec), -30), bench.keys);
    checkShown(bench, shown);
  });
  await bench.openAtCbr(async (codec) => {
    const sent = await bench.encode(codec);
    checkShown(bench, await codec.decode(bench.receive(sent), bench.keys));
  }, 1e-5);
}

function checkShown<O extends object>(
  bench: Bench<O>,
  shown: Awaited<ReturnType<Codec["decode"]>>,
): void {
  for (const [index, { image, outage }] of shown.entries()) {
    const { width, height } = bench.images[index] as RgbImage;
    assertEquals([image.width, image.height, image.data.length], [
      width,
      height,
      3 * width * height,
    ]);
    if (outage) {
      assert(image.data.every((value) => value === 128), "an outage shows mid-grey (128)");
    }
  }
}

/**
 * Bytes that 20 rounds may leave: more than the garbage that a collector leaves for later, less than
 * 20 wasm instances or sets of weights.
 */
const LEAK_BOUND = 128 * 2 ** 20;

async function leaksNothing<O extends object>(bench: Bench<O>): Promise<void> {
  const round = (): Promise<void> =>
    bench.open(async (codec) => {
      await codec.decode(bench.receive(await bench.encode(codec)), bench.keys);
    });
  for (let index = 0; index < 5; index++) await round();
  const before = Deno.memoryUsage();
  for (let index = 0; index < 20; index++) await round();
  const after = Deno.memoryUsage();
  const grown = after.rss - before.rss;
  assert(grown < LEAK_BOUND, `memory grew by ${Math.round(grown / 2 ** 20)} MiB in 20 rounds`);
}
