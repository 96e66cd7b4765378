/**
 * A plugin for tests of the simulator: its encoder returns a wrong number of results.
 *
 * @module
 */
import type { Codec, CodecPlugin } from "semcast";

const codec: Codec = {
  version: "1",
  encode: () => {
    return Promise.resolve([]);
  },
  decode: () => Promise.resolve([]),
  dispose: () => {},
};

const plugin: CodecPlugin = {
  id: "shapes",
  title: "A codec that fails",
  reference: "none: for tests",
  options: {},
  rate: "per-image",
  create: () => Promise.resolve(codec),
};

export default plugin;
