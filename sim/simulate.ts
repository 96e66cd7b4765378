/**
 * Runs an experiment: looks up what the store holds, computes what is missing on a pool of worker
 * processes, and summarises. One codec that fails is named; the others go on, and every result is
 * kept as soon as it is there.
 *
 * @module
 */
import type { RgbImage } from "../core/image.ts";
import { imageDigest } from "../core/digest.ts";
import { DataError } from "../core/errors.ts";
import type { TensorEngine, TensorOptions } from "../core/tensor/engine.ts";
import { type DataSet, openDataSet } from "./data/mod.ts";
import { bestVariants } from "./best_variants.ts";
import type { Experiment } from "./experiment.ts";
import { Failures } from "./failures.ts";
import type { DescribeJob, Description, GroupJob, Progress, TensorsOpened } from "./job.ts";
import { keptFor, metricInfo } from "./metrics/mod.ts";
import {
  type MissingGroup,
  missingGroups,
  type PlannedImage,
  type PlannedPoint,
  planPoints,
  type VersionedPoint,
} from "./plan.ts";
import { keptPicture } from "./pictures/kept.ts";
import { NO_PICTURES, planPictures } from "./pictures/plan.ts";
import type { Plugins } from "./plugins.ts";
import { JobFailure, type Limits, WorkerProcess } from "./pool.ts";
import { recordOf, type RunRecord, WHOLE } from "./run_record.ts";
import { shareOut } from "./schedule.ts";
import { workPerCodec } from "./share.ts";
import { judge, nextRound } from "./stopping.ts";
import type { Store } from "./store.ts";
import type { Estimate, Point } from "./summary.ts";
import { metricValues, pointDistance, pointResults, summarisePoint } from "./summarise.ts";

/** What a run tells while it goes on. */
export interface Observer {
  /** A round begins: so many units of each codec are missing. */
  planned(work: readonly { readonly label: string; readonly total: number }[]): void;
  /** A unit of a codec is stored. */
  finished(label: string): void;
  /** What tensors are computed with, as soon as somebody computes with them. */
  told(text: string): void;
  /** Something failed or is missing: one sentence. */
  warned(text: string): void;
}

/** How to run, none of which changes a result. */
export interface RunOptions {
  readonly workers: number;
  readonly timeLimitMs: number;
  readonly memoryLimitBytes: number;
  /** What tensors are computed with. Results agree to about 1e-5 between engines. */
  readonly tensors: TensorOptions;
  readonly observer: Observer;
  /** Stops the run; what is finished is kept. */
  readonly signal: AbortSignal;
  /**
   * Has the units of a round computed on other machines and brings them into the store; absent:
   * they are computed by worker processes here.
   *
   * @returns What failed, one sentence each.
   */
  readonly elsewhere?: (round: Round) => Promise<readonly string[]>;
}

/** What a run computes next: some trials of the points that are not yet decided. */
export interface Round {
  readonly points: readonly VersionedPoint[];
  readonly trials: readonly number[];
  /** What of it the store lacks. */
  readonly groups: readonly MissingGroup[];
  /** All pictures of the data set. */
  readonly images: readonly PlannedImage[];
  /** What the store is filled for. */
  readonly record: RunRecord;
}

/** What a run gave. */
export interface RunResult {
  readonly points: readonly Point[];
  readonly images: readonly PlannedImage[];
  readonly dataName: string;
  /** One sentence per failure. */
  readonly failures: readonly string[];
}

const WORKER = new URL("./worker.ts", import.meta.url);

/** One experiment on its way; a caller runs it, or asks only for its plan. */
export class Simulation implements AsyncDisposable {
  readonly #workers: WorkerProcess[];
  readonly #failures: Failures;
  #data: DataSet | undefined;
  #images: readonly PlannedImage[] = [];
  #areFromElsewhere = false;
  #pictures = NO_PICTURES;
  readonly #engines = new Set<string>();

