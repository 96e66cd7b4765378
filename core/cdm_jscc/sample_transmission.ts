/**
 * One side of a transmission in a process of its own, which has its own kernels: with the permission
 * for native code or without.
 *
 *     deno run -A sample_transmission.ts encode CHECKPOINT FILE
 *     deno run --allow-read --allow-env --allow-write sample_transmission.ts decode CHECKPOINT FILE
 *
 * `encode` writes what was sent, what the receiver would show and the kernels; `decode` adds what it
 * shows.
 *
 * @module
 */
import { hostFor, Memo } from "../../sim/host.ts";
import { awgn } from "../../channels/awgn.ts";
import type { Codec } from "../codec.ts";
import { parseOptions } from "../options.ts";
import { rootKey } from "../random.ts";
import { openTensors } from "../tensor/backend.ts";
import { noiseVariance } from "../units.ts";
import plugin from "./plugin.ts";

/** What the two processes leave in the file. */
export interface Handover {
  readonly symbols: readonly number[];
  readonly side: readonly number[];
  readonly shown: readonly number[];
  readonly kernels: string;
}

const SNR_DB = 10, SIDE = 128;
const KEY = rootKey(3);

async function open(checkpoint: string): Promise<Codec> {
  const options = parseOptions(plugin.options, { checkpoint, steps: 3 }, "cdm-jscc");
  const session = {
    cbr: 1 / 48,
    snrDb: SNR_DB,
    channel: "awgn",
    sideInformation: "ideal",
  } as const;
  return await plugin.create(session, options, hostFor(awgn.create({}), new Memo(2 ** 20)));
}

async function show(
  codec: Codec,
  { symbols, side }: Pick<Handover, "symbols" | "side">,
): Promise<number[]> {
  const sent = Float32Array.from(symbols);
  const [shown] = await codec.decode([{
    ...awgn.create({}).transmit(sent, SNR_DB, KEY.derive("channel")),
    noiseVariance: noiseVariance(SNR_DB),
    side: Uint8Array.from(side),
    genie: null,
    width: SIDE,
    height: SIDE,
  }], [KEY]);
  return shown && !shown.outage ? Array.from(shown.image.data) : [];
}

async function main([task, checkpoint = "", file = ""]: readonly string[]): Promise<void> {
  const codec = await open(checkpoint);
  const kernels = (await openTensors()).packs.join(", ");
  if (task === "encode") {
    const data = Uint8Array.from({ length: 3 * SIDE ** 2 }, (_, i) => 128 + 90 * Math.sin(i / 97));
    const [sent] = await codec.encode([{ width: SIDE, height: SIDE, data }], [KEY]);
    const symbols = Array.from(sent?.symbols ?? []), side = Array.from(sent?.side.bytes ?? []);
    const shown = await show(codec, { symbols, side });
    await Deno.writeTextFile(file, JSON.stringify({ symbols, side, shown, kernels }));
  } else {
    const sent = JSON.parse(await Deno.readTextFile(file)) as Handover;
    const shown = await show(codec, sent);
    await Deno.writeTextFile(file, JSON.stringify({ ...sent, shown, kernels }));
  }
  codec.dispose();
}

if (import.meta.main) await main(Deno.args);
