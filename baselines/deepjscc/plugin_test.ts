import { openTensors } from "../../core/tensor/backend.ts";
import { testCodec } from "../../tests/conformance.ts";
import deepJscc from "./plugin.ts";

await openTensors(); // a native library stays loaded
testCodec(deepJscc, { session: { cbr: 1 / 48 } });
