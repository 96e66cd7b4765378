/**
 * What `deno task train` understands, and its help.
 *
 * @module
 */
import { DEFAULTS } from "../../train/settings.ts";
import { type Argument, helpText, type Manual } from "./arguments.ts";

/** The options of the command. */
export const ARGUMENTS: readonly Argument[] = [
  { name: "codec", value: "ID", text: "what is trained, see --list" },
  { name: "preset", value: "NAME", text: "which of its networks", default: "its first" },
  { name: "stage", value: "N", text: "stage of its training", default: `${DEFAULTS.stage}` },
  { name: "snr", value: "DB", text: "Es/N0 in dB", default: `${DEFAULTS.snrDb}` },
  {
    name: "cbr",
    value: "RATIO",
    text: "complex channel uses per source value",
    default: DEFAULTS.cbr,
  },
  { name: "set", value: "KEY=VALUE", many: true, text: "settings of the codec" },
  { name: "data", value: "FOLDER", text: "photographs to train on: PNG, JPEG, WebP" },
  {
    name: "valid",
    value: "FOLDER",
    text: "photographs to measure by, never trained on",
    default: "one in 20 of --data, 16 at most, held out",
  },
  {
    name: "out",
    value: "FOLDER",
    text: "where checkpoints, weights, log and figure go",
    default: "out/train/NAME, or where --resume lies",
  },
  {
    name: "steps",
    value: "N",
    text: "steps in all",
    default: `${DEFAULTS.steps}; with --minutes alone as many as fit`,
  },
  { name: "minutes", value: "M", text: "stop after so long; --resume goes on" },
  { name: "resume", value: "FILE", text: "training checkpoint (state.safetensors) to go on from" },
  {
    name: "init",
    value: "FILE",
    text: "weights to start from: .safetensors, or state.pt of train/torch; tensors of another " +
      "shape start anew",
  },
  { name: "batch", value: "N", text: "crops of a step", default: `${DEFAULTS.batch}` },
  { name: "crop", value: "PIXELS", text: "side of the crops", default: `${DEFAULTS.crop}` },
  {
    name: "large-crops",
    value: "N",
    text: "last steps with crops of twice the side, a quarter of the batch",
    default: `${DEFAULTS.largeCrops}`,
  },
  { name: "rate", value: "R", text: "highest learning rate of Adam", default: `${DEFAULTS.rate}` },
  {
    name: "schedule",
    value: "NAME",
    text: "stable: the rate rises, stays, falls to zero; cosine: rises, falls to 2 %",
    default: DEFAULTS.schedule,
  },
  {
    name: "warmup",
    value: "N",
    text: "steps over which the rate rises",
    default: `${DEFAULTS.warmup}`,
  },
  {
    name: "cooldown",
    value: "N",
    text: "steps over which a stable rate falls",
    default: "a quarter of all",
  },
  {
    name: "clip",
    value: "NORM",
    text: "largest norm of the gradient",
    default: `${DEFAULTS.clip}`,
  },
  {
    name: "ema",
    value: "DECAY",
    text: "weight of the past in the weights' running average",
    default: `${DEFAULTS.ema}`,
  },
  { name: "seed", value: "N", text: "all randomness follows from it", default: `${DEFAULTS.seed}` },
  {
    name: "memory",
    value: "MIB",
    text: "for decoded photographs; what does not fit is left out by lot",
    default: `${DEFAULTS.memoryMiB}`,
  },
  {
    name: "diverged-db",
    value: "DB",
    text: "a fall of the validation PSNR that stops the training",
    default: "as the codec says, else 1",
  },
  { name: "save-minutes", value: "M", text: "time between checkpoints", default: "3" },
  {
    name: "backend",
    value: "NAME",
    text: "auto, webgpu, native, wasm or portable (same bits on every machine)",
    default: "auto",
  },
  { name: "threads", value: "N", text: "of the native kernels", default: "all cores" },
  {
    name: "replicas",
    value: "N",
    text: "copies of the network that share a batch, each with an engine of its own",
    default: `${DEFAULTS.replicas}`,
  },
  { name: "plugin", value: "FILE", many: true, text: "modules with codecs of your own" },
  { name: "list", text: "codecs that can be trained, their presets and stages" },
  { name: "quiet", text: "no progress" },
  { name: "help", text: "this text" },
];

const USAGE = `deno task train --codec ID --data FOLDER [options]

Trains the network of a codec on a folder of photographs. A checkpoint is written every few minutes,
at the end, and when the command is stopped (Ctrl-C); --resume goes on from it, to the bit on one
engine. With --resume, what is not said is as it was.`;

/** What the command says of itself. */
export function manual(): Manual {
  return { usage: USAGE, options: ARGUMENTS };
}

/** The text of `--help`. */
export function help(): string {
  return helpText(manual());
}
