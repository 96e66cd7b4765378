/**
 * `deno task test`: runs `deno test` with the arguments given and ends with a line of its own,
 * "N passed, N failed, N skipped", which scripts can read.
 *
 * The counts come from the JUnit report. The report alone is not enough: a test module that throws
 * while loading leaves no trace in it and a type error leaves no report at all, so an exit status
 * other than 0 without a failure in the report counts as one failure, and so does a run without any
 * passed test.
 *
 * @module
 */

/** Counts of test cases. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Counts the test cases of a JUnit report; texts are escaped in it, so tags can be matched. */
export function countJunit(xml: string): Counts {
  let passed = 0, failed = 0, skipped = 0;
  for (const [, body = ""] of xml.matchAll(/<testcase\b[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
    if (/<(?:failure|error)\b/.test(body)) failed++;
    else if (/<skipped\b/.test(body)) skipped++;
    else passed++;
  }
  return { passed, failed, skipped };
}

/** The counts of a report, made to agree with the exit status. */
export function reconcile(report: Counts | undefined, status: number): Counts {
  const counts = report ?? { passed: 0, failed: 0, skipped: 0 };
  const bad = status !== 0 || counts.passed === 0;
  return bad && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

if (import.meta.main) {
  const report = await Deno.makeTempFile({ suffix: ".xml" });
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", `--junit-path=${report}`, ...Deno.args],
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  const xml = await Deno.readTextFile(report);
  await Deno.remove(report);
  const { passed, failed, skipped } = reconcile(xml ? countJunit(xml) : undefined, code);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  Deno.exit(failed > 0 && code === 0 ? 1 : code);
}
