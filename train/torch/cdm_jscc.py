"""CDM-JSCC: rate-adaptive transform coding, joint source-channel coding, conditional diffusion.

    x -> enc -> y -+-> hyper_enc -> z -> prior, hyper_dec -> bits of y -> rate r of each 16x16 patch
                   +-> fe (MLLA blocks, rate r) -> k_r symbols a patch -> unit power -> channel
    received -> fd (MLLA blocks, rate r) -> y' -> dec -> conditions -> U-Net, `steps` times -> x_hat

Source: "Rate-Adaptive Generative Semantic Communication Using Conditional Diffusion Models", arXiv
2409.02597v3, and its published code (zhang-guangyi/cdm-jscc). Names and shapes of the parameters of
`paper` are those of the published checkpoints. Blocks: U-Net of CDC (Yang, Mandt, 2023), MLLA
(Han et al., 2024, "Demystify Mamba in Vision: A Linear Attention Perspective").

| preset  | parameters | U-Net step at 768x512 | what it is                                        |
| ------- | ---------- | --------------------- | ------------------------------------------------- |
| paper   | 62,245,059 | 774 GFLOP             | the published network                             |
| reduced | 4,799,692  | 64 GFLOP              | the same with narrow layers, U-Net at 1/2         |
| compact | 4,883,056  | 22 GFLOP              | below: the one with shipped weights               |

`compact` has every part of the published network. It differs in this:

Deviation: analysis transform and condition decoder are those of this project's DeepJSCC (residual
3x3 convolutions at 1/4, 1/8, 1/16, no norm, beside a linear code), so that training starts from a
trained MSE net: `enc` is `deepjscc.Encoder`, `dec` is `deepjscc.Decoder` with its maps as output.
Deviation: `dec` also makes a picture, which the U-Net sees and which is added to its output (the
U-Net's last layer starts at zero): the prediction of x starts at the MSE net's.
Deviation: y skips the MLLA blocks of the JSCC encoder, s = (y + norm(blocks)) W[r] + b[r], with
W[r] starting at the unit matrix and norm at zero.
Deviation: the JSCC decoder first weighs every value by v / (v + s^2), v by rate and channel
(`fd.log_variance`), s^2 the noise's variance; W[r] starts at the unit matrix, the blocks at zero.
Deviation: the entropy model sees y at a quantisation step for each channel (`step`, not trained):
the likelihood is that of y / step.
Deviation: the U-Net works on pixels unshuffled by 4, its first and last kernels are 3x3, and its up
path has one more stage, which uses the finest skip.
Deviation: the power factor of each picture travels as one byte and is priced (as in DeepJSCC).

Layers of `compact`: C = 96 channels of y, K = 96 symbols at most, R = 16 rates of 6, 12, ..., 96
real symbols, a, b, c = 48, 96, 112 (trunk), d = 48, 64, 80 (U-Net), time 32. The keys inside of
blocks are those of `paper`; `c.` is `context_fn.`, `d.` is `denoise_fn.`.

| name               | layer                                              | weight            |
| ------------------ | -------------------------------------------------- | ----------------- |
| c.enc.*            | `deepjscc.Encoder`, T = C, blocks 1, 1, 2          | see there         |
| c.step             | quantisation step of each channel of y             | [C]               |
| c.hyper_enc.i.0    | conv 3x3; conv 5x5 /2; the same                    | [32, C or 32, ..] |
| c.prior.*          | factorised prior of 32 channels                    | as published      |
| c.hyper_dec.i.0    | tconv 5x5 x2; the same; conv 3x3 to mean, scale    | last [2C, 32, ..] |
| c.fe.refine.fc1,2  | y + fc2(gelu(fc1(y)))                              | [192, C], back    |
| c.fe.rate_token    | added by rate                                      | [R, C]            |
| c.fe.layers.0.*    | 2 MLLA blocks, 4 heads                             | as published      |
| c.fe.norm          | LayerNorm, starts at zero; y is added to it        | [C]               |
| c.fe.rate_adaption | t W[r] + b[r], then the mask of the rate           | [R, C, K], [R,K]  |
| c.fd.log_variance  | ln v of each rate and symbol, for v / (v + s^2)    | [R, K]            |
| c.fd.rate_adaption | t W[r] + b[r]                                      | [R, K, C], [R, C] |
| c.fd.rate_token    | added by rate                                      | [R, C]            |
| c.fd.layers.0.*    | 2 MLLA blocks, no norm after them                  | as published      |
| c.dec.*            | `deepjscc.Decoder`, T = C, blocks 2, 3, 2, without | see there         |
|                    | log_variance; maps after stage4, stage8, stage16   |                   |
| d.time_mlp.0, 2    | 1 -> 128, gelu, -> 32                              | [128, 1], [32,..] |
| d.downs.0          | at 1/4; input x_t (48), picture (48), c0 (a) -> d0 |                   |
| d.downs.1          | at 1/8; d0 + c1 (b) -> d1                          |                   |
| d.downs.2          | at 1/16; d1 + c2 (c) -> d2; no `3`                 |                   |
| d.mid_*            | at 1/16; d2                                        |                   |
| d.ups.0            | 2 d2 -> d1, upsampled to 1/8                       |                   |
| d.ups.1            | 2 d1 -> d0, upsampled to 1/4                       |                   |
| d.ups.2            | 2 d0 -> d0; no `3`                                 |                   |
| d.final_conv       | ChannelNorm, conv 3x3 (starts at zero), shuffle 4  | [48, d0, 3, 3]    |

x_t, picture and output are unshuffled by 4, channel index c 16 + dy 4 + dx. `enc` and `dec` see
pictures in [0, 1]: enc gets (x + 1) / 2, dec's picture p becomes 2 p - 1. GFLOP at 768x512: enc
7.4, fe 1.3, fd 1.2, dec 13.5, U-Net 22 a step.

Arrays are f32[batch, channel, height, width], tokens f32[batch, h w, channel] row by row; pictures
are in [-1, 1], sides multiples of 64. Convolutions are cross-correlations, zero padded by half
their size, with bias unless said.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import deepjscc
from deepjscc import pointwise, quantise_factor

STRIDE = 64
PATCH = 16
STEPS = 8193  # N of the diffusion
LIKELIHOOD_FLOOR = 1e-9
SMALLEST_SCALE = 0.1
SNR_CLAMP = 5.0
GAMMA = 0.8  # standard deviation of the start noise


@dataclass(frozen=True)
class Options:
    """What gives a network its shape; the manifest's `options`."""

    latent: int = 256  # channels of y, and the JSCC width
    rates: tuple[int, ...] = tuple(range(16, 257, 16))  # real symbols a patch
    encoder: tuple[int, ...] = (64, 128, 192, 256)  # published form: widths at 1/2, 1/4, ...
    conditions: tuple[int, ...] = (192, 128, 64, 64)  # published form: widths at 1/8, 1/4, ...
    trunk: tuple[int, ...] = ()  # compact: widths at 1/4, 1/8, 1/16 of enc and dec
    encoder_blocks: tuple[int, ...] = ()  # compact: residual blocks at 1/4, 1/8, 1/16
    decoder_blocks: tuple[int, ...] = ()
    hyper: int = 256
    depth: int = 3  # MLLA blocks of encoder and of decoder
    heads: int = 8
    refine: int = 2048  # hidden width
    stem: int = 1  # the U-Net's pixel unshuffle
    unet: tuple[int, ...] = (64, 128, 192, 256, 320, 384)
    time_hidden: int = 256
    time: int = 64

    @property
    def symbols(self) -> int:
        """Largest number of real symbols a patch."""
        return self.rates[-1]

    @property
    def compact(self) -> bool:
        return len(self.trunk) > 0

    def manifest(self) -> dict[str, object]:
        words = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}
        unused = ("encoder", "conditions") if self.compact else ()
        return {camel(k): v for k, v in words.items() if v != [] and k not in unused}


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


