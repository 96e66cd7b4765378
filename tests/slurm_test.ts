/**
 * `deno task sim --slurm` on a real Slurm of two nodes: what the cluster computes is what one
 * machine computes, whatever is killed on the way.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { inFolder, type Outcome, outcome, sim, simCommand } from "./command.ts";
import { makePictures } from "./pictures.ts";
import { numbers } from "./results.ts";
import { SlurmCluster, until, whyNoSlurm } from "./slurm_cluster.ts";

const SWEEP = [
  ...["--plugin", "./tests/plugins/gated_pam.ts", "--codecs", "gated-pam"],
  ...["--snr", "0,10", "--cbr", "1/48", "--trials", "2", "--metrics", "psnr", "--pictures", "0"],
];
const IN_THE_MIDDLE_MS = 60_000;

/** Units in a store; 0 while there is none. */
function stored(path: string): number {
  try {
    using db = new DatabaseSync(path, { readOnly: true });
    return Number(db.prepare("SELECT count(*) AS n FROM unit").get()?.["n"]);
  } catch {
    return 0;
  }
}

/** A run that a cluster computes. */
class ClusterRun {
  readonly #child: Deno.ChildProcess;

  constructor(cluster: SlurmCluster, readonly out: string, slurm: readonly string[] = []) {
    const data = out.replace(/[^/]*$/, "pictures");
    const options = ["--data", data, "--slurm", "tasks=2", "poll=1", ...slurm];
    const env = { ...cluster.env, SEMCAST_TEST_GATE: `${out}.gate` };
    this.#child = simCommand([...SWEEP, "--out", out, ...options], env).spawn();
  }

  /** Starts a run and waits until both tasks have stored a unit; the gate holds them there. */
  static async inTheMiddle(
    cluster: SlurmCluster,
    out: string,
    slurm?: readonly string[],
  ): Promise<ClusterRun> {
    await Deno.writeTextFile(`${out}.gate`, "");
    const run = new ClusterRun(cluster, out, slurm);
    const stores = [1, 2].map((index) => `${out}/slurm/shard-${index}/results.sqlite`);
    await until(
      "both tasks have stored a unit",
      IN_THE_MIDDLE_MS,
      () => stores.every((path) => stored(path) > 0),
    );
    return run;
  }

  /** Lets the tasks go on. */
  openGate(): void {
    Deno.removeSync(`${this.out}.gate`);
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  async end(): Promise<Outcome> {
    return outcome(await this.#child.output());
  }
}

const reason = whyNoSlurm();

Deno.test({
  name: `a Slurm cluster computes what one machine computes${
    reason ? ` (skipped: ${reason})` : ""
  }`,
  ignore: reason !== undefined,
  fn: (test) =>
    inFolder(async (folder) => {
      await using cluster = await SlurmCluster.start();
      const data = await makePictures(folder), one = `${folder}/one`;
      assertEquals((await sim([...SWEEP, "--data", data, "--out", one, "--quiet"])).code, 0);
      const wanted = await numbers(one);
      const isLikeOne = async (out: string): Promise<void> => {
        assertEquals(await numbers(out), wanted);
        assertEquals([...Deno.readDirSync(out)].filter(({ name }) => name === "slurm"), []);
        assertEquals(await cluster.queued(), 0);
      };

      await test.step("a task that is killed in the middle is sent again and goes on", async () => {
        const run = await ClusterRun.inTheMiddle(cluster, `${folder}/killed`);
        await cluster.killTask(2);
        run.openGate();
        const { code, out, err } = await run.end();
        assertEquals(code, 0, err);
        assert(/task 2 did not end its work \(FAILED.*\); sent again/.test(out + err), out + err);
        await isLikeOne(run.out);
      });

      await test.step("Ctrl-C cancels the array and keeps what is finished", async () => {
        const run = await ClusterRun.inTheMiddle(cluster, `${folder}/stopped`);
        run.kill("SIGINT");
        const { code, err } = await run.end();
        assertEquals(code, 130, err);
        assertEquals(await cluster.queued(), 0);
        assertEquals(stored(`${run.out}/results.sqlite`), 2, "one unit of each task");
        assertEquals([...Deno.readDirSync(run.out)].map(({ name }) => name), ["results.sqlite"]);
      });

      await test.step("a task that is lost is named, and the same command computes the rest", async () => {
        const run = await ClusterRun.inTheMiddle(cluster, `${folder}/stopped`, ["tries=1"]);
        await cluster.killTask(1);
        run.openGate();
        const { code, err } = await run.end();
        assertEquals(code, 1);
        assert(/task 1 is given up after 1 try \(FAILED/.test(err), err);
        assert((await Deno.readTextFile(`${run.out}/table.md`)).includes("is given up"));
        const again = await new ClusterRun(cluster, run.out).end();
        assertEquals(again.code, 0, again.err);
        await isLikeOne(run.out);
      });

      await test.step("neither the end of the submitting process nor that of a node ends the run", async () => {
        const run = await ClusterRun.inTheMiddle(cluster, `${folder}/left`);
        run.kill("SIGKILL");
        await run.end();
        await cluster.cutPower("n2");
        const next = new ClusterRun(cluster, run.out);
        run.openGate();
        const { code, out, err } = await next.end();
        assertEquals(code, 0, err);
        assert((out + err).includes("slurm: goes on with job"), out + err);
        await isLikeOne(run.out);
      });

      await test.step("what the cluster refuses is told in its words", async () => {
        const run = new ClusterRun(cluster, `${folder}/refused`, ["partition=nowhere"]);
        const { code, err } = await run.end();
        assertEquals(code, 1);
        assert(
          /the cluster does not take the job: invalid partition specified: nowhere/.test(err),
          err,
        );
      });
    }),
});

Deno.test("without Slurm it is said what to do", () =>
  inFolder(async (folder) => {
    const { code, err } = await sim([...SWEEP, "--out", folder, "--slurm"], { PATH: folder });
    assertEquals(code, 1);
    assert(/sbatch is not installed on this machine; .*--shard i\/n/.test(err), err);
  }));
