"""The conditional PatchGAN discriminator of GAN-JSCC, and its losses.

    z -> conv3x3, lrelu, nearest upsampling -+
                                             +-> four 4x4 convolutions, lrelu -> 4x4 -> logits
    x ---------------------------------------+

Source: `semcomm/GC2022_Perceptual_Learned_Source_Channel_Coding` @ b795b8d, the code of Wang, Wang,
Dai, Si, Zhou, Niu, "Perceptual Learned Source-Channel Coding for High-Fidelity Image Semantic
Transmission", GLOBECOM 2022. Spectral norm: Miyato, Kataoka, Koyama, Yoshida, ICLR 2018.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import spectral_norm

SLOPE = 0.2  # of the leaky rectifiers
CONDITION = 12  # channels of the embedded latent
DEVIATION = 0.02  # of all weights at the start
FILTERS = (64, 128, 256, 512)  # published


class Discriminator(nn.Module):
    """Pictures [B, 3, H, W] and latents [B, T, H/s, W/s] to logits [B, 1, H/8 - 2, W/8 - 2].

    | name        | layer                                  | weight                   |
    | ----------- | -------------------------------------- | ------------------------ |
    | latent      | conv 3x3, then upsampled s times       | [12, T, 3, 3]            |
    | d_conv_head | conv 4x4, stride 2, padding 1, normed  | orig [f0, 15, 4, 4]      |
    | d_conv_0, 1 | the same                               | orig [f1, f0, 4, 4], ... |
    | d_conv_a    | conv 4x4, stride 1, padding 1, normed  | orig [f3, f2, 4, 4]      |
    | d_conv_b    | conv 4x4, stride 1, padding 1          | [1, f3, 4, 4]            |

    A normed layer has `weight_orig`, and buffers `weight_u`, `weight_v`: one step of the power
    iteration in every forward of training mode. Real and generated pictures go through one forward.
    """

    def __init__(self, latent: int, stride: int, filters: tuple[int, int, int, int] = FILTERS):
        super().__init__()
        self.stride = stride
        head, zero, one, last = filters
        self.latent = normal_conv(latent, CONDITION, 3, 1)
        self.d_conv_head = spectral_norm(normal_conv(3 + CONDITION, head, 4, 2))
        self.d_conv_0 = spectral_norm(normal_conv(head, zero, 4, 2))
        self.d_conv_1 = spectral_norm(normal_conv(zero, one, 4, 2))
        self.d_conv_a = spectral_norm(normal_conv(one, last, 4, 1))
        self.d_conv_b = normal_conv(last, 1, 4, 1)

    def forward(self, x: Tensor, z: Tensor) -> Tensor:
        condition = F.leaky_relu(self.latent(z), SLOPE)
        condition = F.interpolate(condition, scale_factor=self.stride, mode="nearest")
        h = torch.cat([x, condition], 1)
        for layer in (self.d_conv_head, self.d_conv_0, self.d_conv_1, self.d_conv_a):
            h = F.leaky_relu(layer(h), SLOPE)
        return self.d_conv_b(h)


def normal_conv(inputs: int, outputs: int, kernel: int, stride: int) -> nn.Conv2d:
    layer = nn.Conv2d(inputs, outputs, kernel, stride, padding=1)
    nn.init.normal_(layer.weight, 0, DEVIATION)
    nn.init.zeros_(layer.bias)
    return layer


def discriminator_loss(net: Discriminator, real: Tensor, generated: Tensor, z: Tensor) -> Tensor:
    """bce(D(real), 1) + bce(D(generated), 0), each a mean over logits; trains D alone.

    Deviation: every picture is judged with its own latent. The published code stacks the pictures
    real 1..B, generated 1..B and the latents 1, 1, 2, 2, ...: the condition is noise to it.
    """
    z = z.detach()
    pictures = torch.cat([real, generated.detach()])
    on_real, on_generated = net(pictures, torch.cat([z, z])).chunk(2)
    return F.softplus(-on_real).mean() + F.softplus(on_generated).mean()


def generator_loss(net: Discriminator, generated: Tensor, z: Tensor) -> Tensor:
    """bce(D(generated), 1), the non-saturating loss: a mean over logits."""
    return F.softplus(-net(generated, z.detach())).mean()
