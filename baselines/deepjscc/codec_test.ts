/**
 * DeepJSCC as a codec: rates, sizes, channels, mismatch, memory. The contract that all codecs hold is
 * in plugin_test.ts.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { noiseless } from "../../channels/noiseless.ts";
import { awgn } from "../../channels/awgn.ts";
import { rayleigh } from "../../channels/rayleigh.ts";
import type { Channel } from "../../core/channel.ts";
import type { Codec, Reception, Session } from "../../core/codec.ts";
import { CapabilityError, DataError } from "../../core/errors.ts";
import type { RgbImage } from "../../core/image.ts";
import { type OptionValues, parseOptions } from "../../core/options.ts";
import { rootKey } from "../../core/random.ts";
import { openTensors } from "../../core/tensor/backend.ts";
import { tf } from "../../core/tensor/tfjs.ts";
import { channelUseBudget, noiseVariance } from "../../core/units.ts";
import { hostFor, Memo } from "../../sim/host.ts";
import { OPTIONS } from "./options.ts";
import deepJscc from "./plugin.ts";

await openTensors();

const SESSION: Session = { cbr: 1 / 48, snrDb: 10, channel: "awgn", sideInformation: "ideal" };
const KEY = rootKey(4);

async function withCodec<T>(
  work: (codec: Codec) => Promise<T>,
  change: Partial<Session> = {},
  options: OptionValues = {},
  channel: Channel = awgn.create({}),
): Promise<T> {
  const host = hostFor(channel, new Memo(1e6)), session = { ...SESSION, ...change };
  const codec = await deepJscc.create(session, parseOptions(OPTIONS, options, "deepjscc"), host);
  try {
    return await work(codec);
  } finally {
    codec.dispose();
  }
}

/** Soft colours and edges. */
function picture(width: number, height: number): RgbImage {
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < data.length; i++) {
    const x = Math.floor(i / 3) % width, y = Math.floor(i / 3 / width);
    const edge = (x >> 4) + (y >> 4) & 1 ? 40 : 0;
    data[i] = 100 + edge + 50 * Math.sin(x / 9 + (i % 3)) + 30 * Math.cos(y / 7);
  }
  return { width, height, data };
}

function psnrDb(a: RgbImage, b: RgbImage): number {
  const sum = a.data.reduce((sum, value, i) => sum + (value - b.data[i]!) ** 2, 0);
  return 10 * Math.log10(255 ** 2 * a.data.length / sum);
}

/** Sends a picture over a channel and gives what the receiver shows. */
async function sendOver(
  codec: Codec,
  channel: Channel,
  image: RgbImage,
  snrDb: number,
  change: Partial<Reception> = {},
): Promise<{ image: RgbImage; outage: boolean }> {
  const [{ symbols, side }] = await codec.encode([image], [KEY]) as [
    Awaited<ReturnType<Codec["encode"]>>[0],
  ];
  const output = channel.transmit(symbols, snrDb, KEY.derive("channel"));
  const [shown] = await codec.decode([{
    ...output,
    noiseVariance: noiseVariance(snrDb),
    side: side.bytes,
    genie: null,
    width: image.width,
    height: image.height,
    ...change,
  }], [KEY]);
  return shown!;
}

Deno.test("the byte of the power factor is paid with symbols, by the session's price", async () => {
  const image = picture(96, 64), budget = channelUseBudget(1 / 48, image);
  for (const [sideInformation, uses] of [["ideal", 3], ["free", 0]] as const) {
    await withCodec(async (codec) => {
      const [sent] = await codec.encode([image], [KEY]);
      assertEquals([sent!.symbols.length / 2, sent!.side.bits], [budget - uses, 8]);
    }, { sideInformation });
  }
  await withCodec(async (codec) => {
    const [sent] = await codec.encode([image], [KEY]);
    const uses = sent!.symbols.length / 2;
    assert(
      uses < budget - 3 && uses > budget - 20,
      `${uses} of ${budget}: dearer than at capacity`,
    );
  }, { sideInformation: "ldpc" });
});

Deno.test("a picture whose byte is lost is an outage, mid-grey", async () => {
  const image = picture(48, 32);
  await withCodec(async (codec) => {
    const shown = await sendOver(codec, awgn.create({}), image, 10, { side: null });
    assert(shown.outage && shown.image.data.every((value) => value === 128));
  });
});

