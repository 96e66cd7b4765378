/**
 * A Slurm of two nodes on this machine, for tests: its own munged, slurmctld and two slurmd on
 * loopback, all of whose files lie in one folder. Any user can start it. Needs Debian's packages
 * slurmctld, slurmd, slurm-client and munge.
 *
 * @module
 */

const PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol"];
/** Where daemons are that a user's PATH may not name. */
const FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** Why there can be no cluster here; undefined when there can. */
export function whyNoSlurm(): string | undefined {
  const folders = [...(Deno.env.get("PATH") ?? "").split(":"), ...FOLDERS];
  const missing = PROGRAMS.filter((name) => !folders.some((folder) => isFile(`${folder}/${name}`)));
  if (missing.length === 0) return undefined;
  return `Slurm is not installed (${missing.join(", ")}): apt-get install slurmctld slurmd ` +
    "slurm-client munge";
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Names of the nodes; each has one core. */
export const NODES = ["n1", "n2"] as const;
/** Seconds after which a node that is silent is down; how long each question to it waits. */
const NODE_TIMEOUT_S = 5;
const MESSAGE_TIMEOUT_S = 3;
const START_MS = 20_000;
const END_MS = 10_000;

/** The cluster, at work. */
export class SlurmCluster implements AsyncDisposable {
  private constructor(private readonly folder: string, private readonly user: string) {}

  /**
   * Starts all daemons and waits until both nodes are idle.
   *
   * @throws When that takes too long; the ends of the logs are in the text, and nothing runs on.
   */
  static async start(): Promise<SlurmCluster> {
    const folder = await Deno.makeTempDir({ prefix: "slurm" });
    const cluster = new SlurmCluster(folder, (await text("id", ["-un"])).trim());
    try {
      await cluster.#configure();
      await cluster.#startMunge();
      await cluster.#run("slurmctld", ["-f", cluster.configuration]);
      for (const node of NODES) await cluster.startNode(node);
      await until("both nodes are idle", START_MS, async () => {
        const states = await cluster.#text("sinfo", ["-h", "-N", "-o", "%t"]);
        return states.trim().split("\n").filter((state) => state === "idle").length ===
          NODES.length;
      });
      return cluster;
    } catch (error) {
      const logs = cluster.#logs();
      await cluster[Symbol.asyncDispose]();
      throw new Error(`the cluster does not start: ${(error as Error).message}\n${logs}`);
    }
  }

  /** The path of slurm.conf: what SLURM_CONF must be. */
  get configuration(): string {
    return `${this.folder}/slurm.conf`;
  }

  /** Environment of a program that uses the cluster. */
  get env(): Record<string, string> {
    return { SLURM_CONF: this.configuration, PATH: path() };
  }

  /** Starts the daemon of a node. */
  async startNode(node: string): Promise<void> {
    await this.#run("slurmd", ["-N", node, "-f", this.configuration]);
  }

  /** Ends the daemon of a node and all that runs on it, at once, as a power cut does. */
  async cutPower(node: string): Promise<void> {
    const jobs = await this.#text("squeue", ["-h", "-t", "R", "-w", node, "-o", "%A"]);
    kill(this.#pid(node), "SIGKILL");
    for (const job of jobs.split("\n").filter((one) => one !== "")) {
      for (const pid of processesOf(job)) kill(pid, "SIGKILL");
    }
    Deno.removeSync(`${this.folder}/${node}.pid`);
  }

  /** Kills the batch script of the task of an index, as the kernel does when memory is short. */
  async killTask(index: number): Promise<void> {
    const running = await this.#text("squeue", ["-h", "-r", "-t", "R", "-o", "%F_%K"]);
    const task = running.split("\n").find((id) => id.endsWith(`_${index}`));
    if (task === undefined) throw new Error(`task ${index} does not run: ${running}`);
    await this.#text("scancel", ["--signal=KILL", "--batch", task]);
  }

  /** Tasks that are not over. */
  async queued(): Promise<number> {
    const out = await this.#text("squeue", ["-h", "-r", "-o", "%i"]);
    return out.split("\n").filter((line) => line !== "").length;
  }

  async #configure(): Promise<void> {
    const host = Deno.hostname().split(".")[0] as string;
    const [controller, first, second] = freePorts(3) as [number, number, number];
    for (const name of ["munge", "socket", "state", ...NODES.map((node) => `spool.${node}`)]) {
      await Deno.mkdir(`${this.folder}/${name}`, { mode: 0o700 });
    }
    await Deno.chmod(this.folder, 0o755);
    await Deno.chmod(`${this.folder}/socket`, 0o755); // munged wants it reachable for all
    const { folder, user } = this;
    const node = (name: string, port: number): string =>
      `NodeName=${name} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${port} CPUs=1 State=UNKNOWN`;
    await Deno.writeTextFile(
      this.configuration,
      `ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${controller}
SlurmUser=${user}
SlurmdUser=${user}
AuthType=auth/munge
AuthInfo=socket=${folder}/socket/s,cred_expire=5
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool.%n
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/%n.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/%n.log
SlurmdTimeout=${NODE_TIMEOUT_S}
MessageTimeout=${MESSAGE_TIMEOUT_S}
TCPTimeout=2
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,sched_min_interval=0
ReturnToService=2
MpiDefault=none
SwitchType=switch/none
KillWait=2
MailProg=/bin/true
${node(NODES[0], first)}
${node(NODES[1], second)}
PartitionName=main Nodes=${NODES.join(",")} Default=YES MaxTime=INFINITE State=UP
`,
    );
  }

  async #startMunge(): Promise<void> {
    const munge = `${this.folder}/munge`;
    await Deno.writeFile(`${munge}/key`, crypto.getRandomValues(new Uint8Array(128)), {
      mode: 0o600,
    });
    await this.#run("munged", [
      ...["--force", `--key-file=${munge}/key`, `--socket=${this.folder}/socket/s`],
      ...[`--pid-file=${this.folder}/munged.pid`, `--log-file=${munge}/log`],
      ...[`--seed-file=${munge}/seed`, "--num-threads=2"],
    ]);
  }

  async #run(program: string, args: readonly string[]): Promise<void> {
    // a daemon keeps what it inherits: a pipe would never end
    const { code } = await new Deno.Command(program, {
      args: [...args],
      env: this.env,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    if (code !== 0) throw new Error(`${program} ended with status ${code}`);
  }

  #text(program: string, args: readonly string[]): Promise<string> {
    return text(program, args, this.env);
  }

  /** Process id of a daemon, from its file. */
  #pid(daemon: string): number | undefined {
    try {
      return Number(Deno.readTextFileSync(`${this.folder}/${daemon}.pid`)) || undefined;
    } catch {
      return undefined;
    }
  }

  #logs(): string {
    const ends = ["slurmctld", ...NODES].map((daemon) => {
      try {
        const lines = Deno.readTextFileSync(`${this.folder}/${daemon}.log`).trim().split("\n");
        return `${daemon}: ${lines.slice(-5).join("\n  ")}`;
      } catch {
        return `${daemon}: no log`;
      }
    });
    return ends.join("\n");
  }

  /** Ends every daemon, by its process id, and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const daemon of [...NODES, "slurmctld", "munged"]) {
      const pid = this.#pid(daemon);
      if (pid === undefined) continue;
      kill(pid, "SIGTERM");
      const isGone = (): boolean => !isAlive(pid);
      await until(`${daemon} ends`, END_MS, isGone).catch(() => kill(pid, "SIGKILL"));
    }
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Waits until something holds. */
export async function until(
  what: string,
  limitMs: number,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const begun = performance.now();
  while (!await holds()) {
    if (performance.now() - begun > limitMs) throw new Error(`not within ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function path(): string {
  return [Deno.env.get("PATH") ?? "", ...FOLDERS].join(":");
}

async function text(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { stdout } = await new Deno.Command(program, {
    args: [...args],
    env,
    stdin: "null",
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const ports = listeners.map(({ addr }) => (addr as Deno.NetAddr).port);
  for (const listener of listeners) listener.close();
  return ports;
}

/** Processes of a job: those with its id in their environment, and the daemon's step that runs it. */
function processesOf(job: string): number[] {
  const pids = [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter(Boolean);
  return pids.filter((pid) => {
    try {
      const step = Deno.readTextFileSync(`/proc/${pid}/cmdline`);
      if (step.includes(`slurmstepd: [${job}.`)) return true;
      const environment = Deno.readTextFileSync(`/proc/${pid}/environ`).split("\0");
      return environment.includes(`SLURM_JOB_ID=${job}`);
    } catch {
      return false; // gone, or another user's
    }
  });
}

function isAlive(pid: number): boolean {
  try {
    const state = /\) (\w)/.exec(Deno.readTextFileSync(`/proc/${pid}/stat`))?.[1];
    return state !== "Z";
  } catch {
    return false;
  }
}

function kill(pid: number | undefined, signal: Deno.Signal): void {
  try {
    if (pid !== undefined) Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
