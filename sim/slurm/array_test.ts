/**
 * What a cluster rarely does, shown by commands of the same names that say what the test wants.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { CapabilityError } from "../../core/errors.ts";
import { DEFAULTS } from "../experiment.ts";
import { WHOLE } from "../run_record.ts";
import { Store } from "../store.ts";
import { type ArrayOptions, type ArrayState, JobArray } from "./array.ts";

/** A cluster of three shell scripts. */
class FakeCluster {
  readonly told: string[] = [];
  readonly kept: ArrayState[] = [];
  #jobs = 0;

  private constructor(readonly folder: string) {}

  /** Runs a test with the scripts first in the path. */
  static async with(work: (cluster: FakeCluster) => Promise<void>): Promise<void> {
    const folder = await Deno.makeTempDir();
    const path = Deno.env.get("PATH") ?? "";
    try {
      const cluster = new FakeCluster(folder);
      cluster.#script("sbatch", `cat ${folder}/job; echo "$@" >>${folder}/submitted`);
      cluster.#script("squeue", `. ${folder}/queue`);
      cluster.#script("scancel", `echo "$@" >>${folder}/cancelled`);
      cluster.queue("");
      cluster.nextJob();
      Deno.env.set("PATH", `${folder}:${path}`);
      await work(cluster);
    } finally {
      Deno.env.set("PATH", path);
      await Deno.remove(folder, { recursive: true });
    }
  }

  #script(name: string, body: string): void {
    Deno.writeTextFileSync(`${this.folder}/${name}`, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  }

  /** What squeue prints from now on, or the shell text that it runs. */
  queue(lines: string, shell?: string): void {
    Deno.writeTextFileSync(`${this.folder}/queue`, shell ?? `echo '${lines}'\n`);
  }

  nextJob(): void {
    Deno.writeTextFileSync(`${this.folder}/job`, `${++this.#jobs}\n`);
  }

  lines(name: "submitted" | "cancelled"): string[] {
    try {
      return Deno.readTextFileSync(`${this.folder}/${name}`).trim().split("\n");
    } catch {
      return [];
    }
  }

  /** A task writes that it has done its work. */
  end(index: number): void {
    using store = new Store(`${this.folder}/${index}.sqlite`, { sharedFolder: true });
    const experiment = { ...DEFAULTS, codecs: [] };
    const rest = { images: "", versions: {}, failures: [] };
    store.putRun({ experiment, shard: WHOLE, ended: true, ...rest });
  }

  array(change: Partial<ArrayOptions> = {}): JobArray {
    return new JobArray({
      request: { script: "task.sh", log: "log", workingFolder: this.folder, sbatch: ["--qos=low"] },
      store: (index) => `${this.folder}/${index}.sqlite`,
      tries: 2,
      poll: 0.1,
      onUnits: () => {},
      tell: (text) => {
        this.told.push(text);
        this.onTold(text);
      },
      keep: (state) => this.kept.push(state),
      signal: new AbortController().signal,
      ...change,
    });
  }

  /** What the test does when it is told something. */
  onTold: (text: string) => void = () => {};
}

Deno.test("an array whose tasks end needs no word of the queue", () =>
  FakeCluster.with(async (cluster) => {
    cluster.queue("", "exit 1");
    const array = cluster.array();
    await array.start([1, 3]);
    cluster.end(1);
    cluster.end(3);
    assertEquals(await array.finish(), []);
    const [submitted] = cluster.lines("submitted");
    assert(submitted?.includes("--qos=low --parsable --array=1,3"), submitted);
    assertEquals(cluster.kept.at(-1), { jobs: ["1"], tasks: [[1, 1, "1"], [3, 1, "1"]] });
  }));

Deno.test("a queue that does not answer is told once and waited for", () =>
  FakeCluster.with(async (cluster) => {
    cluster.queue(
      "",
      'echo "slurm_load_jobs error: Unable to contact slurm controller" >&2; exit 1',
    );
    cluster.onTold = (text) => {
      if (text.includes("does not answer")) setTimeout(() => cluster.end(1), 1200);
    };
    const array = cluster.array();
    await array.start([1]);
    assertEquals(await array.finish(), []);
    assertEquals(cluster.told.filter((text) => text.includes("does not answer")).length, 1);
    assertEquals(cluster.lines("submitted").length, 1);
  }));

