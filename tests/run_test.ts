import { assertEquals } from "@std/assert";
import { countJunit, reconcile } from "./run.ts";

const report = `<testsuites><testsuite><testcase name="a"></testcase>
<testcase name="b &lt;testcase&gt;"><failure message="&lt;/testcase&gt;">x</failure></testcase>
<testcase name="c"><skipped/></testcase><testcase name="d"/></testsuite></testsuites>`;

Deno.test("a report is counted by its test cases, whatever their texts", () => {
  assertEquals(countJunit(report), { passed: 2, failed: 1, skipped: 1 });
});

Deno.test("a run that failed without a failed case, or ran nothing, counts as one failure", () => {
  const three = { passed: 3, failed: 0, skipped: 0 };
  assertEquals(reconcile(three, 0), three);
  assertEquals(reconcile(three, 1).failed, 1);
  assertEquals(reconcile({ ...three, failed: 2 }, 1).failed, 2);
  assertEquals(reconcile(undefined, 1).failed, 1);
  assertEquals(reconcile({ passed: 0, failed: 0, skipped: 4 }, 0).failed, 1);
});
