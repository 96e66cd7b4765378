/**
 * Which units a shard has.
 *
 * Units that share an encode stay together, and codecs of one picture mostly do (they share encodes
 * too). It depends on the plan alone, so that any machine can say it:
 *
 *     picture 1            picture 2            picture 3
 *     codec a | codec b    codec a | codec b    codec a | codec b
 *     s1 s2 s3 s1 s2 s3    s1 s2 s3 s1 s2 s3    s1 s2 s3 s1 s2 s3     sessions
 *     '------ shard 1/2 ------------' '------ shard 2/2 ---------'
 *
 * @module
 */
import type { SessionTask } from "./job.ts";
import type { MissingGroup } from "./plan.ts";
import type { Shard } from "./shard.ts";

/**
 * The groups of one shard: the plan's sessions in their order, cut into runs of equal work, where
 * the work of a unit is the pixels of its picture.
 *
 * @param all Every group that is shared out, the same on each machine.
 */
export function shareOf(all: readonly MissingGroup[], { index, of }: Shard): MissingGroup[] {
  const total = all.reduce((sum, group) => sum + group.keys.size * area(group), 0);
  let before = 0;
  return all.flatMap((group) => {
    const own = group.tasks.filter(({ units }) => {
      const work = units.length * area(group);
      const middle = before + work / 2; // a session goes to the run in which its middle lies
      before += work;
      return 1 + Math.floor(of * middle / total) === index;
    });
    return narrowed(group, own);
  });
}

/** The groups with those units only of which `wanted` says so. */
export function onlyUnits(
  groups: readonly MissingGroup[],
  wanted: (id: string) => boolean,
): MissingGroup[] {
  return groups.flatMap((group) =>
    narrowed(
      group,
      group.tasks.map((task) => ({ ...task, units: task.units.filter(({ id }) => wanted(id)) })),
    )
  );
}

/** Units in all groups. */
export function unitCount(groups: readonly MissingGroup[]): number {
  return groups.reduce((sum, { keys }) => sum + keys.size, 0);
}

/** Units of each codec, by its label. */
export function workPerCodec(groups: readonly MissingGroup[]): { label: string; total: number }[] {
  const perCodec = new Map<string, number>();
  for (const { codec, keys } of groups) {
    perCodec.set(codec.label, (perCodec.get(codec.label) ?? 0) + keys.size);
  }
  return [...perCodec].map(([label, total]) => ({ label, total }));
}

function area({ image }: MissingGroup): number {
  return image.width * image.height;
}

function narrowed(group: MissingGroup, tasks: readonly SessionTask[]): MissingGroup[] {
  const left = tasks.filter(({ units }) => units.length > 0);
  const ids = new Set(left.flatMap(({ units }) => units.map(({ id }) => id)));
  if (ids.size === 0) return [];
  const keys = new Map([...group.keys].filter(([id]) => ids.has(id)));
  return [{ ...group, tasks: left, keys }];
}
