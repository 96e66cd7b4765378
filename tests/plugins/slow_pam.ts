/**
 * A plugin for tests: raw PAM whose decoder takes its time, so that a run can be met in the middle.
 *
 * @module
 */
import type { CodecPlugin } from "semcast";
import rawPam from "./raw_pam.ts";

const DECODE_MS = 150;

const plugin: CodecPlugin<{ gain: number }> = {
  ...rawPam,
  id: "slow-pam",
  title: "Slow PAM",
  create: async (session, options, host) => {
    const codec = await rawPam.create(session, options, host);
    return {
      ...codec,
      decode: async (received, keys) => {
        await new Promise((resolve) => setTimeout(resolve, DECODE_MS));
        return await codec.decode(received, keys);
      },
    };
  },
};

export default plugin;
