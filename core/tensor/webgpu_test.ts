import { isDeliberate } from "../errors.ts";
import { openTensors } from "./backend.ts";
import { opCases } from "./testing/cases.ts";
import { checkCase } from "./testing/check_case.ts";

const missing = await openTensors({ backend: "webgpu" }).then(
  () => undefined,
  (error: unknown) => {
    if (!isDeliberate(error)) throw error;
    console.log(`skipped: ${error.message}`);
    return error.message;
  },
);

for (const testCase of opCases) {
  Deno.test({
    name: `webgpu: ${testCase.name}`,
    ignore: missing !== undefined,
    fn: () => checkCase(testCase),
  });
}