PRESETS = {
    "paper": Options(),
    "reduced": Options(
        latent=96,
        rates=tuple(range(8, 129, 8)),
        encoder=(24, 48, 72, 96),
        conditions=(72, 48, 24),
        hyper=48,
        heads=4,
        refine=384,
        stem=2,
        unet=(40, 80, 80, 80),
        time_hidden=160,
        time=40,
    ),
    "compact": Options(
        latent=96,
        rates=tuple(range(6, 97, 6)),
        trunk=(48, 96, 112),
        encoder_blocks=(1, 1, 2),
        decoder_blocks=(2, 3, 2),
        hyper=32,
        depth=2,
        heads=4,
        refine=192,
        stem=4,
        unet=(48, 64, 80),
        time_hidden=128,
        time=32,
    ),
}


# ---- Blocks -------------------------------------------------------------------------------------


class Normalise(torch.autograd.Function):
    """(x - mean) / sqrt(var + 1e-5) over the channels; fewer passes over memory than autograd's."""

    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        centred = x - x.mean(1, keepdim=True)
        scale = (centred.square().mean(1, keepdim=True) + 1e-5).rsqrt()
        y = centred.mul_(scale)
        ctx.save_for_backward(y, scale)
        return y

    @staticmethod
    def backward(ctx, grad: Tensor) -> Tensor:
        y, scale = ctx.saved_tensors
        along = (grad * y).mean(1, keepdim=True)
        return (grad - grad.mean(1, keepdim=True)).addcmul_(y, along, value=-1).mul_(scale)


