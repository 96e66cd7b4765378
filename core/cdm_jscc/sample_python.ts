/**
 * A Python that has torch, for tests against it.
 *
 * @module
 */
import { assert } from "@std/assert";

/** The Python's command, or undefined, which is said. */
export const torchPython: string | undefined = find();

function find(): string | undefined {
  for (const python of ["python3", "/usr/bin/python3"]) {
    try {
      const check = new Deno.Command(python, { args: ["-c", "import torch"], stderr: "null" });
      if (check.outputSync().success) return python;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  console.log("skipped: no Python with torch (python3-torch)");
  return undefined;
}

/** Runs a script beside this file on one thread. */
export async function runTorch(script: string, ...args: readonly string[]): Promise<void> {
  assert(torchPython, "a Python with torch");
  const path = new URL(script, import.meta.url).pathname;
  const { success, stderr } = await new Deno.Command(torchPython, {
    args: [path, ...args],
    env: { OMP_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
}
