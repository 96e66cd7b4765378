/**
 * ADJSCC: one network for all SNRs. Modules of attention over channels, told the SNR, stand behind
 * the PReLUs of BDJSCC; that is the network of kurka_gdn.ts with GDN also behind the encoder's last
 * convolution and inverse GDN before the sigmoid.
 *
 * Source: Xu, Ai, Chen, Yang, Sun, Rodrigues, "Wireless image transmission using deep source channel
 * coding with attention modules", IEEE TCSVT 32(4), 2022, arXiv:2012.00533, figures 2 and 4; as in
 * alexxu1988/ADJSCC @e5332e9.
 *
 * @module
 */
import { gdnNetwork } from "./gdn_network.ts";
import type { Network } from "../../core/tensor/jscc/network.ts";

/** The network of width N; T = 96 CBR channels. The paper's width is 256. */
export function adjscc(latent: number, width = 256): Network {
  return gdnNetwork({ latent, width, normalisesEnds: true, adapts: true });
}

/** The same without modules of attention: the paper's comparison. */
export function bdjscc(latent: number, width = 256): Network {
  return gdnNetwork({ latent, width, normalisesEnds: true, adapts: false });
}
