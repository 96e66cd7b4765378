/**
 * SoftCast: every real value of a symbol is a scaled DCT coefficient; quality follows the SNR.
 *
 * @module
 */
import type { CodecPlugin } from "semcast";
import type { SoftCastOptions } from "./codec.ts";

const softCast: CodecPlugin<SoftCastOptions> = {
  id: "softcast",
  title: "SoftCast",
  reference: "Jakubczak, Katabi, A cross-layer design for scalable mobile video, MobiCom 2011",
  options: {
    grid: {
      type: "integer",
      default: 16,
      min: 1,
      max: 64,
      text: "chunks of DCT coefficients along each side of a colour plane",
    },
  },
  rate: "per-image",
  create: async (session, options, host) =>
    (await import("./codec.ts")).openSoftCast(session, options, host),
};

export default softCast;
