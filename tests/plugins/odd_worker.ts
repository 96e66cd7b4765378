/**
 * A worker process for tests of the pool: each job is a way to behave.
 *
 * @module
 */
import process from "node:process";

const hoard: Uint8Array[] = [];

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function behave(job: string): Promise<unknown> {
  switch (job) {
    case "count":
      for (const progress of [1, 2, 3]) process.send?.({ progress });
      return Float32Array.of(0.5, NaN);
    case "pid":
      return process.pid;
    case "throw":
      throw new Error("on purpose");
    case "exit":
      return process.exit(3);
    case "slow":
      for (let step = 0; step < 5; step++) {
        await pause(300);
        process.send?.({ progress: step });
      }
      return "slow";
    case "eat":
      for (;;) {
        hoard.push(new Uint8Array(16 * 2 ** 20).fill(1));
        await pause(5);
      }
    default:
      for (;;); // spins
  }
}

process.on("message", async ({ job }: { job: string }) => {
  try {
    process.send?.({ done: await behave(job) });
  } catch (error) {
    process.send?.({ threw: String(error) });
  }
});
process.on("disconnect", () => process.exit(0));