Deno.test("pictures of every small size go through, those too small for a symbol as outages", async () => {
  await withCodec(async (codec) => {
    const noise = awgn.create({});
    for (
      const [width, height] of [[1, 1], [1, 40], [40, 1], [17, 31], [33, 64], [200, 3]] as const
    ) {
      const image = picture(width, height), shown = await sendOver(codec, noise, image, 10);
      assertEquals([shown.image.width, shown.image.height], [width, height]);
      const uses = channelUseBudget(1 / 48, image);
      assertEquals(shown.outage, uses <= 3, `${width} x ${height}: ${uses} channel uses`);
    }
  });
});

Deno.test("more SNR gives more quality, also where the receiver expects 10 dB", async () => {
  const image = picture(128, 96);
  await withCodec(async (codec) => {
    const shown: number[] = [];
    for (const snrDb of [1, 4, 7, 10, 13, 19]) {
      const change = { noiseVariance: noiseVariance(10) };
      shown.push(
        psnrDb((await sendOver(codec, awgn.create({}), image, snrDb, change)).image, image),
      );
    }
    assertEquals(shown, [...shown].sort((a, b) => a - b));
    assert(shown[3]! - shown[0]! < 9, `no cliff: ${shown.map((value) => value.toFixed(1))}`);
  });
});

Deno.test("over a channel without noise a picture is at least as good as at 19 dB", async () => {
  const image = picture(128, 96);
  const quality = (snrDb: number, channel: Channel): Promise<number> =>
    withCodec(
      async (codec) => psnrDb((await sendOver(codec, channel, image, snrDb)).image, image),
      { snrDb },
    );
  const some = await quality(19, awgn.create({})), none = await quality(100, noiseless.create({}));
  assert(none > some - 0.1, `${none} dB without noise, ${some} dB at 19 dB`);
});

Deno.test("fading is equalised: a picture at 15 dB is better than one at 3 dB without fading", async () => {
  const image = picture(128, 96);
  for (const fading of ["block", "symbol"] as const) {
    const channel = rayleigh.create({ fading });
    await withCodec(
      async (codec) => {
        const faded = psnrDb((await sendOver(codec, channel, image, 15)).image, image);
        const plain = psnrDb((await sendOver(codec, awgn.create({}), image, 3)).image, image);
        assert(faded > plain, `${fading}: ${faded} dB, over AWGN at 3 dB ${plain} dB`);
        assert(
          codec.notes?.some((note) => note.includes("AWGN")),
          "a note says that it is new to it",
        );
      },
      { channel: `rayleigh:fading=${fading}`, snrDb: 15 },
      {},
      channel,
    );
  }
});

Deno.test("the nearest checkpoint is taken, and a note says so", async () => {
  await withCodec((codec) => {
    assert(codec.notes!.includes("nearest checkpoint: 7 dB for 8 dB"), codec.notes!.join());
    return Promise.resolve();
  }, { snrDb: 8 });
  await withCodec((codec) => {
    assert(!codec.notes!.some((note) => note.includes("nearest")), codec.notes!.join());
    return Promise.resolve();
  });
});

Deno.test("a CBR or preset without weights is refused, with what there is", async () => {
  const refused = (session: Partial<Session>, options: OptionValues): Promise<Error> =>
    assertRejects(() => withCodec(() => Promise.resolve(), session, options), CapabilityError);
  assert((await refused({ cbr: 1 / 7 }, {})).message.includes("preset compact at CBR 1/48"));
  const { message } = await refused({}, { preset: "kurka-gdn" });
  assert(message.includes("kurka-gdn") && message.includes("there are"), message);
});

Deno.test("a picture whose tensors would not fit is refused before, with the size that fits", async () => {
  await withCodec(async (codec) => {
    const huge = { width: 20_000, height: 20_000, symbols: new Float32Array(2), gains: null };
    const received = { ...huge, noiseVariance: 0.1, side: Uint8Array.of(128), genie: null };
    const error = await assertRejects(() => codec.decode([received], [KEY]), DataError);
    assert(/up to \d+ million pixels fit/.test(error.message), error.message);
  });
});

Deno.test("200 pictures there and back leave no tensor and no memory behind", async () => {
  const image = picture(32, 32);
  await withCodec(async (codec) => {
    const round = (): Promise<unknown> => sendOver(codec, awgn.create({}), image, 10);
    for (let i = 0; i < 10; i++) await round();
    const before = tf.memory();
    for (let i = 0; i < 200; i++) await round();
    const after = tf.memory();
    assertEquals([after.numTensors, after.numBytes], [before.numTensors, before.numBytes]);
  });
});
