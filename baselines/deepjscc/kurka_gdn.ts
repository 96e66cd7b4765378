/**
 * DeepJSCC with generalised divisive normalisation: five convolutions each way, each but the last
 * with GDN and PReLU.
 *
 *     x: conv1 9x9 /2 N - conv2 5x5 /2 N - conv3 N - conv4 N - conv5 T -> z
 *     y: tconv1 N - tconv2 N - tconv3 N - tconv4 *2 N - tconv5 9x9 *2 3, sigmoid -> x
 *
 * Source: Kurka, Gündüz, "DeepJSCC-f: deep joint source-channel coding of images with feedback",
 * arXiv:1911.11174, with one layer, as in kurka/deepJSCC-feedback @61a853b.
 *
 * @module
 */
import { gdnNetwork } from "./gdn_network.ts";
import type { Network } from "../../core/tensor/jscc/network.ts";

/** The network of width N; T = 96 CBR channels. The paper's width is 256. */
export function kurkaGdn(latent: number, width = 256): Network {
  return gdnNetwork({ latent, width, normalisesEnds: false, adapts: false });
}
