import { assertEquals } from "@std/assert";
import { indexList, isOver } from "./cluster.ts";

Deno.test("indices that follow each other are written as ranges", () => {
  assertEquals(indexList([3]), "3");
  assertEquals(indexList([1, 2]), "1-2");
  assertEquals(indexList([1, 2, 3, 7, 9, 10]), "1-3,7,9-10");
  const many = Array.from({ length: 5000 }, (_, at) => at + 1);
  assertEquals(indexList(many), "1-5000");
});

Deno.test("a task that waits, runs, or is started again by itself is not over", () => {
  const over = (state: string): boolean =>
    isOver({ job: "1", index: 1, state, reason: "None", node: "" });
  for (const state of ["PENDING", "RUNNING", "COMPLETING", "REQUEUED", "SUSPENDED", "STAGE_OUT"]) {
    assertEquals(over(state), false, state);
  }
  for (const state of ["COMPLETED", "FAILED", "TIMEOUT", "NODE_FAIL", "PREEMPTED", "CANCELLED"]) {
    assertEquals(over(state), true, state);
  }
});
