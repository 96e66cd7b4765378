/**
 * The separate-coding chains: every source coder with every channel code.
 *
 * @module
 */
import type { CodecPlugin } from "../../core/codec.ts";
import { bpgSource } from "./bpg.ts";
import { capacityCode } from "./capacity.ts";
import { separateChain } from "./chain.ts";
import { jpegSource } from "./jpeg.ts";
import { ldpcCode } from "./ldpc.ts";

const chains: readonly CodecPlugin[] = [
  separateChain(bpgSource, capacityCode),
  separateChain(bpgSource, ldpcCode),
  separateChain(jpegSource, capacityCode),
  separateChain(jpegSource, ldpcCode),
];

export default chains;
