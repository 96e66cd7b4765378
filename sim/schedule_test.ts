import { assert, assertEquals } from "@std/assert";
import { shareOut } from "./schedule.ts";

const pictures = ["a", "b", "c"];
const items = pictures.flatMap((picture) => [1, 2, 3].map((codec) => `${picture}${codec}`));

async function share(workers: readonly string[], stopAfter = Infinity): Promise<string[][]> {
  const stop = new AbortController();
  const done = new Map(workers.map((worker) => [worker, [] as string[]]));
  let count = 0;
  await shareOut({
    items,
    workers,
    affinity: (item) => item[0],
    async work(item, worker) {
      await Promise.resolve();
      done.get(worker)!.push(item);
      if (++count >= stopAfter) stop.abort();
    },
    signal: stop.signal,
  });
  return [...done.values()];
}

Deno.test("every item is done once, whatever the number of workers", async () => {
  for (const count of [1, 2, 3, 5, 12]) {
    const done = await share(Array.from({ length: count }, (_, index) => `w${index}`));
    assertEquals(done.flat().sort(), items);
  }
});

Deno.test("a worker stays with its picture while there is work for it", async () => {
  for (const list of await share(["w0", "w1", "w2"])) {
    assertEquals(new Set(list.map((item) => item[0])).size, 1);
  }
});

Deno.test("the last picture is shared by workers that have nothing else", async () => {
  const [first, second] = await share(["w0", "w1"]);
  assertEquals(Math.abs(first!.length - second!.length), 1);
});

Deno.test("an abort ends the handing out", async () => {
  assert((await share(["w0", "w1"], 3)).flat().length <= 4);
});
