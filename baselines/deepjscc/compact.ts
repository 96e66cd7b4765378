/**
 * Preset `compact`, whose weights come with the project.
 *
 * Idea and system: Bourtsoulatze, Kurka, Gündüz, "Deep joint source-channel coding for wireless image
 * transmission", IEEE TCCN 5(3), 2019: a convolutional autoencoder, its latent sent as channel symbols
 * of unit mean power per picture, trained through the channel.
 *
 * Deviation: the layers are residual 3x3 convolutions at 1/4, 1/8 and 1/16 of the resolution instead
 * of five 5x5 convolutions at 1/2 and 1/4, without a final sigmoid.
 * Deviation: a linear code (KLT of 16x16 blocks) runs beside the residual branches, which start at
 * zero, so that training starts at that code's quality.
 * Deviation: the power factor travels as one byte of side information. The channel uses that the byte
 * costs are taken from the end of the latent, where the decoder then sees zeros.
 * Deviation: the decoder knows the noise variance and weighs each value of the latent by it.
 *
 * @module
 */
export { compact, type CompactOptions } from "../../core/tensor/jscc/compact.ts";