  constructor(
    private readonly experiment: Experiment,
    private readonly plugins: Plugins,
    private readonly store: Store,
    private readonly options: RunOptions,
  ) {
    this.#workers = Array.from({ length: options.workers }, () => new WorkerProcess(WORKER));
    this.#failures = new Failures((text) => options.observer.warned(text));
    options.signal.addEventListener("abort", () => void this[Symbol.asyncDispose](), {
      once: true,
    });
  }

  /**
   * Opens the data set and asks every codec for its version.
   *
   * @param images What another machine found in the data set: then a picture is read only when it is
   * needed, and held against its digest. Absent: all are read.
   */
  async prepare(images?: readonly PlannedImage[]): Promise<VersionedPoint[]> {
    this.#data = await openDataSet(this.experiment.data, this.experiment.images ?? undefined);
    this.#images = images ?? await this.#identify(this.#data);
    this.#areFromElsewhere = images !== undefined;
    const points = await this.#describe();
    this.#pictures = planPictures(this.experiment.pictures, points, this.#images);
    return points;
  }

  /** What a store lacks of some trials: of the first round and this run's store, if not said. */
  missing(
    points: readonly VersionedPoint[],
    trials: readonly number[] = nextRound(this.experiment, 0),
    store: Store = this.store,
  ): MissingGroup[] {
    const wants = this.#pictures.wants;
    return missingGroups(points, this.#images, trials, this.experiment, store, wants);
  }

  /** Pictures of the data set; known once prepared. */
  get images(): readonly PlannedImage[] {
    return this.#images;
  }

  /** What failed so far, one sentence each. */
  get failures(): readonly string[] {
    return this.#failures.texts;
  }

  /**
   * Computes and stores the first unit of the smallest picture, to learn how long one takes.
   *
   * @returns Milliseconds, or undefined when the codec fails.
   */
  async probe(groups: readonly MissingGroup[]): Promise<number | undefined> {
    const area = ({ image }: MissingGroup): number => image.width * image.height;
    const [smallest] = [...groups].sort((a, b) => area(a) - area(b));
    const task = smallest?.tasks[0], unit = task?.units[0];
    if (!smallest || !task || !unit) return undefined;
    await this.compute([{ ...smallest, tasks: [{ ...task, units: [unit] }] }]);
    return this.store.meanUnitMs(smallest.codec.request.codec);
  }

  /** Runs to the end. */
  async run(): Promise<RunResult> {
    const points = await this.prepare();
    const record = recordOf(this.experiment, WHOLE, points, this.#images);
    this.store.putRun(record);
    const verdicts = new Map<VersionedPoint, { trials: number; why: string }>();
    for (let done = 0; verdicts.size < points.length;) {
      const open = points.filter((point) => !verdicts.has(point));
      const trials = nextRound(this.experiment, done);
      const groups = this.missing(open, trials);
      await this.#computeRound({ points: open, trials, groups, images: this.#images, record });
      done += trials.length;
      for (const point of open) {
        const results = pointResults(point, this.#images, done, this.experiment, this.store);
        const verdict = judge(this.experiment, done, (id) => metricValues(results, id));
        if (verdict.stop) verdicts.set(point, { trials: done, why: verdict.why });
        else if (this.#failures.isGivenUp(point.codec)) {
          verdicts.set(point, { trials: done, why: "given up" });
        }
      }
    }
    const chosen = bestVariants(points.map((planned) => ({
      planned,
      point: this.#summarise(planned, verdicts.get(planned)),
      ...(planned.codec.variantOf ? { variantOf: planned.codec.variantOf } : {}),
    })));
    await this.#keepLastPictures(chosen.map(({ planned }) => planned));
    this.store.putRun({ ...record, ended: true, failures: this.failures });
    return {
      points: chosen.map(({ planned, point }) => ({
        ...point,
        metrics: { ...point.metrics, ...this.#distances(planned, point.trials) },
      })),
      images: this.#images,
      dataName: this.#data?.name ?? this.experiment.data,
      failures: this.failures,
    };
  }

  async #computeRound(round: Round): Promise<void> {
    const { elsewhere } = this.options;
    if (!elsewhere) return await this.compute(round.groups);
    const groups = round.groups.filter(({ keys }) => keys.size > 0);
    if (groups.length > 0) {
      await this[Symbol.asyncDispose](); // workers that would only wait; they come back when needed
      for (const text of await elsewhere({ ...round, groups })) this.#failures.add(text);
      this.options.signal.throwIfAborted();
    }
    const left = this.missing(round.points, round.trials);
    await this.compute(left.filter(({ keys }) => keys.size === 0)); // features of originals alone
  }

  /**
   * Pictures of the variants that turned out best, which are computed once more; and originals,
   * since the report is made from the store alone.
   */
  async #keepLastPictures(shown: readonly VersionedPoint[]): Promise<void> {
    const variants = shown.filter(({ codec }) => codec.variantOf);
    const { candidates, wantsOfVariant } = this.#pictures;
    const { experiment, store } = this;
    await this.compute(missingGroups(variants, candidates, [0], experiment, store, wantsOfVariant));
    this.options.signal.throwIfAborted();
    for (const image of candidates) {
      if (this.store.hasPicture(image.digest)) continue;
      this.store.putPicture(image.digest, await keptPicture(await this.#load(image)));
    }
  }

  #summarise(point: VersionedPoint, verdict?: { trials: number; why: string }): Point {
    const { trials, why } = verdict ?? { trials: 1, why: "" };
    const results = pointResults(point, this.#images, trials, this.experiment, this.store);
    const metrics = keptFor(this.experiment.metrics).values;
    return summarisePoint(point, results, { images: this.#images, metrics, trials, stopped: why });
  }

  #distances(point: VersionedPoint, trials: number): Record<string, Estimate> {
    const distances: Record<string, Estimate> = {};
    for (const metric of this.experiment.metrics.map(metricInfo)) {
      if (metric.kind !== "set") continue;
      const { seed } = this.experiment;
      const distance = pointDistance(metric, point, this.#images, trials, seed, this.store);
      distances[metric.id] = distance;
    }
    return distances;
  }

  async #identify(data: DataSet): Promise<PlannedImage[]> {
    const images: PlannedImage[] = [];
    for (const source of data.images) {
      this.options.signal.throwIfAborted();
      const image = await source.load();
      const digest = await imageDigest(image);
      images.push({ name: source.id, digest, width: image.width, height: image.height });
      this.store.putImage(digest, source.id, image.width, image.height);
      for (const note of source.notes) this.options.observer.warned(`${source.id}: ${note}`);
    }
    return images;
  }

  async #describe(): Promise<VersionedPoint[]> {
    const points = planPoints(this.experiment, this.plugins);
    const described: VersionedPoint[] = [];
    const codecs = [...new Set(points.map((point) => point.codec))];
    await this.#share(codecs, (codec) => codec, async (codec, worker) => {
      const own = points.filter((point) => point.codec === codec);
      const links = own.map(({ session, channel }) => ({ session, channel }));
      const { tensors } = this.options;
      const job: DescribeJob = { kind: "describe", tensors, codec: codec.request, links };
      try {
        const versions = await worker.run<TensorsOpened, Description[]>(
          job,
          this.#limits(),
          ({ engine }) => this.#keepEngine(engine),
        );
        for (const [index, point] of own.entries()) {
          const { version, notes } = versions[index] as Description;
          described.push({ ...point, version, notes });
        }
      } catch (error) {
        this.#failures.giveUp(codec, failureText(error));
      }
    });
    this.options.signal.throwIfAborted();
    if (described.length === 0) throw new DataError("no codec can run; see the reasons above");
    const order = new Map(points.map((point, index) => [pointName(point), index]));
    return described.sort((a, b) =>
      (order.get(pointName(a)) as number) - (order.get(pointName(b)) as number)
    );
  }

  /** Computes and stores units on the worker processes; failures are named and passed over. */
  async compute(groups: readonly MissingGroup[]): Promise<void> {
    this.options.observer.planned(workPerCodec(groups));
    await this.#share(
      groups,
      (group) => group.image.digest,
      (group, worker) => this.#computeGroup(group, worker),
    );
    this.options.signal.throwIfAborted();
  }

  async #computeGroup(group: MissingGroup, worker: WorkerProcess): Promise<void> {
    if (this.#failures.isGivenUp(group.codec)) return;
    const image = await this.#load(group.image);
    const done = new Set<string>();
    let failure: unknown;
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        await worker.run<Progress, null>(
          this.#job(group, image, done),
          this.#limits(image),
          (progress) => this.#keep(progress, group, done),
        );
        this.#failures.worked(group.codec);
        return;
      } catch (error) {
        if (!(error instanceof JobFailure) || error.kind === "stopped") throw error;
        failure = error;
      }
    }
    this.#failures.failed(group.codec, group.image, failureText(failure));
  }

  #keep(progress: Progress, group: MissingGroup, done: Set<string>): void {
    if (progress.kind === "tensors") return this.#keepEngine(progress.engine);
    if (progress.kind === "original") {
      return this.store.putFeatures(group.image.digest, progress.features);
    }
    const { id, result, picture } = progress, key = group.keys.get(id);
    if (!key || done.has(id)) return;
    this.store.put(key, result);
    if (picture) this.store.putPicture(id, picture);
    done.add(id);
    this.options.observer.finished(group.codec.label);
  }

  #keepEngine({ why, deterministic }: TensorEngine): void {
    const text = `${why}; ${deterministic}`;
    if (this.#engines.has(text)) return;
    this.#engines.add(text);
    this.store.putEngine(text);
    this.options.observer.told(`tensors: ${text}`);
  }

  #job(group: MissingGroup, image: RgbImage, done: ReadonlySet<string>): GroupJob {
    const tasks = group.tasks.map((task) => ({
      ...task,
      units: task.units.filter(({ id }) => !done.has(id)),
    }));
    const { featureSets } = keptFor(this.experiment.metrics);
    return {
      kind: "group",
      tensors: this.options.tensors,
      codec: group.codec.request,
      image,
      imageDigest: group.image.digest,
      metrics: this.experiment.metrics,
      originals: featureSets.filter((one) => !this.store.hasFeatures(group.image.digest, [one])),
      seed: this.experiment.seed,
      tasks: tasks.filter(({ units }) => units.length > 0),
    };
  }

  async #load(planned: PlannedImage): Promise<RgbImage> {
    const source = this.#data?.images.find(({ id }) => id === planned.name);
    if (!source) throw new DataError(`image "${planned.name}" is gone from the data set`);
    const image = await source.load();
    if (this.#areFromElsewhere && await imageDigest(image) !== planned.digest) {
      throw new DataError(
        `image "${planned.name}" of "${this.experiment.data}" is another one on this machine`,
      );
    }
    return image;
  }

  /** The time limit grows with the picture: it is for the largest step between two results. */
  #limits(image?: RgbImage): Limits {
    const megapixels = image ? image.width * image.height / 1e6 : 0;
    return {
      silentMs: this.options.timeLimitMs * Math.max(1, megapixels),
      memoryBytes: this.options.memoryLimitBytes,
    };
  }

  #share<T>(
    items: readonly T[],
    affinity: (item: T) => unknown,
    work: (item: T, worker: WorkerProcess) => Promise<void>,
  ): Promise<void> {
    const { signal } = this.options;
    return shareOut({ items, workers: this.#workers, affinity, work, signal });
  }

  /** Ends all worker processes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker[Symbol.asyncDispose]()));
  }
}

/** Tells points of an experiment apart. */
export function pointName({ codec, session, channel, snrDb }: PlannedPoint): string {
  return JSON.stringify([codec.label, codec.request, session, channel, snrDb]);
}

function failureText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
