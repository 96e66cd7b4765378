"""GAN-JSCC as published: encoder, generator, channel, with the names of the authors' checkpoints.

    x -> Encoder -> z -> a z + n -> Decoder -> x_hat, conditional PatchGAN in training

Source: `semcomm/GC2022_Perceptual_Learned_Source_Channel_Coding` @ b795b8d, the code of Wang et
al., GLOBECOM 2022; the discriminator is in `discriminator.py`, the losses are those of `gan_jscc.py`.

Deviation: the power is normalised per picture; the published code does it over the batch.

Arrays are f32[batch, channel, height, width]; pictures are in [0, 1], sides multiples of 4.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from discriminator import FILTERS, Discriminator
from gan_jscc import SnrAttention
from quality import noise_variance

STRIDE = 4
WIDTH = 256
PEDESTAL = 2**-36
BETA_BOUND = math.sqrt(1e-6 + PEDESTAL)
GAMMA_BOUND = 2**-18


class LowerBound(torch.autograd.Function):
    """max(x, bound), whose gradient also passes where a step would raise x to the bound."""

    @staticmethod
    def forward(ctx, x: Tensor, bound: float) -> Tensor:
        ctx.save_for_backward(x)
        ctx.bound = bound
        return x.clamp_min(bound)

    @staticmethod
    def backward(ctx, dy: Tensor):
        (x,) = ctx.saved_tensors
        return dy * ((x >= ctx.bound) | (dy < 0)), None


class Gdn(nn.Module):
    """x_i / sqrt(beta_i + sum_j gamma_ij x_j^2), or times the root; both held as square roots.

    Source: Balle, Laparra, Simoncelli, arXiv:1511.06281; `beta` [C], `gamma` [C, C].
    """

    def __init__(self, channels: int, inverse: bool = False) -> None:
        super().__init__()
        self.inverse = inverse
        self.beta = nn.Parameter((torch.ones(channels) + PEDESTAL).sqrt())
        self.gamma = nn.Parameter((0.1 * torch.eye(channels) + PEDESTAL).sqrt())

    def forward(self, x: Tensor) -> Tensor:
        beta = LowerBound.apply(self.beta, BETA_BOUND).square() - PEDESTAL
        gamma = LowerBound.apply(self.gamma, GAMMA_BOUND).square() - PEDESTAL
        norm = F.conv2d(x * x, gamma[:, :, None, None], beta)
        return x * (norm.sqrt() if self.inverse else norm.rsqrt())


def encoder_block(inputs: int, outputs: int, kernel: int, stride: int, last: bool) -> nn.Sequential:
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2)
    return nn.Sequential(conv, Gdn(outputs), *([] if last else [nn.PReLU()]))


def decoder_block(inputs: int, outputs: int, kernel: int, stride: int) -> nn.Sequential:
    conv = nn.ConvTranspose2d(inputs, outputs, kernel, stride, kernel // 2, stride - 1)
    return nn.Sequential(conv, Gdn(outputs, inverse=True), nn.PReLU())


class Encoder(nn.Module):
    """[B, 3, H, W] and SNR [B, 1] to z [B, C, H/4, W/4].

    | name                 | layer                    | kernel, stride   |
    | -------------------- | ------------------------ | ---------------- |
    | conv_block1, 2, 3, 4 | conv, GDN, PReLU         | 9, 2; 5, 2; 5; 5 |
    | attention1 .. 4      | SNR attention behind it  |                  |
    | conv_block5          | conv, GDN                | 5                |
    """

    def __init__(self, latent: int, width: int) -> None:
        super().__init__()
        self.conv_block1 = encoder_block(3, width, 9, 2, False)
        self.conv_block2 = encoder_block(width, width, 5, 2, False)
        self.conv_block3 = encoder_block(width, width, 5, 1, False)
        self.conv_block4 = encoder_block(width, width, 5, 1, False)
        self.conv_block5 = encoder_block(width, latent, 5, 1, True)
        for index in range(1, 5):
            self.add_module(f"attention{index}", SnrAttention(width))

    def forward(self, x: Tensor, snr_db: Tensor) -> Tensor:
        for index in range(1, 5):
            x = getattr(self, f"conv_block{index}")(x)
            x = getattr(self, f"attention{index}")(x, snr_db)
        return self.conv_block5(x)


class Decoder(nn.Module):
    """Received [B, C, H/4, W/4] and SNR [B, 1] to x_hat [B, 3, H, W] in (0, 1).

    | name                 | layer                              | kernel, stride      |
    | -------------------- | ---------------------------------- | ------------------- |
    | upconv_block1 .. 5   | transposed conv, IGDN, PReLU       | 5; 5; 5; 5, 2; 9, 2 |
    | attention1 .. 5      | SNR attention behind it            |                     |
    | conv_block_out       | reflection padding, conv, sigmoid  | 7                   |
    """

    def __init__(self, latent: int, width: int) -> None:
        super().__init__()
        self.upconv_block1 = decoder_block(latent, width, 5, 1)
        self.upconv_block2 = decoder_block(width, width, 5, 1)
        self.upconv_block3 = decoder_block(width, width, 5, 1)
        self.upconv_block4 = decoder_block(width, width, 5, 2)
        self.upconv_block5 = decoder_block(width, width, 9, 2)
        for index in range(1, 6):
            self.add_module(f"attention{index}", SnrAttention(width))
        out = nn.Conv2d(width, 3, 7)
        self.conv_block_out = nn.Sequential(nn.ReflectionPad2d(3), out, nn.Sigmoid())

    def forward(self, y: Tensor, snr_db: Tensor) -> Tensor:
        for index in range(1, 6):
            y = getattr(self, f"upconv_block{index}")(y)
            y = getattr(self, f"attention{index}")(y, snr_db)
        return self.conv_block_out(y)


class GanJsccPaper(nn.Module):
    """`Encoder.*`, `Decoder.*`, `Discriminator.*`; C = 96 CBR real channels."""

    def __init__(self, latent: int = 2, width: int = WIDTH, filters=FILTERS) -> None:
        super().__init__()
        self.Encoder = Encoder(latent, width)
        self.Decoder = Decoder(latent, width)
        self.Discriminator = Discriminator(latent, STRIDE, filters)

    def forward(self, x: Tensor, snr_db: float, generator=None) -> tuple[Tensor, Tensor]:
        """Sends `x` over AWGN; returns the latent z and x_hat."""
        snr = torch.full((len(x), 1), snr_db).to(x)
        z = self.Encoder(x, snr)
        noise = torch.randn(z.shape, generator=generator).to(z)
        y = unit_power(z) + noise * math.sqrt(noise_variance(snr_db) / 2)
        return z, self.Decoder(y, snr)


def unit_power(z: Tensor) -> Tensor:
    """Scales each picture's latent to mean square 1/2: complex symbols of unit mean power."""
    return z * (2 * z.square().mean((1, 2, 3), keepdim=True).clamp_min(1e-12)).rsqrt()
