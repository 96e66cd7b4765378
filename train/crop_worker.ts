/**
 * The worker that holds the photographs and makes crops ahead of the training.
 *
 * @module
 */
/// <reference lib="webworker" />
import { isDeliberate } from "../core/errors.ts";
import { keyFromWords } from "../core/random.ts";
import { openDataSet } from "../sim/data/mod.ts";
import { type CropRequest, Crops } from "./crops.ts";
import { type PassedOver, readPhotographs } from "./photographs.ts";

/** What the worker is told first. */
export interface OpenRequest {
  readonly folder: string;
  /** Names of pictures that are not trained on. */
  readonly without: readonly string[];
  readonly smallestSide: number;
  readonly memoryBytes: number;
  readonly keyWords: readonly number[];
}

/** What was read. */
export interface Opened {
  readonly pictures: number;
  readonly pixels: number;
  readonly passedOver: PassedOver;
}

/** To the worker. */
export type CropMessage = { readonly open: OpenRequest } | { readonly crops: CropRequest };

/** From the worker. */
export type CropReply =
  | { readonly read: number; readonly of: number }
  | { readonly opened: Opened }
  | { readonly step: number; readonly values: Float32Array<ArrayBuffer> }
  | { readonly error: string; readonly deliberate: boolean };

const PROGRESS_EVERY = 20;
let crops: Crops | undefined;

async function open(request: OpenRequest): Promise<Opened> {
  const { images } = await openDataSet(request.folder);
  const without = new Set(request.without);
  const sources = images.filter(({ id }) => !without.has(id));
  const key = keyFromWords(request.keyWords);
  const { pictures, passedOver } = await readPhotographs(sources, request.folder, {
    ...request,
    key: key.derive("pictures"),
    onProgress: (read, of) => {
      if (read % PROGRESS_EVERY === 0) reply({ read, of });
    },
  });
  crops = new Crops(pictures, key.derive("crops"));
  const pixels = pictures.reduce((sum, { width, height }) => sum + width * height, 0);
  return { pictures: pictures.length, pixels, passedOver };
}

function reply(message: CropReply, transfer: Transferable[] = []): void {
  self.postMessage(message, transfer);
}

self.onmessage = async ({ data }: MessageEvent<CropMessage>) => {
  try {
    if ("open" in data) return reply({ opened: await open(data.open) });
    const values = (crops as Crops).batch(data.crops);
    reply({ step: data.crops.step, values }, [values.buffer]);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    reply({ error: text, deliberate: isDeliberate(error) });
  }
};
