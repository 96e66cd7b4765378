import { assert, assertEquals, assertRejects } from "@std/assert";
import { JobFailure, type Limits, WorkerProcess } from "./pool.ts";

const SCRIPT = new URL("../tests/plugins/odd_worker.ts", import.meta.url);
const limits: Limits = { silentMs: 5000, memoryBytes: 2 ** 30 };

async function withWorker(work: (worker: WorkerProcess) => Promise<void>): Promise<void> {
  await using worker = new WorkerProcess(SCRIPT);
  await work(worker);
}

async function fails(worker: WorkerProcess, job: string, own = limits): Promise<string> {
  const error = await assertRejects(() => worker.run(job, own, () => {}), JobFailure);
  return (error as JobFailure).kind;
}

Deno.test("a job's progress arrives in order, then its end; typed arrays stay typed arrays", () =>
  withWorker(async (worker) => {
    const seen: unknown[] = [];
    const done = await worker.run<unknown, unknown>("count", limits, (one) => seen.push(one));
    assertEquals(seen, [1, 2, 3]);
    assertEquals(done, Float32Array.of(0.5, NaN));
  }));

Deno.test("a job that throws fails alone: the same process does the next one", () =>
  withWorker(async (worker) => {
    const before = await worker.run<never, number>("pid", limits, () => {});
    assertEquals(await fails(worker, "throw"), "threw");
    assertEquals(await worker.run<never, number>("pid", limits, () => {}), before);
  }));

Deno.test("a job that hangs, dies or eats the memory is ended, and a new process goes on", () =>
  withWorker(async (worker) => {
    const before = await worker.run<never, number>("pid", limits, () => {});
    assertEquals(await fails(worker, "spin", { ...limits, silentMs: 1200 }), "timeout");
    assertEquals(await fails(worker, "exit"), "died");
    assertEquals(await fails(worker, "eat", { ...limits, memoryBytes: 300 * 2 ** 20 }), "memory");
    assert(await worker.run<never, number>("pid", limits, () => {}) !== before);
  }));

Deno.test("a slow job that keeps talking is not late", () =>
  withWorker(async (worker) => {
    await worker.run("pid", limits, () => {}); // the process is up
    assertEquals(
      await worker.run<number, string>("slow", { ...limits, silentMs: 700 }, () => {}),
      "slow",
    );
  }));

Deno.test("disposing stops the job that is on", async () => {
  const worker = new WorkerProcess(SCRIPT);
  await worker.run("pid", limits, () => {});
  const spinning = fails(worker, "spin");
  await worker[Symbol.asyncDispose]();
  assertEquals(await spinning, "stopped");
});
