import { assertEquals, assertRejects } from "@std/assert";
import { Memo } from "./host.ts";

Deno.test("a value is computed once per key, also when asked for twice at the same time", async () => {
  const memo = new Memo(1000);
  let made = 0;
  const make = (): Promise<number> => Promise.resolve(++made);
  const both = await Promise.all([memo.get("a", () => 8, make), memo.get("a", () => 8, make)]);
  assertEquals(both, [1, 1]);
  assertEquals(await memo.get("b", () => 8, make), 2);
});

Deno.test("beyond the budget the least recently used value is computed again", async () => {
  const memo = new Memo(20);
  const made: string[] = [];
  const get = (key: string): Promise<string> =>
    memo.get(key, () => 10, () => {
      made.push(key);
      return Promise.resolve(key);
    });
  for (const key of ["a", "b", "a", "c", "a", "b"]) await get(key);
  assertEquals(made, ["a", "b", "c", "b"]);
});

Deno.test("a failure is not kept", async () => {
  const memo = new Memo(20);
  await assertRejects(() => memo.get("a", () => 1, () => Promise.reject(new Error("once"))));
  assertEquals(await memo.get("a", () => 1, () => Promise.resolve("now")), "now");
});