Deno.test("a task that ends well without having done its work is sent again, then given up", () =>
  FakeCluster.with(async (cluster) => {
    cluster.queue("1|2|COMPLETED|n1|None\n2|2|COMPLETED|n1|None");
    cluster.onTold = (text) => {
      if (text.includes("sent again")) cluster.nextJob();
    };
    const array = cluster.array();
    await array.start([2]);
    assertEquals(await array.finish(), [{ index: 2, tries: 2, why: "COMPLETED on n1" }]);
    assertEquals(cluster.lines("submitted").length, 2);
  }));

Deno.test("a task that somebody cancels is not sent again", () =>
  FakeCluster.with(async (cluster) => {
    cluster.queue("1|1|CANCELLED|n1|None");
    const array = cluster.array();
    await array.start([1]);
    assertEquals(await array.finish(), [{ index: 1, tries: 1, why: "CANCELLED on n1" }]);
    assertEquals(cluster.lines("submitted").length, 1);
  }));

Deno.test("a task that can never start is cancelled and sent again", () =>
  FakeCluster.with(async (cluster) => {
    cluster.queue("1|1|PENDING||launch failed requeued held");
    cluster.onTold = (text) => {
      if (text.includes("sent again")) cluster.nextJob();
      if (text.includes("job 2")) cluster.end(1);
    };
    const array = cluster.array();
    await array.start([1]);
    assertEquals(await array.finish(), []);
    assertEquals(cluster.lines("cancelled"), ["--quiet 1_1"]);
    assertEquals(cluster.lines("submitted").length, 2);
  }));

Deno.test("why all tasks wait is told once", () =>
  FakeCluster.with(async (cluster) => {
    cluster.queue("1|1|PENDING||Priority\n1|2|PENDING||Priority");
    cluster.onTold = (text) => {
      if (text.includes("wait in the queue")) {
        setTimeout(() => [1, 2].map((at) => cluster.end(at)), 700);
      }
    };
    const array = cluster.array();
    await array.start([1, 2]);
    assertEquals(await array.finish(), []);
    assertEquals(cluster.told.slice(1), ["slurm: all tasks wait in the queue (Priority)"]);
  }));

Deno.test("stopping cancels every job of the array and waits for their end", () =>
  FakeCluster.with(async (cluster) => {
    const stop = new AbortController();
    cluster.queue("1|1|RUNNING|n1|None");
    const array = cluster.array({ signal: stop.signal });
    await array.start([1]);
    setTimeout(() => stop.abort(), 200);
    setTimeout(() => cluster.queue("1|1|CANCELLED|n1|None"), 1500);
    const begun = performance.now();
    const stopped = await array.finish().then(() => undefined, (error) => error);
    assertEquals(stopped?.name, "AbortError");
    assert(performance.now() - begun > 1000, "not before the task is gone");
    assertEquals(cluster.lines("cancelled"), ["--quiet 1"]);
  }));

Deno.test("a refusal is told in the cluster's own words", () =>
  FakeCluster.with(async (cluster) => {
    await Deno.writeTextFile(
      `${cluster.folder}/sbatch`,
      '#!/bin/sh\necho "sbatch: error: Batch job submission failed: User not permitted" >&2; exit 1\n',
    );
    await assertRejects(
      () => cluster.array().start([1]),
      CapabilityError,
      "does not take the job: Batch job submission failed: User not permitted",
    );
  }));

Deno.test("an array that another process has left is gone on with", () =>
  FakeCluster.with(async (cluster) => {
    cluster.queue("7|1|RUNNING|n1|None\n7|2|FAILED|n2|NonZeroExitCode");
    cluster.onTold = (text) => {
      if (text.includes("job 1,")) [1, 2].map((index) => cluster.end(index));
    };
    const array = cluster.array();
    array.resume({ jobs: ["7"], tasks: [[1, 1, "7"], [2, 1, "7"]] });
    assertEquals(await array.finish(), []);
    const [submitted, ...more] = cluster.lines("submitted");
    assert(submitted?.includes("--array=2 "), submitted);
    assertEquals(more, []);
  }));
