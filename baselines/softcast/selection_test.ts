import { assertEquals } from "@std/assert";
import { choose, numberOfSelection, selectionBits, selectionOfNumber } from "./selection.ts";

Deno.test("every selection of 4 of 9 has its own number, and comes back", () => {
  const seen = new Set<string>();
  for (let number = 0n; number < choose(9, 4); number++) {
    const indices = selectionOfNumber(number, 9, 4);
    assertEquals(numberOfSelection(indices), number);
    assertEquals(indices, [...new Set(indices)].sort((a, b) => a - b));
    seen.add(indices.join());
  }
  assertEquals(seen.size, 126);
});

Deno.test("a large selection comes back: 128 of 3072", () => {
  const indices = Array.from({ length: 128 }, (_, i) => 24 * i + i * 7 % 23);
  assertEquals(selectionOfNumber(numberOfSelection(indices), 3072, 128), indices);
});

Deno.test("bits are those of the largest number", () => {
  assertEquals([selectionBits(5, 0), selectionBits(5, 5), selectionBits(5, 1)], [0, 0, 3]);
  assertEquals(selectionBits(9, 4), 7); // 126 ways
  assertEquals(choose(60, 30), 118264581564861424n);
});
