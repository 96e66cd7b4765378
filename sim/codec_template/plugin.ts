/**
 * My codec: a thumbnail by phase modulation.
 *
 * This file says what the codec is; codec.ts does the work and is loaded when it is needed.
 *
 * @module
 */
import type { CodecPlugin } from "semcast";
import type { MyCodecOptions } from "./codec.ts";

const myCodec: CodecPlugin<MyCodecOptions> = {
  id: "my-codec",
  title: "My codec",
  reference: "none: an example to begin with",
  options: {
    turn: {
      type: "number",
      default: 0.75,
      min: 0.01,
      max: 1,
      unit: "circles",
      text: "how far black and white are apart",
    },
  },
  rate: "per-image",
  create: async (session, options) => (await import("./codec.ts")).openMyCodec(session, options),
};

export default myCodec;
