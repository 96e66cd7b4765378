/**
 * A plugin for tests: sends as many samples as fit, one real value each, and shows the others as
 * their mean. The smallest honest codec.
 *
 * @module
 */
import {
  channelUseBudget,
  type CodecPlugin,
  NO_SIDE,
  perImage,
  type Reception,
  type RgbImage,
  sourceValues,
  type Transmission,
} from "semcast";

const plugin: CodecPlugin<{ gain: number }> = {
  id: "raw-pam",
  title: "Raw PAM",
  reference: "none: a teaching example",
  options: { gain: { type: "number", default: 1, min: 0, max: 4, text: "gain of the receiver" } },
  rate: "per-image",
  create: (session, { gain }) =>
    Promise.resolve(perImage({
      version: "1",
      encodeImage: (image) => send(image, channelUseBudget(session.cbr, image)),
      decodeImage: (received) => ({ image: show(received, gain), outage: false }),
    })),
};

export default plugin;

/** +1 or -1 for each of the first samples: above or below the middle. */
function send(image: RgbImage, uses: number): Transmission {
  const symbols = new Float32Array(2 * uses);
  for (let part = 0; part < symbols.length; part++) {
    symbols[part] = (image.data[part] ?? 0) >= 128 ? Math.SQRT1_2 : -Math.SQRT1_2;
  }
  return { symbols, side: NO_SIDE };
}

function show({ symbols, width, height }: Reception, gain: number): RgbImage {
  const data = new Uint8Array(sourceValues({ width, height })).fill(128);
  for (let part = 0; part < Math.min(symbols.length, data.length); part++) {
    data[part] = Math.min(255, Math.max(0, 128 + 64 * gain * (symbols[part] as number)));
  }
  return { width, height, data };
}
