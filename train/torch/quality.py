"""How near a received picture is: PSNR, and LPIPS on SqueezeNet 1.1, as a number and as a loss.

LPIPS v0.1: Zhang, Isola, Efros, Shechtman, Wang, "The Unreasonable Effectiveness of Deep Features
as a Perceptual Metric", CVPR 2018; in evaluation mode, without dropout.
"""

from __future__ import annotations

import math
import os

import torch
import torch.nn.functional as F
from torch import Tensor

import checkpoint

POOLED = (3, 6, 9)  # a 3x3 maximum with stride 2 stands before these layers
SHIFT = (-0.030, -0.088, -0.188)
SCALE = (0.458, 0.448, 0.450)


def noise_variance(snr_db: float) -> float:
    """N0 per complex symbol of unit mean power."""
    return 10 ** (-snr_db / 10)


def psnr_db(x: Tensor, x_hat: Tensor) -> float:
    """PSNR in dB of pictures in [0, 1], both rounded to 8 bits."""
    error = (x_hat.clamp(0, 1) * 255).round() - (x * 255).round()
    return 10 * math.log10(255**2 / max(error.square().mean().item(), 1e-9))


class Lpips:
    """LPIPS-squeeze between batches of pictures in [-1, 1]: f32[B]. Nothing in it is trained.

    `folder` holds `squeezenet1_1_fp16weights.safetensors` (torchvision's names) and
    `lpips_v0.1_squeeze_lin.safetensors`.
    """

    def __init__(self, folder: str, device: torch.device | str = "cpu") -> None:
        def read(name: str) -> dict[str, Tensor]:
            tensors = checkpoint.read_safetensors(os.path.join(folder, name + ".safetensors"))
            return {key: value.to(device) for key, value in tensors.items()}

        self.net = read("squeezenet1_1_fp16weights")
        linear = read("lpips_v0.1_squeeze_lin")
        self.weights = [linear[f"lin{tap}.model.1.weight"] for tap in range(7)]
        self.shift = torch.tensor(SHIFT, device=device)[:, None, None]
        self.scale = torch.tensor(SCALE, device=device)[:, None, None]

    def __call__(self, x: Tensor, x_hat: Tensor) -> Tensor:
        with torch.no_grad():
            wanted = self.features(x)
        terms = zip(wanted, self.features(x_hat), self.weights)
        return sum(Distance.apply(a, b, w) for a, b, w in terms)

    def features(self, x: Tensor) -> list[Tensor]:
        """After the first layer and after each of the fires but the first: seven maps."""
        h = F.relu(self.conv("features.0", (x - self.shift) / self.scale, stride=2))
        maps = [h]
        for layer in (3, 4, 6, 7, 9, 10, 11, 12):
            if layer in POOLED:
                h = F.max_pool2d(h, 3, 2, ceil_mode=True)
            h = self.fire(f"features.{layer}", h)
            if layer not in (3, 6):
                maps.append(h)
        return maps

    def fire(self, name: str, x: Tensor) -> Tensor:
        x = F.relu(self.conv(f"{name}.squeeze", x, dilation=2))
        one = self.conv(f"{name}.expand1x1", x, dilation=2)
        three = self.conv(f"{name}.expand3x3", x, padding=1)
        return F.relu(torch.cat([one, three], 1))

    def conv(self, name: str, x: Tensor, **options: int) -> Tensor:
        return F.conv2d(x, self.net[f"{name}.weight"], self.net[f"{name}.bias"], **options)


class Distance(torch.autograd.Function):
    """Mean over the positions of sum_c w_c (a_c / |a| - b_c / |b|)^2; its gradient by b alone.

    Written out because the first maps are large: autograd would pass over them twice as often.
    """

    @staticmethod
    def forward(ctx, a: Tensor, b: Tensor, weights: Tensor) -> Tensor:
        scale = 1 / (length(b) + 1e-10)
        unit = b * scale
        difference = unit - a / (length(a) + 1e-10)
        weighted = difference * weights
        ctx.save_for_backward(unit, weighted, scale)
        return torch.linalg.vecdot(weighted, difference, dim=1).mean((1, 2))

    @staticmethod
    def backward(ctx, grad: Tensor) -> tuple[None, Tensor, None]:
        unit, weighted, scale = ctx.saved_tensors
        positions = unit.shape[2] * unit.shape[3]
        along = torch.linalg.vecdot(weighted, unit, dim=1)[:, None]
        factor = scale * (2 / positions * grad)[:, None, None, None]
        return None, torch.addcmul(weighted, along, unit, value=-1).mul_(factor), None


def length(h: Tensor) -> Tensor:
    """Of the vector at every position."""
    return torch.linalg.vector_norm(h, dim=1, keepdim=True)
