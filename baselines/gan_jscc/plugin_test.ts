import { testCodec } from "../../tests/conformance.ts";
import { openTensors } from "../../core/tensor/backend.ts";
import ganJscc from "./plugin.ts";

await openTensors(); // once for the process, so no test seems to leak it

testCodec(ganJscc, { session: { cbr: 1 / 48 } });
