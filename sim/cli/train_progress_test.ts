import { assert, assertEquals } from "@std/assert";
import { TrainProgress } from "./train_progress.ts";

function screen(
  terminal: boolean,
): { texts: string[]; progress: TrainProgress; pass(ms: number): void } {
  const texts: string[] = [];
  let time = 0;
  const progress = new TrainProgress({
    view: { terminal, size: () => ({ columns: 100, rows: 24 }), write: (text) => texts.push(text) },
    now: () => time,
  });
  return { texts, progress, pass: (ms) => time += ms };
}

Deno.test("a terminal shows one line over and over: loss, validation, speed, time left", () => {
  const { texts, progress, pass } = screen(true);
  progress.validated({ kind: "validation", step: 0, psnrDb: 21.5, pictures: 3, hours: 0 });
  for (let step = 1; step <= 3; step++) {
    pass(500);
    progress.step(step, 103, 0.25);
  }
  assertEquals(texts[0], "step 0: 21.50 dB on 3 pictures\n");
  assertEquals(
    texts.at(-1),
    "\r\x1b[Kstep 3 of 103, loss 0.25000, 21.50 dB (step 0), 2.00 steps/s, 50 s left",
  );
});

Deno.test("elsewhere a line comes every ten seconds and is never drawn over", () => {
  const { texts, progress, pass } = screen(false);
  for (let step = 1; step <= 100; step++) {
    pass(500);
    progress.step(step, 100, 1);
  }
  assertEquals(texts.length, 5);
  assert(texts.every((text) => text.endsWith("\n") && !text.includes("\x1b")));
});

Deno.test("the time of a validation is not counted as a step's", () => {
  const { texts, progress, pass } = screen(true);
  pass(1000);
  progress.step(1, 10, 1);
  pass(60_000);
  progress.validated({ kind: "validation", step: 1, psnrDb: 20, pictures: 1, hours: 0 });
  progress.step(2, 10, 1);
  pass(1000);
  progress.step(3, 10, 1);
  assert(texts.at(-1)!.includes("1.00 steps/s"), texts.at(-1));
});
