/**
 * A plugin for tests of the simulator: its encoder throws.
 *
 * @module
 */
import type { Codec, CodecPlugin } from "semcast";

const codec: Codec = {
  version: "1",
  encode: () => {
    throw new Error("no such table");
  },
  decode: () => Promise.resolve([]),
  dispose: () => {},
};

const plugin: CodecPlugin = {
  id: "throws",
  title: "A codec that fails",
  reference: "none: for tests",
  options: {},
  rate: "per-image",
  create: () => Promise.resolve(codec),
};

export default plugin;
