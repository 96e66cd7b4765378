import { assertEquals, assertThrows } from "@std/assert";
import { OptionError } from "../core/errors.ts";
import { formatShard, parseShard } from "./shard.ts";

Deno.test("a shard is read as it is written, and what is no share is refused", () => {
  assertEquals(parseShard("2/5", "--shard"), { index: 2, of: 5 });
  assertEquals(formatShard(parseShard(" 5/5 ", "--shard")), "5/5");
  for (
    const wrong of ["0/5", "6/5", "2", "2/", "/5", "-1/5", "a/b", "1.5/2", "1/2/3", "1/9999999"]
  ) {
    assertThrows(() => parseShard(wrong, "--shard"), OptionError, "--shard");
  }
});
