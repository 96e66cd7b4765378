/**
 * Runs one share of an experiment into a store of its own, on a machine that knows nothing of the
 * others.
 *
 * @module
 */
import type { Experiment } from "./experiment.ts";
import type { PlannedImage } from "./plan.ts";
import { recordOf } from "./run_record.ts";
import type { Shard } from "./shard.ts";
import { onlyUnits, shareOf, unitCount } from "./share.ts";
import { pointName, type Simulation } from "./simulate.ts";
import { Store } from "./store.ts";

/** What is shared out, and which share is this one. */
export interface ShardWork {
  readonly shard: Shard;
  /** Which trials; absent: those of the first round. */
  readonly trials?: readonly number[];
  /** Names of the points that are computed; absent: all. */
  readonly points?: ReadonlySet<string>;
  /** What it holds is not shared out; absent: nothing is known. */
  readonly known?: Store;
  /** Pictures of the data set, as another machine found them; absent: they are read here. */
  readonly images?: readonly PlannedImage[];
}

/** What a share is. */
export interface ShardResult {
  /** Units of this share, those included that its store held already. */
  readonly units: number;
  /** Units that are shared out. */
  readonly of: number;
  readonly failures: readonly string[];
}

/**
 * Computes what the store lacks of a share.
 *
 * @param simulation Of the experiment, with this store.
 */
export async function runShard(
  experiment: Experiment,
  simulation: Simulation,
  store: Store,
  { shard, trials, points: names, known, images }: ShardWork,
): Promise<ShardResult> {
  const points = await simulation.prepare(images);
  const record = recordOf(experiment, shard, points, simulation.images);
  store.putRun(record);
  const open = names ? points.filter((point) => names.has(pointName(point))) : points;
  using nothing = new Store(":memory:");
  const all = simulation.missing(open, trials, known ?? nothing);
  const ids = new Set(shareOf(all, shard).flatMap(({ keys }) => [...keys.keys()]));
  await simulation.compute(onlyUnits(simulation.missing(open, trials), (id) => ids.has(id)));
  store.putRun({ ...record, ended: true, failures: simulation.failures });
  return { units: ids.size, of: unitCount(all), failures: simulation.failures };
}
