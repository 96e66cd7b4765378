import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CodecError } from "../../core/errors.ts";
import { Engine } from "./engine.ts";

/**
 * A module of one page: `count` answers how often it was called on this instance, `fail` traps,
 * `grow` adds pages.
 */
const COUNTER = new URL(
  "data:application/wasm;base64," +
    "AGFzbQEAAAABDQNgAABgAAF/YAF/AX8DBQQAAQACBQMBAAEHLgUGbWVtb3J5AgALX2luaXRpYWxpemUAAAVjb3VudA" +
    "ABBGZhaWwAAgRncm93AAMKKAQDAAELFwEBf0GACEGACCgCAEEBaiIANgIAIAALAwAACwYAIABAAAs=",
);
const PAGE = 65536;
const count = (engine: Engine): number => engine.run((instance) => instance.call("count"));

Deno.test("an instance is used again from call to call", async () => {
  const engine = await Engine.open(COUNTER, { keepBytes: PAGE });
  assertEquals([count(engine), count(engine), count(engine)], [1, 2, 3]);
});

Deno.test("after a trap the error names the function, and a fresh instance goes on", async () => {
  const engine = await Engine.open(COUNTER, { keepBytes: PAGE });
  assertEquals(count(engine), 1);
  assertThrows(() => engine.run((instance) => instance.call("fail")), CodecError, "fail");
  assertEquals(count(engine), 1);
});

Deno.test("an instance that has grown past its bound is dropped after the call", async () => {
  const engine = await Engine.open(COUNTER, { keepBytes: 3 * PAGE });
  assertEquals(count(engine), 1);
  engine.run((instance) => instance.call("grow", 2));
  assertEquals(count(engine), 2);
  engine.run((instance) => instance.call("grow", 1));
  assertEquals(count(engine), 1);
});

Deno.test("an error of the caller keeps the instance", async () => {
  const engine = await Engine.open(COUNTER, { keepBytes: PAGE });
  count(engine);
  assertThrows(() =>
    engine.run(() => {
      throw new RangeError("the caller's");
    }), RangeError);
  assertEquals(count(engine), 2);
});

Deno.test("two engines of one module do not share an instance, and have one digest", async () => {
  const [a, b] = await Promise.all([
    Engine.open(COUNTER, { keepBytes: PAGE }),
    Engine.open(COUNTER, { keepBytes: PAGE }),
  ]);
  assertEquals([count(a), count(a), count(b)], [1, 2, 1]);
  assertEquals(a.digest, b.digest);
  assert(/^[0-9a-f]{12}$/.test(a.digest));
});

Deno.test("a module that is not there is an error, each time", async () => {
  const missing = new URL("./missing.wasm", import.meta.url);
  for (let i = 0; i < 2; i++) {
    await assertRejects(() => Engine.open(missing, { keepBytes: PAGE }));
  }
});
