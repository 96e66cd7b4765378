import { assert, assertEquals } from "@std/assert";

const SCRIPT = new URL("./ldpc.ts", import.meta.url).pathname;

async function ldpc(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", SCRIPT, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("a sweep prints a line a point, with intervals and why it stopped, and writes three files", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { code, out, err } = await ldpc(
      ...["--code", "wifi:648,1/2", "--ebn0", "-2:3:5", "--errors", "30", "--blocks", "300"],
      ...["--workers", "2", "--output", folder],
    );
    assertEquals([code, err], [0, ""]);
    const lines = out.split("\n").filter((line) => /^\s*-?\d+\.\d\d\s/.test(line));
    assertEquals(lines.length, 2);
    assert(lines[0]!.endsWith("30 block errors") && lines[1]!.endsWith("300 blocks"), out);
    const { points, options, command } = JSON.parse(
      await Deno.readTextFile(`${folder}/points.json`),
    );
    assertEquals(points.map((point: { ebN0Db: number }) => Math.round(point.ebN0Db)), [-2, 3]);
    assertEquals(options.seed, 1);
    assert(command.startsWith("deno task ldpc --code wifi:648,1/2"));
    const csv = (await Deno.readTextFile(`${folder}/points.csv`)).trim().split("\r\n");
    assertEquals(csv.length, 3);
    assert((await Deno.readTextFile(`${folder}/curve.svg`)).startsWith("<svg "));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("wrong options end with status 2 and say what was wanted, without a stack trace", async () => {
  const wrong: [string[], string][] = [
    [["--code", "wifi:600,1/2"], "--code: n: one of 648, 1296, 1944; got 600"],
    [["--code", "nr:10,20,9"], "--code: rv: one of 0, 1, 2, 3; got 9"],
    [["--modulation", "psk8"], "--modulation: one of bpsk, qpsk, qam16"],
    [["--ebn0", "1:0:0.5"], '--ebn0: numbers such as 1,1.5 or START:STOP:STEP; got "1:0:0.5"'],
    [["--ebn0", "1", "--esn0", "2"], "--ebn0 or --esn0, not both"],
    [["--errors", "0"], '--errors: a number from 1 to 1000000000; got "0"'],
    [["--iterations", "2.5"], '--iterations: an integer; got "2.5"'],
    [["--decoder", "turbo"], "--decoder: one of int8-offset-min-sum"],
    [["--cod", "x"], 'unknown option "--cod"'],
  ];
  const results = await Promise.all(wrong.map(([args]) => ldpc(...args)));
  for (const [i, { code, err }] of results.entries()) {
    assertEquals(code, 2);
    assert(err.includes(wrong[i]![1]), `"${wrong[i]![1]}" is not in ${err}`);
    assert(!err.includes("    at "), err);
  }
});

Deno.test("--help lists every option", async () => {
  const { code, out } = await ldpc("--help");
  assertEquals(code, 0);
  for (const name of ["code", "modulation", "ebn0", "errors", "iterations", "workers", "output"]) {
    assert(out.includes(`--${name}`), name);
  }
});
