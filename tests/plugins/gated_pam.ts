/**
 * A plugin for tests: raw PAM that stops after its first picture while a gate is shut, so that a run
 * can be met in the middle. The gate is a file, named by SEMCAST_TEST_GATE; it is shut while it is
 * there.
 *
 * @module
 */
import type { CodecPlugin } from "semcast";
import rawPam from "./raw_pam.ts";

const gate = Deno.env.get("SEMCAST_TEST_GATE");
let decoded = 0;

const plugin: CodecPlugin<{ gain: number }> = {
  ...rawPam,
  id: "gated-pam",
  title: "Gated PAM",
  create: async (session, options, host) => {
    const codec = await rawPam.create(session, options, host);
    return {
      ...codec,
      decode: async (received, keys) => {
        while (decoded > 0 && isShut()) await new Promise((resolve) => setTimeout(resolve, 20));
        decoded++;
        return await codec.decode(received, keys);
      },
    };
  },
};

function isShut(): boolean {
  try {
    return gate !== undefined && Deno.statSync(gate).isFile;
  } catch {
    return false;
  }
}

export default plugin;