class ChannelNorm(nn.Module):
    """Normalises over the channels of every pixel, then g x + b: [1, C, 1, 1] each."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.g = nn.Parameter(torch.ones(1, channels, 1, 1))
        self.b = nn.Parameter(torch.zeros(1, channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return torch.addcmul(self.b, Normalise.apply(x), self.g)


class Block(nn.Module):
    """Convolution, ChannelNorm, ReLU: `block.0.weight`, `block.1.g`."""

    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__()
        conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2)
        self.block = nn.Sequential(conv, ChannelNorm(outputs), nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        return self.block(x)


class ResnetBlock(nn.Module):
    """block2(block1(x) + mlp(time)) + x, the last by a 1x1 convolution when the width changes."""

    def __init__(self, inputs: int, outputs: int, time: int = 0, kernel: int = 3) -> None:
        super().__init__()
        if time:
            self.mlp = nn.Sequential(nn.LeakyReLU(0.2), nn.Linear(time, outputs))
        self.block1 = Block(inputs, outputs, kernel)
        self.block2 = Block(outputs, outputs, 3)
        self.res_conv = pointwise(inputs, outputs) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor, time: Tensor | None = None) -> Tensor:
        h = self.block1(x)
        if time is not None:
            h = h + self.mlp(time)[:, :, None, None]
        return self.block2(h) + self.res_conv(x)


class Downsample(nn.Module):
    """3x3 convolution, stride 2."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class Upsample(nn.Module):
    """Transposed 4x4 convolution, stride 2; weight [in, out, 4, 4]."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = nn.ConvTranspose2d(inputs, outputs, 4, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        """As a 3x3 convolution and a pixel shuffle, many times quicker on a CPU.

        Along one axis, output 2 y + p gets tap p + 1 - 2 d of input y + d: of d = -1, 0, 1 the taps
        3, 1, none for p = 0 and none, 2, 0 for p = 1.
        """
        taps = torch.tensor([[3, 1, 4], [4, 2, 0]], device=x.device)
        weight = F.pad(self.conv.weight, (0, 1, 0, 1))[:, :, taps][..., taps]  # [I, O, p, d, q, e]
        weight = weight.permute(1, 2, 4, 0, 3, 5).flatten(0, 2)
        bias = self.conv.bias.repeat_interleave(4)
        return F.pixel_shuffle(F.conv2d(x, weight, bias, padding=1), 2)


class LinearAttention(nn.Module):
    """One head over all positions: softmax of k over the positions, no softmax of q."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.to_qkv = nn.Conv2d(channels, 3 * channels, 1, bias=False, dilation=2)
        self.to_out = pointwise(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.to_qkv(x).flatten(2).chunk(3, 1)
        context = matmul(v, k.softmax(-1).transpose(1, 2))  # [B, e, d]
        out = matmul(context, q * x.shape[1] ** -0.5)
        return self.to_out(out.view_as(x))


class PreNorm(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fn = LinearAttention(channels)
        self.norm = ChannelNorm(channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.fn(self.norm(x))


class Attention(nn.Module):
    """x + attention(norm(x)): `fn.norm.g`, `fn.fn.to_qkv.weight`."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fn = PreNorm(channels)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.fn(x)


# ---- MLLA ---------------------------------------------------------------------------------------


def linear(tokens: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """tokens weight^T + bias as a convolution of one dilated tap: see `deepjscc.pointwise`."""
    column = tokens.transpose(1, 2)[..., None]
    h = F.conv2d(column, weight[:, :, None, None], bias, dilation=2)
    return h[..., 0].transpose(1, 2)


class Linear(nn.Linear):
    def forward(self, tokens: Tensor) -> Tensor:
        return linear(tokens, self.weight, self.bias)


def matmul(a: Tensor, b: Tensor) -> Tensor:
    """a b of batches [B, m, k], [B, k, n], likewise as a convolution, grouped by batch."""
    batch, rows, inner = a.shape
    weight = a.reshape(batch * rows, inner, 1, 1)
    h = F.conv2d(b.reshape(1, batch * inner, -1, 1), weight, dilation=2, groups=batch)
    return h.view(batch, rows, -1)


def rotations(height: int, width: int, channels: int) -> Tensor:
    """Complex factors exp(i phi) by position: [h w, C/2]; the first half turns with the row."""
    quarter = channels // 4
    theta = 10000 ** (-torch.arange(quarter, dtype=torch.float32) / quarter)
    rows = torch.arange(height, dtype=torch.float32)[:, None, None] * theta
    columns = torch.arange(width, dtype=torch.float32)[None, :, None] * theta
    phi = torch.cat(torch.broadcast_tensors(rows, columns), -1).reshape(height * width, -1)
    return torch.polar(torch.ones_like(phi), phi)


def rotate(x: Tensor, factors: Tensor) -> Tensor:
    pairs = torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2).contiguous())
    return torch.view_as_real(pairs * factors.to(x.device)).flatten(-2)


def depthwise(channels: int) -> nn.Conv2d:
    return nn.Conv2d(channels, channels, 3, padding=1, groups=channels)


def on_grid(layer: nn.Conv2d, tokens: Tensor, grid: tuple[int, int]) -> Tensor:
    """A convolution of tokens laid out as pixels."""
    picture = tokens.transpose(1, 2).unflatten(2, grid)
    return layer(picture).flatten(2).transpose(1, 2)


class MllaAttention(nn.Module):
    """Linear attention with rotary positions, elu + 1 features and a depthwise path."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qk = Linear(channels, 2 * channels)
        self.lepe = depthwise(channels)

    def forward(self, v: Tensor, grid: tuple[int, int]) -> Tensor:
        q, k = (F.elu(part) + 1 for part in self.qk(v).chunk(2, -1))
        factors = rotations(*grid, v.shape[-1])
        turned_q, turned_k = self.split(rotate(q, factors)), self.split(rotate(k, factors))
        q, k = self.split(q), self.split(k)
        z = 1 / (q @ k.mean(-2, keepdim=True).transpose(-2, -1) + 1e-6)
        count = v.shape[1]
        kv = (turned_k.transpose(-2, -1) * count**-0.5) @ (self.split(v) * count**-0.5)
        out = (turned_q @ kv * z).transpose(1, 2).flatten(2)
        return out + on_grid(self.lepe, v, grid)

    def split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class Mlp(nn.Module):
    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = Linear(channels, hidden)
        self.fc2 = Linear(hidden, channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(F.gelu(self.fc1(x)))


class MllaBlock(nn.Module):
    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.cpe1 = depthwise(channels)
        self.norm1 = nn.LayerNorm(channels)
        self.in_proj = Linear(channels, channels)
        self.act_proj = Linear(channels, channels)
        self.dwc = depthwise(channels)
        self.attn = MllaAttention(channels, heads)
        self.out_proj = Linear(channels, channels)
        self.cpe2 = depthwise(channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = Mlp(channels, 4 * channels)

    def forward(self, x: Tensor, grid: tuple[int, int]) -> Tensor:
        x = x + on_grid(self.cpe1, x, grid)
        u = self.norm1(x)
        gate = F.silu(self.act_proj(u))
        u = F.silu(on_grid(self.dwc, self.in_proj(u), grid))
        x = x + self.out_proj(self.attn(u, grid) * gate)
        x = x + on_grid(self.cpe2, x, grid)
        return x + self.mlp(self.norm2(x))

    def start_at_identity(self) -> None:
        for layer in (self.cpe1, self.out_proj, self.cpe2, self.mlp.fc2):
            deepjscc.start_at_zero(layer)


class MllaLayer(nn.Module):
    def __init__(self, options: Options) -> None:
        super().__init__()
        blocks = (MllaBlock(options.latent, options.heads) for _ in range(options.depth))
        self.blocks = nn.ModuleList(blocks)

    def forward(self, x: Tensor, grid: tuple[int, int]) -> Tensor:
        for block in self.blocks:
            x = block(x, grid)
        return x


# ---- Rate-adaptive JSCC -------------------------------------------------------------------------


def mask_table(options: Options) -> Tensor:
    """1 where symbol c is sent at rate r, [R, K]: even channels first, then the odd ones."""
    channel = torch.arange(options.symbols)
    rank = channel % 2 * (options.symbols // 2) + channel // 2
    return (rank < torch.tensor(options.rates)[:, None]).float()


class RateAdaption(nn.Module):
    """t W[r] + b[r], r the rate of each token: `weight` [R, in, out], `bias` [R, out]."""

    def __init__(self, rates: int, inputs: int, outputs: int) -> None:
        super().__init__()
        # Deviation: standard deviation 1/sqrt(in); the published one is far smaller.
        self.weight = nn.Parameter(torch.randn(rates, inputs, outputs) * inputs**-0.5)
        self.bias = nn.Parameter(torch.zeros(rates, outputs))

    def forward(self, tokens: Tensor, index: Tensor) -> Tensor:
        """`index`: i64[B, L]. All rates at once, then a choice: quicker than sorting by rate."""
        matrix = self.weight.transpose(1, 2).flatten(0, 1)
        every = linear(tokens, matrix, self.bias.flatten())
        every = every.unflatten(-1, self.bias.shape)
        chosen = index[:, :, None, None].expand(-1, -1, 1, self.bias.shape[1])
        return every.gather(2, chosen)[:, :, 0]

    @torch.no_grad()
    def start_at_identity(self) -> None:
        self.weight.copy_(torch.eye(self.weight.shape[1]).expand_as(self.weight))


class JsccEncoder(nn.Module):
    """y, unquantised, to the values that are sent: zero where the mask of the rate is."""

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.skip = options.compact
        rates = len(options.rates)
        self.refine = Mlp(options.latent, options.refine)
        self.rate_token = nn.Parameter(torch.randn(rates, options.latent) * 0.02)
        self.layers = nn.ModuleList([MllaLayer(options)])
        self.norm = nn.LayerNorm(options.latent)
        self.rate_adaption = RateAdaption(rates, options.latent, options.symbols)
        self.register_buffer("mask", mask_table(options), persistent=False)
        if self.skip:
            self.rate_adaption.start_at_identity()
            nn.init.zeros_(self.norm.weight)
            deepjscc.start_at_zero(self.refine.fc2)
            for block in self.layers[0].blocks:
                block.start_at_identity()

    def forward(self, y: Tensor, index: Tensor) -> Tensor:
        grid = (y.shape[2], y.shape[3])
        tokens = y.flatten(2).transpose(1, 2)
        h = tokens + self.refine(tokens)
        h = self.norm(self.layers[0](h + self.rate_token[index], grid))
        s = self.rate_adaption(tokens + h if self.skip else h, index) * self.mask[index]
        return s.transpose(1, 2).unflatten(2, grid)


class JsccDecoder(nn.Module):
    """Received values, zero where nothing was sent, to y'. `log_variance` (compact): [R, C]."""

    def __init__(self, options: Options) -> None:
        super().__init__()
        rates = len(options.rates)
        self.rate_adaption = RateAdaption(rates, options.symbols, options.latent)
        self.rate_token = nn.Parameter(torch.randn(rates, options.latent) * 0.02)
        self.layers = nn.ModuleList([MllaLayer(options)])
        if options.compact:
            self.log_variance = nn.Parameter(torch.full((rates, options.symbols), math.log(0.5)))
            nn.init.zeros_(self.rate_token)
            self.rate_adaption.start_at_identity()
            for block in self.layers[0].blocks:
                block.start_at_identity()

    def forward(self, s: Tensor, index: Tensor, variance: Tensor | None = None) -> Tensor:
        """`variance`: f32[B], that of the noise on each value of s; compact alone uses it."""
        grid = (s.shape[2], s.shape[3])
        tokens = s.flatten(2).transpose(1, 2)
        if variance is not None and hasattr(self, "log_variance"):
            power = self.log_variance.exp()[index]
            tokens = tokens * (power / (power + variance[:, None, None]))
        h = self.rate_adaption(tokens, index) + self.rate_token[index]
        return self.layers[0](h, grid).transpose(1, 2).unflatten(2, grid)


# ---- Entropy model ------------------------------------------------------------------------------


class LowerBound(torch.autograd.Function):
    """max(x, bound); the gradient also passes where it would raise x."""

    @staticmethod
    def forward(ctx, x: Tensor, bound: float) -> Tensor:
        ctx.save_for_backward(x)
        ctx.bound = bound
        return x.clamp_min(bound)

    @staticmethod
    def backward(ctx, grad: Tensor) -> tuple[Tensor, None]:
        (x,) = ctx.saved_tensors
        return grad * ((x >= ctx.bound) | (grad < 0)), None


def round_through(x: Tensor) -> Tensor:
    """Rounds half to even; the gradient passes as if it did not."""
    return x + (x.round() - x).detach()


def gaussian_likelihood(v: Tensor, mean: Tensor, scale: Tensor) -> Tensor:
    """P of the unit interval around v."""
    distance = (v - mean).abs()

    def phi(t: Tensor) -> Tensor:
        return 0.5 * torch.erfc(t * -(2**-0.5))

    p = phi((0.5 - distance) / scale) - phi((-0.5 - distance) / scale)
    return LowerBound.apply(p, LIKELIHOOD_FLOOR)


class Affine(nn.Module):
    """u softplus(weight) + bias for each channel: [C, 1, 1, in, out], [C, 1, 1, 1, out]."""

    def __init__(self, channels: int, inputs: int, outputs: int) -> None:
        super().__init__()
        start = math.log(math.expm1(1 / (10**0.25 * outputs)))
        self.weight = nn.Parameter(torch.full((channels, 1, 1, inputs, outputs), start))
        self.bias = nn.Parameter(torch.rand(channels, 1, 1, 1, outputs) - 0.5)

    def forward(self, u: Tensor) -> Tensor:
        return u @ F.softplus(self.weight) + self.bias


class FactorisedPrior(nn.Module):
    """Distribution of z, one for each channel: widths 1-3-3-3-1."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        widths = (1, 3, 3, 3, 1)
        layers = (Affine(channels, a, b) for a, b in zip(widths, widths[1:]))
        self.affine = nn.ModuleList(layers)
        gates = (nn.Parameter(torch.zeros(channels, 1, 1, 1, 3)) for _ in range(3))
        self.a = nn.ParameterList(gates)
        self._medians = nn.Parameter(torch.zeros(1, channels, 1, 1))

    @property
    def medians(self) -> Tensor:
        return self._medians.detach()

    def logits(self, z: Tensor, fixed: bool = False) -> Tensor:
        """Of the cumulative distribution; z is [B, C, h, w]. `fixed`: only z gets a gradient."""
        u = z.transpose(0, 1)[..., None, None]  # [C, B, h, w, 1, 1]
        keep = torch.Tensor.detach if fixed else (lambda t: t)
        for i, affine in enumerate(self.affine):
            weight, bias = (keep(t)[:, None] for t in (affine.weight, affine.bias))
            u = u @ F.softplus(weight) + bias
            if i < 3:
                u = u + keep(self.a[i])[:, None].tanh() * u.tanh()
        return u[..., 0, 0].transpose(0, 1)

    def likelihood(self, z: Tensor) -> Tensor:
        upper, lower = self.logits(z + 0.5), self.logits(z - 0.5)
        sign = -(upper + lower).sign().detach()
        p = ((sign * upper).sigmoid() - (sign * lower).sigmoid()).abs()
        return LowerBound.apply(p, LIKELIHOOD_FLOOR)

    def medians_loss(self) -> Tensor:
        """Zero when every median is one; its gradient reaches the medians alone."""
        return self.logits(self._medians, fixed=True).abs().sum()


class HyperStage(nn.Sequential):
    """One (transposed) convolution, key `0`, and LeakyReLU 0.2 where one follows."""

    def __init__(self, conv: nn.Module, last: bool) -> None:
        super().__init__(conv, nn.Identity() if last else nn.LeakyReLU(0.2))


def hyper_encoder(latent: int, hyper: int) -> nn.Sequential:
    return nn.Sequential(
        HyperStage(nn.Conv2d(latent, hyper, 3, padding=1), False),
        HyperStage(nn.Conv2d(hyper, hyper, 5, 2, 2), False),
        HyperStage(nn.Conv2d(hyper, hyper, 5, 2, 2), True),
    )


def hyper_decoder(latent: int, hyper: int) -> nn.Sequential:
    return nn.Sequential(
        HyperStage(nn.ConvTranspose2d(hyper, hyper, 5, 2, 2, 1), False),
        HyperStage(nn.ConvTranspose2d(hyper, hyper, 5, 2, 2, 1), False),
        HyperStage(nn.Conv2d(hyper, 2 * latent, 3, padding=1), True),
    )


# ---- Context: everything but the U-Net ----------------------------------------------------------


def published_encoder(options: Options) -> nn.ModuleList:
    stages, inputs = nn.ModuleList(), 3
    for i, width in enumerate(options.encoder):
        block = ResnetBlock(inputs, width, kernel=7 if i == 0 else 3)
        stages.append(nn.ModuleList([block, Downsample(width)]))
        inputs = width
    return stages


def published_conditions(options: Options) -> nn.ModuleList:
    stages, inputs = nn.ModuleList(), options.latent
    for i, width in enumerate(options.conditions):
        middle = inputs if i == len(options.conditions) - 1 else width
        stages.append(nn.ModuleList([ResnetBlock(inputs, middle), Upsample(middle, width)]))
        inputs = width
    return stages


class Conditions(deepjscc.Decoder):
    """`deepjscc.Decoder` with its maps as output, without `log_variance` (fd does that).

    y' [B, T, h, w] -> picture [B, 3, H, W] and maps at 1/4, 1/8, 1/16, finest first.
    """

    def __init__(self, options: Options) -> None:
        super().__init__(options.latent, options.trunk, options.decoder_blocks)
        del self.log_variance

    def forward(self, y: Tensor, variance: Tensor) -> tuple[Tensor, list[Tensor]]:
        level = (20 * variance).log()[:, None, None, None]
        c2 = self.stage16(self.latent(y) + self.noise[:, None, None] * level)
        c1 = self.stage8(F.pixel_shuffle(self.up8(c2), 2))
        c0 = self.stage4(F.pixel_shuffle(self.up4(c1), 2))
        picture = F.pixel_shuffle(self.picture(c0), 4)
        picture = picture + F.pixel_shuffle(self.linear(y), PATCH)
        return 2 * picture - 1, [c0, c1, c2]


class Context(nn.Module):
    """Transmitter, and the receiver up to the U-Net's conditions."""

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options
        if options.compact:
            self.enc = deepjscc.Encoder(options.latent, options.trunk, options.encoder_blocks)
            self.dec = Conditions(options)
            self.step = nn.Parameter(torch.ones(options.latent), requires_grad=False)
        else:
            self.enc = published_encoder(options)
            self.dec = published_conditions(options)
        self.hyper_enc = hyper_encoder(options.latent, options.hyper)
        self.prior = FactorisedPrior(options.hyper)
        self.hyper_dec = hyper_decoder(options.latent, options.hyper)
        self.fe = JsccEncoder(options)
        self.fd = JsccDecoder(options)

    def encode(self, x: Tensor) -> Tensor:
        """y [B, C, H/16, W/16] of pictures in [-1, 1]."""
        if self.options.compact:
            return self.enc((x + 1) / 2)
        for block, down in self.enc:
            x = down(block(x))
        return x

    def entropy(self, y: Tensor, noise: tuple[Tensor, Tensor] | None = None) -> "Entropy":
        """Bits of y and z. `noise`: uniform in +-1/2 of the shapes of y and z, in place of rounding
        (training); the hyper decoder always gets the rounded z.
        """
        z = self.hyper_enc(y)
        medians = self.prior.medians
        rounded = round_through(z - medians) + medians
        mean, scale = self.hyper_dec(rounded).chunk(2, 1)
        if self.options.compact:
            per_step = 1 / self.step[:, None, None]
            y, mean, scale = y * per_step, mean * per_step, scale * per_step
        scale = scale.clamp_min(SMALLEST_SCALE)
        if noise is None:
            quantised = round_through(y - mean.detach()) + mean.detach()
        else:
            quantised, rounded = y + noise[0], z + noise[1]
        bits_y = -gaussian_likelihood(quantised, mean, scale).log2()
        return Entropy(quantised, bits_y, -self.prior.likelihood(rounded).log2())

    def rates(self, bits: Tensor, eta: float | Tensor) -> Tensor:
        """Rate index of every patch, i64[B, L], from its bits [B, L]: rounded up, clamped."""
        rates = torch.tensor(self.options.rates, dtype=bits.dtype, device=bits.device)
        index = torch.bucketize((eta * bits).detach(), rates)
        return index.clamp_max(len(rates) - 1)

    def conditions(self, y: Tensor, variance: Tensor) -> tuple[Tensor | None, list[Tensor]]:
        """Picture (compact; else None) and condition maps, finest first."""
        if self.options.compact:
            return self.dec(y, variance)
        maps = []
        for block, up in self.dec:
            y = up(block(y))
            maps.append(y)
        return None, maps[::-1]


@dataclass
class Entropy:
    """Quantised y (compact: in steps), and bits of each value of y and z."""

    y: Tensor
    bits_y: Tensor
    bits_z: Tensor

    @property
    def by_patch(self) -> Tensor:
        """Bits of y by patch: [B, L]."""
        return self.bits_y.sum(1).flatten(1)

    def bits_per_pixel(self) -> Tensor:
        """[B]."""
        pixels = PATCH**2 * self.bits_y[0, 0].numel()
        return (self.bits_y.flatten(1).sum(1) + self.bits_z.flatten(1).sum(1)) / pixels


# ---- Channel ------------------------------------------------------------------------------------


def transmit(
    s: Tensor, sent: Tensor, noise: Tensor, n0: float, byte: bool
) -> tuple[Tensor, Tensor]:
    """The values of s where `sent` is 1, at unit mean power per complex symbol, through AWGN.

    `noise`: unit variance, of the shape of s. Returns what was received, at the scale of s, and the
    variance of its noise, f32[B]. `byte`: the receiver knows the power factor as its byte says it.
    Deviation: one power factor a picture, which is paid for; published: a batch's, known for free.
    """
    s = s * sent
    power = (s * s).flatten(1).sum(1) / sent.flatten(1).sum(1)
    factor = (2 * power.clamp_min(1e-12)).rsqrt()
    received = s * factor[:, None, None, None] + noise * sent * math.sqrt(n0 / 2)
    known = quantise_factor(factor) if byte else factor
    return received / known[:, None, None, None], n0 / (2 * known * known)


# ---- Diffusion ----------------------------------------------------------------------------------


class Unet(nn.Module):
    """Predicts x from x_t, t / N and the conditions.

    Levels i = 0..n-1 of width d_i at 1 / (stem 2^i). Down: concat(h, c_i) where there is one,
    `downs.i.0`, `downs.i.1` ResnetBlock, `downs.i.2` attention, `downs.i.3` stride 2 but at the
    last. Then `mid_block1`, `mid_attn`, `mid_block2`. Up from the coarsest: concat(h, skip),
    `ups.j.0`, `ups.j.1`, `ups.j.2`, `ups.j.3` upsampling. Last `final_conv`: norm, convolution.
    The published net never uses the finest skip; compact has a stage more, without upsampling.
    """

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.stem = options.stem
        self.compact = options.compact
        widths, pixels = options.unet, 3 * options.stem**2
        contexts = options.trunk if self.compact else options.conditions[::-1]
        time, kernel = options.time, 3 if self.compact else 7
        hidden = options.time_hidden
        layers = (nn.Linear(1, hidden), nn.GELU(), nn.Linear(hidden, time))
        self.time_mlp = nn.Sequential(*layers)
        self.downs, self.ups = nn.ModuleList(), nn.ModuleList()
        inputs = 2 * pixels if self.compact else pixels
        for i, width in enumerate(widths):
            inputs += contexts[i] if i < len(contexts) else 0
            last = i == len(widths) - 1
            self.downs.append(nn.ModuleList([
                ResnetBlock(inputs, width, time, kernel if i == 0 else 3),
                ResnetBlock(width, width, time),
                Attention(width),
                nn.Identity() if last else Downsample(width),
            ]))
            inputs = width
        self.mid_block1 = ResnetBlock(inputs, inputs, time)
        self.mid_attn = Attention(inputs)
        self.mid_block2 = ResnetBlock(inputs, inputs, time)
        for i in range(len(widths) - 1, -1 if self.compact else 0, -1):
            width = widths[max(i - 1, 0)]
            self.ups.append(nn.ModuleList([
                ResnetBlock(2 * widths[i], width, time),
                ResnetBlock(width, width, time),
                Attention(width),
                Upsample(width, width) if i > 0 else nn.Identity(),
            ]))
        self.final_conv = nn.Sequential(
            ChannelNorm(widths[0]), nn.Conv2d(widths[0], pixels, kernel, padding=kernel // 2)
        )
        if self.compact:
            deepjscc.start_at_zero(self.final_conv[1])

    def forward(
        self, x: Tensor, time: Tensor, picture: Tensor | None, maps: list[Tensor]
    ) -> Tensor:
        """`time`: index / N, f32[B]. `picture`: compact's, added to the prediction."""
        e = self.time_mlp(time[:, None])
        h = F.pixel_unshuffle(x, self.stem) if self.stem > 1 else x
        if picture is not None:
            h = torch.cat([h, F.pixel_unshuffle(picture, self.stem)], 1)
        skips = []
        for i, (block1, block2, attention, down) in enumerate(self.downs):
            if i < len(maps):
                h = torch.cat([h, maps[i]], 1)
            h = attention(block2(block1(h, e), e))
            skips.append(h)
            h = down(h)
        h = self.mid_block2(self.mid_attn(self.mid_block1(h, e)), e)
        for block1, block2, attention, up in self.ups:
            h = torch.cat([h, skips.pop()], 1)
            h = up(attention(block2(block1(h, e), e)))
        h = self.final_conv(h)
        h = F.pixel_shuffle(h, self.stem) if self.stem > 1 else h
        return h if picture is None else h + picture


def alpha_bars() -> np.ndarray:
    """Cosine schedule, f64[N]: cumulative product of 1 - beta."""
    u = np.arange(STEPS + 1) / STEPS
    f = np.cos((u + 0.008) / 1.008 * np.pi / 2) ** 2
    beta = np.clip(1 - f[1:] / f[:-1], 0, 0.999)
    return np.cumprod(1 - beta)


ALPHA_BARS = alpha_bars()


def test_indices(steps: int) -> np.ndarray:
    """Indices of the test schedule, ascending; one step is the last index."""
    if steps == 1:
        return np.array([STEPS - 1])
    return np.trunc(np.linspace(0, STEPS - 1, steps)).astype(np.int64)


# ---- Network ------------------------------------------------------------------------------------


class CdmJscc(nn.Module):
    """The network: `context_fn.*` and `denoise_fn.*`."""

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options
        self.context_fn = Context(options)
        self.denoise_fn = Unet(options)
        # Rate control of training: symbols for a bit, set so that the mean rate is the wanted one.
        self.register_buffer("eta", torch.tensor(0.2))

    @torch.no_grad()
    def own_noisy(
        self, picture: Tensor | None, maps: list[Tensor], index: Tensor, noise: Tensor
    ) -> Tensor:
        """x_t as the sampler has it after its first step: from the net's own prediction of x."""
        start = GAMMA * noise
        time = torch.full((len(start),), (STEPS - 1) / STEPS, device=start.device)
        x0 = self.denoise_fn(start, time, picture, maps).clamp(-1, 1)
        bars = torch.from_numpy(ALPHA_BARS).to(start.device)[index][:, None, None, None]
        a = ((1 - bars) / (1 - ALPHA_BARS[-1])).sqrt()
        b = bars.sqrt() - a * math.sqrt(ALPHA_BARS[-1])
        return a.float() * start + b.float() * x0

    def noisy(self, x: Tensor, index: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """x_t for i64[B] indices, and min(SNR_t, 5)."""
        bars = torch.from_numpy(ALPHA_BARS).to(x.device)[index][:, None, None, None]
        x_t = bars.sqrt().float() * x + (1 - bars).sqrt().float() * noise
        return x_t, (bars / (1 - bars)).clamp_max(SNR_CLAMP).float().flatten()

    @torch.no_grad()
    def sample(
        self, picture: Tensor | None, maps: list[Tensor], start: Tensor, steps: int
    ) -> Tensor:
        """Deterministic DDIM from `start`, which includes the factor GAMMA: x in [-1, 1]."""
        indices, x = test_indices(steps), start
        for i in range(steps - 1, -1, -1):
            time = torch.full((len(x),), indices[i] / STEPS, dtype=x.dtype, device=x.device)
            x0 = self.denoise_fn(x, time, picture, maps).clamp(-1, 1)
            if i == 0:
                return x0
            bar, previous = ALPHA_BARS[indices[i]], ALPHA_BARS[indices[i - 1]]
            a = math.sqrt((1 - previous) / (1 - bar))
            x = a * x + (math.sqrt(previous) - a * math.sqrt(bar)) * x0
        return x


def build(preset: str = "compact") -> CdmJscc:
    return CdmJscc(PRESETS[preset])
