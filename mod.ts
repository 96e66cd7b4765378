/**
 * semcast: how good is a picture after it crossed a noisy channel, under this scheme, with this
 * many symbols?
 *
 * This is the public interface for those who write codecs and channels, or run experiments from
 * their own programs. Everything here runs in a browser. The conformance suite is the entry
 * `semcast/testing`; the simulator's command line is `deno task sim`.
 *
 * @module
 */
export * from "./core/channel.ts";
export * from "./core/channel_code.ts";
export * from "./core/codec.ts";
export * from "./core/errors.ts";
export * from "./core/image.ts";
export * from "./core/metric.ts";
export {
  type BooleanOption,
  type ChoiceOption,
  type Described,
  formatSpec,
  type NumberOption,
  type NumberOrWordOption,
  type Option,
  type OptionsSchema,
  type OptionValues,
  parseOptions,
  parseSpec,
  type Spec,
  type TextOption,
} from "./core/options.ts";
export * from "./core/random.ts";
export * from "./core/registry.ts";
export * from "./core/source_coder.ts";
export * from "./core/units.ts";
export { separateChain } from "./baselines/separate/chain.ts";
