/**
 * Block error rates over AWGN, measured with this project's own simulator.
 *
 * @module
 */
import type { BlerTable } from "./block_error_rate.ts";

/** Made by the command it names. */
export const BLER_TABLE: BlerTable = { command: "", decoder: "", curves: [] };
