/**
 * Plugins for tests of the simulator: three codecs whose encoders fail, each in its own way.
 *
 * @module
 */
import type { Codec, CodecPlugin } from "semcast";

function failing(id: string, encode: Codec["encode"]): CodecPlugin {
  const codec: Codec = {
    version: "1",
    encode,
    decode: () => Promise.resolve([]),
    dispose: () => {},
  };
  return {
    id,
    title: `A codec that ${id}`,
    reference: "none: for tests",
    options: {},
    rate: "per-image",
    create: () => Promise.resolve(codec),
  };
}

const plugins: readonly CodecPlugin[] = [
  failing("throws", () => {
    throw new Error("no such table");
  }),
  failing("hangs", () => {
    for (;;); // as a codec with a wrong stop rule
  }),
  failing("shapes", () => Promise.resolve([])),
];

export default plugins;
