import { assert, assertEquals } from "@std/assert";
import { duration, Progress, type ProgressTask } from "./progress.ts";

interface Stage {
  readonly progress: Progress;
  /** Moves the clock. */
  wait(seconds: number): void;
  /** Everything written so far. */
  written(): string;
}

function stage(
  tasks: readonly ProgressTask[],
  { terminal = false, quiet = false, columns = 100, rows = 24 } = {},
): Stage {
  let time = 5000;
  let text = "";
  const progress = new Progress(tasks, {
    quiet,
    now: () => time,
    view: {
      terminal,
      size: () => ({ columns, rows }),
      write: (more) => {
        text += more;
      },
    },
  });
  return { progress, wait: (seconds) => time += 1000 * seconds, written: () => text };
}

/** What a terminal shows after it obeyed the sequences that are used. */
function screenOf(text: string): string[] {
  const lines = [""];
  let row = 0;
  // deno-lint-ignore no-control-regex
  for (const [token] of text.matchAll(/\x1b\[1A|\x1b\[K|\r|\n|[^\r\n\x1b]+/g)) {
    if (token === "\x1b[1A") row = Math.max(0, row - 1);
    else if (token === "\x1b[K") lines[row] = "";
    else if (token === "\n") lines[++row] ??= "";
    else if (token !== "\r") lines[row] += token;
  }
  return lines.filter((line) => line !== "");
}

Deno.test("outside of a terminal lines come at most every 10 s, and say rate and time left", () => {
  const { progress, wait, written } = stage([{ label: "BPG", total: 100 }]);
  for (let second = 1; second <= 25; second++) {
    wait(1);
    progress.advance(0, 2);
  }
  assertEquals(written().split("\n").slice(0, -1), [
    "BPG: 20 of 100 units, 2.0/s, 40 s left",
    "BPG: 40 of 100 units, 2.0/s, 30 s left",
  ]);
  progress.finish();
  assert(written().endsWith("BPG: 50 of 100 units, 2.0/s, 25 s left\n"));
});

Deno.test("units from the store count as done but not as speed", () => {
  const tasks = [{ label: "BPG", total: 100, stored: 90 }, { label: "JPEG", total: 5, stored: 5 }];
  const { progress, wait, written } = stage(tasks);
  wait(10);
  progress.advance(0);
  assertEquals(
    written(),
    "BPG: 91 of 100 units (90 from the store), 6.0/min, 1 min 30 s left\n" +
      "JPEG: 5 of 5 units (5 from the store), all from the store\n",
  );
});

Deno.test("the speed of a codec is counted from the end of the one before", () => {
  const { progress, wait, written } = stage([{ label: "A", total: 1 }, { label: "B", total: 4 }]);
  wait(3600);
  progress.advance(0);
  wait(10);
  progress.advance(1);
  progress.finish();
  assertEquals(
    written(),
    "A: 1 of 1 units, done in 1 h 0 min\nB: 0 of 4 units, waiting\n" +
      "B: 1 of 4 units, 6.0/min, 30 s left\n",
  );
});

Deno.test("a terminal shows one line a codec, drawn over", () => {
  const tasks = [{ label: "BPG + capacity", total: 4 }, { label: "JPEG", total: 4 }];
  const { progress, wait, written } = stage(tasks, { terminal: true });
  for (let unit = 0; unit < 4; unit++) {
    wait(1);
    progress.advance(0);
    progress.advance(1);
  }
  progress.finish();
  assertEquals(screenOf(written()), [
    "BPG + capacity ████████████████████ 100 %  4/4  done in 4 s",
    "JPEG           ████████████████████ 100 %  4/4  done in 3 s",
  ]);
});

Deno.test("a terminal is not redrawn more than ten times a second", () => {
  const { progress, wait, written } = stage([{ label: "A", total: 10_000 }], { terminal: true });
  for (let unit = 0; unit < 1000; unit++) {
    wait(0.001);
    progress.advance(0);
  }
  const draws = written().split("\n").length - 1;
  assert(draws >= 9 && draws <= 11, `${draws} draws`);
});

Deno.test("a line that is said stands above the live lines and stays", () => {
  const { progress, wait, written } = stage([{ label: "A", total: 2 }], { terminal: true });
  wait(1);
  progress.advance(0);
  progress.say("B failed:\x1b[2J it hung");
  wait(1);
  progress.advance(0);
  progress.finish();
  const screen = screenOf(written());
  assertEquals(screen.length, 2);
  assertEquals(screen[0], "B failed: [2J it hung");
  assert(screen[1]?.includes("2/2"));
});

Deno.test("live lines never wrap nor outgrow the terminal", () => {
  const tasks = Array.from({ length: 9 }, (_, n) => ({ label: `codec ${n}`.repeat(9), total: 9 }));
  const { progress, wait, written } = stage(tasks, { terminal: true, columns: 30, rows: 5 });
  for (let unit = 0; unit < 9; unit++) {
    wait(1);
    progress.advance(unit);
  }
  const screen = screenOf(written());
  assertEquals(screen.length, 4);
  assert(screen.every((line) => [...line].length < 30));
});

Deno.test("quiet writes nothing", () => {
  for (const terminal of [true, false]) {
    const { progress, wait, written } = stage([{ label: "A", total: 2 }], {
      terminal,
      quiet: true,
    });
    wait(100);
    progress.advance(0);
    progress.say("note");
    progress.finish();
    assertEquals(written(), "");
  }
});

Deno.test("a duration has two units at most", () => {
  const texts = [0.4, 59.4, 59.6, 100, 3599.6, 7500, 273_600].map(duration);
  assertEquals(texts, [
    "0 s",
    "59 s",
    "1 min 0 s",
    "1 min 40 s",
    "1 h 0 min",
    "2 h 5 min",
    "3 d 4 h",
  ]);
});
