/**
 * GAN-JSCC as a codec: weights of one's own, sizes, mismatch, memory. The contract that all codecs
 * hold is in plugin_test.ts.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { awgn } from "../../channels/awgn.ts";
import type { Codec, Reconstruction, Session } from "../../core/codec.ts";
import { sha256 } from "../../core/digest.ts";
import { CapabilityError, DataError, OptionError } from "../../core/errors.ts";
import type { RgbImage } from "../../core/image.ts";
import { type OptionValues, parseOptions } from "../../core/options.ts";
import { rootKey } from "../../core/random.ts";
import { openTensors, tf } from "../../core/tensor/backend.ts";
import { formatManifest } from "../../core/tensor/checkpoint/manifest.ts";
import { writeSafetensors } from "../../core/tensor/checkpoint/safetensors.ts";
import { initialise, toFile } from "../../core/tensor/nn/parameters.ts";
import { channelUseBudget, noiseVariance } from "../../core/units.ts";
import { hostFor, Memo } from "../../sim/host.ts";
import { networkOf } from "./networks.ts";
import { OPTIONS } from "./options.ts";
import ganJscc from "./plugin.ts";

await openTensors();

const SESSION: Session = { cbr: 1 / 48, snrDb: 10, channel: "awgn", sideInformation: "ideal" };
const KEY = rootKey(4);
const CHANNEL = awgn.create({});

/** A codec of the published layers, width 16, random weights, in a folder that is then removed. */
async function withPaper<T>(
  work: (codec: Codec, file: string) => Promise<T>,
  change: Partial<Session> = {},
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    const { declarations, options } = networkOf("paper", { latent: 2, width: 16 });
    const tensors = initialise(declarations, rootKey(1));
    const values = await toFile(declarations, tensors);
    tf.dispose([...tensors.values()]);
    const weights = writeSafetensors(
      new Map([...values].map(([name, values]) => {
        return [name, { shape: declarations[name]!.shape, values }];
      })),
    );
    const file = `${folder}/own.safetensors`;
    await Deno.writeFile(file, weights);
    await Deno.writeTextFile(
      `${folder}/own.json`,
      formatManifest({
        codec: "gan-jscc",
        preset: "paper",
        version: "1",
        options,
        snrDb: 7,
        cbr: "1/48",
        digest: `sha256:${await sha256(weights)}`,
        dtype: "f32",
        steps: 0,
        hours: 0,
        seed: 1,
        device: "none",
        data: "none",
        loss: "none",
        validation: {},
      }),
    );
    return await withCodec((codec) => work(codec, file), change, { checkpoint: file });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function withCodec<T>(
  work: (codec: Codec) => Promise<T>,
  change: Partial<Session>,
  options: OptionValues,
): Promise<T> {
  const host = hostFor(CHANNEL, new Memo(1e6)), session = { ...SESSION, ...change };
  const codec = await ganJscc.create(session, parseOptions(OPTIONS, options, "gan-jscc"), host);
  try {
    return await work(codec);
  } finally {
    codec.dispose();
  }
}

function picture(width: number, height: number): RgbImage {
  const data = new Uint8Array(3 * width * height).map((_, i) => 128 + 100 * Math.sin(i / 17));
  return { width, height, data };
}

async function sendOver(codec: Codec, image: RgbImage, snrDb: number): Promise<Reconstruction> {
  const [sent] = await codec.encode([image], [KEY]);
  const { symbols, side } = sent!;
  const output = CHANNEL.transmit(symbols, snrDb, KEY.derive("channel"));
  const received = { ...output, noiseVariance: noiseVariance(snrDb), genie: null };
  const { width, height } = image;
  const [shown] = await codec.decode(
    [{ ...received, side: side.bits > 0 ? side.bytes : null, width, height }],
    [KEY],
  );
  return shown!;
}

Deno.test("the published layers send no side information and every symbol of the budget", async () => {
  await withPaper(async (codec) => {
    const image = picture(48, 32), [sent] = await codec.encode([image], [KEY]);
    assertEquals(sent!.symbols.length / 2, channelUseBudget(1 / 48, image));
    assertEquals(sent!.side.bits, 0);
  });
});

Deno.test("pictures of every small size go through the published layers", async () => {
  await withPaper(async (codec) => {
    for (const [width, height] of [[1, 1], [1, 40], [17, 31], [33, 64]] as const) {
      const image = picture(width, height), shown = await sendOver(codec, image, 10);
      assertEquals([shown.image.width, shown.image.height], [width, height]);
      assertEquals(shown.outage, channelUseBudget(1 / 48, image) < 1, `${width} x ${height}`);
    }
  });
});

Deno.test("an SNR far from the trained one works and is said", async () => {
  await withPaper(async (codec, file) => {
    const said = `checkpoint from a file: ${file.split("/").at(-1)}, 7 dB for -20 dB`;
    assert(codec.notes?.includes(said), codec.notes?.join("; "));
    assert(!(await sendOver(codec, picture(48, 32), -20)).outage);
  }, { snrDb: -20 });
});

Deno.test("far beyond the SNR that a network was trained at pictures do not get worse", async () => {
  const image = picture(96, 64);
  const psnrDb = (snrDb: number): Promise<number> =>
    withCodec(
      async (codec) => {
        const { data } = (await sendOver(codec, image, snrDb)).image;
        const error = data.reduce((sum, value, i) => sum + (value - image.data[i]!) ** 2, 0);
        return 10 * Math.log10(255 ** 2 * data.length / error);
      },
      { snrDb },
      {},
    );
  const [near, far] = [await psnrDb(13), await psnrDb(50)];
  assert(far > near - 0.5, `${near} dB at 13 dB, ${far} dB at 50 dB`);
});

Deno.test("a picture that would not fit the memory is refused with the size that does", async () => {
  await withPaper(async (codec) => {
    const data = new Uint8Array(3 * 8000 * 5000);
    await assertRejects(
      () => codec.encode([{ width: 8000, height: 5000, data }], [KEY]),
      DataError,
      "million pixels fit",
    );
  });
});

Deno.test("what there are no weights for is said before the first picture", async () => {
  const opening = (change: Partial<Session>, options: OptionValues): Promise<unknown> =>
    withCodec(() => Promise.resolve(), change, options);
  await assertRejects(() => opening({}, { preset: "paper" }), CapabilityError, "preset paper");
  await assertRejects(() => opening({ cbr: 1 / 40 }, {}), CapabilityError, "CBR 1/40");
  await assertRejects(
    () => opening({}, { checkpoint: "/nowhere/net.safetensors" }),
    OptionError,
    "net.json",
  );
});
