/**
 * A worker with a tensor engine of its own, which runs jobs when told to and says how long each took:
 * a process has one engine, a comparison needs several.
 *
 * @module
 */
/// <reference lib="webworker" />
import { openTensors, type TensorOptions } from "../backend.ts";
import { loadWasmBackend, tf } from "../tfjs.ts";
import { startTraining } from "./autoencoder.ts";

/** Opens an engine, or the bare wasm backend of tfjs; then runs jobs by name. */
export type TimingRequest =
  | { readonly open: TensorOptions | "tfjs" }
  | { readonly job: string };

/** Milliseconds of a job, or why it could not run. */
export type TimingReply = { readonly ms: number; readonly note: string } | {
  readonly error: string;
};

type Job = () => Promise<string>;

const jobs = new Map<string, Job>();

function job(name: string): Job {
  let found = jobs.get(name);
  if (!found) jobs.set(name, found = prepare(name));
  return found;
}

/** "step 16", or "gradient-x 3 1 96 64 128 128": what, filter, stride, height, width, from, to. */
function prepare(name: string): Job {
  const [what = "", ...words] = name.split(" "), numbers = words.map(Number);
  if (what === "step") {
    const run = startTraining(numbers[0]!);
    return async () => `loss ${(await run.step()).toFixed(6)}`;
  }
  const [filter, stride, height, width, from, to] = numbers as [
    number,
    number,
    number,
    ...number[],
  ];
  const shape: [number, number, number, number] = [1, height!, width!, from!];
  const x = tf.randomUniform(shape), w = tf.randomUniform<tf.Rank.R4>([filter, filter, from!, to!]);
  const y = (): tf.Tensor4D => tf.conv2d(x as tf.Tensor4D, w, stride, "same");
  const dy = tf.tidy(y),
    attributes = { strides: [stride, stride], pad: "same", dataFormat: "NHWC" };
  const kernels: Readonly<Record<string, () => unknown>> = {
    "forward": y,
    "gradient-x": () =>
      tf.engine().runKernel("Conv2DBackpropInput", { dy, filter: w }, {
        ...attributes,
        inputShape: shape,
      }),
    "gradient-filter": () =>
      tf.engine().runKernel("Conv2DBackpropFilter", { x, dy }, {
        ...attributes,
        filterShape: w.shape,
      }),
  };
  return () => {
    tf.tidy(() => void kernels[what]!());
    return Promise.resolve("");
  };
}

async function open(options: TensorOptions | "tfjs"): Promise<string> {
  if (options !== "tfjs") return (await openTensors(options)).packs.join(", ");
  await loadWasmBackend();
  tf.env().set("IS_TEST", true);
  await tf.setBackend("wasm");
  return "tfjs";
}

self.onmessage = async ({ data }: MessageEvent<TimingRequest>) => {
  const reply = (message: TimingReply): void => self.postMessage(message);
  try {
    const start = performance.now();
    const note = "open" in data ? await open(data.open) : await job(data.job)();
    reply({ ms: performance.now() - start, note });
  } catch (error) {
    reply({ error: error instanceof Error ? error.message : String(error) });
  }
};
