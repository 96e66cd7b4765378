/**
 * A plugin for tests of the simulator: its encoder never returns.
 *
 * @module
 */
import type { Codec, CodecPlugin } from "semcast";

const codec: Codec = {
  version: "1",
  encode: () => {
    for (;;);
  },
  decode: () => Promise.resolve([]),
  dispose: () => {},
};

const plugin: CodecPlugin = {
  id: "hangs",
  title: "A codec that fails",
  reference: "none: for tests",
  options: {},
  rate: "per-image",
  create: () => Promise.resolve(codec),
};

export default plugin;
