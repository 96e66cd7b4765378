"""DeepJSCC, preset `compact`: the network, its channel and its loss.

    x -+-> linear --------------+-> z -> a z + n -> / a, Wiener -+-> linear -------------+-> x_hat
       +-> unshuffle, residual -+                                +-> residual, shuffle -+

Idea and system: Bourtsoulatze, Kurka, Gunduz, "Deep JSCC for wireless image transmission", IEEE
TCCN 5(3), 2019: a convolutional autoencoder, its latent sent as channel symbols of unit mean power
per picture, trained through the channel.

Deviation: the layers are residual 3x3 convolutions at 1/4, 1/8 and 1/16 of the resolution instead
of five 5x5 convolutions at 1/2 and 1/4, without a final sigmoid.
Deviation: a linear code (KLT of 16x16 blocks) runs beside the residual branches, which start at
zero, so that training starts at that code's quality.
Deviation: the power factor `a` travels as one byte of side information. The channel uses that the
byte costs are taken from the end of the latent, where the decoder then sees zeros.
Deviation: the decoder knows the noise variance and weighs each channel of the latent by it.

Arrays are f32[batch, channel, height, width]; pictures are in [0, 1], sides multiples of 16.
Convolutions are cross-correlations, zero padded by half their size, with bias.
"""

from __future__ import annotations

import argparse
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import checkpoint
from photographs import Crops
from quality import noise_variance, psnr_db

VERSION = "1"
VALIDATION_SEED = 5
STRIDE = 16
BLOCK = 3 * STRIDE * STRIDE  # values of a block, in the order channel, row, column
SLOPE = 0.1  # of the leaky rectifier

# Power factor on the air: 256 steps of a quarter of a decibel around 0 dB. The rounding is at most
# 1.5 % of the amplitude, far below the noise.
FACTOR_STEP_DB = 0.25
FACTOR_LOW_DB = -32.0


class ResidualBlock(nn.Module):
    """x + conv2(lrelu(conv1(x))), width kept. `conv1.weight`, `conv2.weight`: [C, C, 3, 3]."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.kaiming_normal_(self.conv1.weight, a=SLOPE)
        nn.init.zeros_(self.conv1.bias)
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(F.leaky_relu(self.conv1(x), SLOPE))


def residual_stage(channels: int, blocks: int) -> nn.Sequential:
    """`{block}.conv1`, `{block}.conv2` for block = 0, 1, ..."""
    return nn.Sequential(*(ResidualBlock(channels) for _ in range(blocks)))


class Encoder(nn.Module):
    """Picture to latent: [B, 3, H, W] -> [B, T, H/16, W/16].

    | name      | layer                               | weight          |
    | --------- | ----------------------------------- | --------------- |
    | stem      | pixel unshuffle 4, then conv 3x3    | [a, 48, 3, 3]   |
    | stage4.i  | residual block                      | [a, a, 3, 3] x2 |
    | down8     | pixel unshuffle 2, then conv 1x1    | [b, 4a, 1, 1]   |
    | stage8.i  | residual block                      | [b, b, 3, 3] x2 |
    | down16    | pixel unshuffle 2, then conv 1x1    | [c, 4b, 1, 1]   |
    | stage16.i | residual block                      | [c, c, 3, 3] x2 |
    | latent    | conv 3x3, starts at zero            | [T, c, 3, 3]    |
    | linear    | unshuffle 16, conv 1x1, added to it | [T, 768, 1, 1]  |

    Both branches see x - 1/2. Unshuffled channels are ordered c, dy, dx (index c r^2 + dy r + dx).
    """

    def __init__(self, latent: int, widths: tuple[int, int, int], blocks: tuple[int, int, int]):
        super().__init__()
        a, b, c = widths
        self.stem = nn.Conv2d(48, a, 3, padding=1)
        self.stage4 = residual_stage(a, blocks[0])
        self.down8 = pointwise(4 * a, b)
        self.stage8 = residual_stage(b, blocks[1])
        self.down16 = pointwise(4 * b, c)
        self.stage16 = residual_stage(c, blocks[2])
        self.latent = nn.Conv2d(c, latent, 3, padding=1)
        self.linear = pointwise(BLOCK, latent)
        for layer in (self.stem, self.down8, self.down16):
            start_linear(layer)
        start_at_zero(self.latent)

    def forward(self, x: Tensor) -> Tensor:
        x = x - 0.5
        h = self.stage4(self.stem(F.pixel_unshuffle(x, 4)))
        h = self.stage8(self.down8(F.pixel_unshuffle(h, 2)))
        h = self.stage16(self.down16(F.pixel_unshuffle(h, 2)))
        return self.latent(h) + self.linear(F.pixel_unshuffle(x, STRIDE))


class Decoder(nn.Module):
    """Noisy latent to picture: [B, T, H/16, W/16] -> [B, 3, H, W], not clamped.

    | name         | layer                                             | weight          |
    | ------------ | ------------------------------------------------- | --------------- |
    | log_variance | ln of each latent channel's power v_c, see below  | [T]             |
    | latent       | conv 3x3                                          | [c, T, 3, 3]    |
    | noise        | added to its output: noise_c ln(20 s^2)           | [c]             |
    | stage16.i    | residual block                                    | [c, c, 3, 3] x2 |
    | up8          | conv 1x1, then pixel shuffle 2                    | [4b, c, 1, 1]   |
    | stage8.i     | residual block                                    | [b, b, 3, 3] x2 |
    | up4          | conv 1x1, then pixel shuffle 2                    | [4a, b, 1, 1]   |
    | stage4.i     | residual block                                    | [a, a, 3, 3] x2 |
    | picture      | conv 3x3, starts at zero, then pixel shuffle 4    | [48, a, 3, 3]   |
    | linear       | conv 1x1, then pixel shuffle 16, added            | [768, T, 1, 1]  |

    The input is y / a = z + noise of variance s^2 = N0 / (2 a^2) per value, one s^2 a picture.
    Each channel is first multiplied by v_c / (v_c + s^2), the linear estimator's weight.
    """

    def __init__(self, latent: int, widths: tuple[int, int, int], blocks: tuple[int, int, int]):
        super().__init__()
        a, b, c = widths
        self.log_variance = nn.Parameter(torch.full((latent,), math.log(0.5)))
        self.latent = nn.Conv2d(latent, c, 3, padding=1)
        self.noise = nn.Parameter(torch.zeros(c))
        self.stage16 = residual_stage(c, blocks[2])
        self.up8 = pointwise(c, 4 * b)
        self.stage8 = residual_stage(b, blocks[1])
        self.up4 = pointwise(b, 4 * a)
        self.stage4 = residual_stage(a, blocks[0])
        self.picture = nn.Conv2d(a, 48, 3, padding=1)
        self.linear = pointwise(latent, BLOCK)
        for layer in (self.latent, self.up8, self.up4):
            start_linear(layer)
        start_at_zero(self.picture)

    def forward(self, y: Tensor, variance: Tensor) -> Tensor:
        """`y`: received / a. `variance`: s^2, f32[B]."""
        power = self.log_variance.exp()
        y = y * (power / (power + variance[:, None]))[:, :, None, None]
        level = (20 * variance).log()[:, None, None, None]
        h = self.stage16(self.latent(y) + self.noise[:, None, None] * level)
        h = self.stage8(F.pixel_shuffle(self.up8(h), 2))
        h = self.stage4(F.pixel_shuffle(self.up4(h), 2))
        h = F.pixel_shuffle(self.picture(h), 4)
        return h + F.pixel_shuffle(self.linear(y), STRIDE)


class DeepJscc(nn.Module):
    """Encoder, channel and decoder; parameters are `encoder.*` and `decoder.*`.

    `latent` = T = 6 * 256 * CBR channels: 32 at CBR 1/48, 96 at 1/16.
    """

    def __init__(
        self,
        latent: int = 32,
        widths: tuple[int, int, int] = (48, 96, 112),
        encoder_blocks: tuple[int, int, int] = (1, 1, 2),
        decoder_blocks: tuple[int, int, int] = (2, 3, 2),
    ) -> None:
        super().__init__()
        self.options = {
            "latent": latent,
            "widths": list(widths),
            "encoderBlocks": list(encoder_blocks),
            "decoderBlocks": list(decoder_blocks),
        }
        self.encoder = Encoder(latent, widths, encoder_blocks)
        self.decoder = Decoder(latent, widths, decoder_blocks)

    def forward(self, x: Tensor, n0: float, side_uses: int = 0, generator=None) -> Tensor:
        """Sends `x` over AWGN of noise variance `n0` per complex symbol; returns x_hat.

        With `side_uses` > 0 the last that many complex symbols are not sent, as in the codec, and
        the receiver's power factor is the quantised one. Training leaves both out.
        """
        z = self.encoder(x)
        sent = kept_values(z, side_uses)
        power = (z * z * sent).flatten(1).sum(1) / sent.sum()
        factor = (2 * power.clamp_min(1e-12)).rsqrt()
        noise = torch.randn(z.shape, generator=generator).to(z) * math.sqrt(n0 / 2)
        y = (z * factor[:, None, None, None] + noise) * sent
        known = quantise_factor(factor) if side_uses > 0 else factor
        return self.decoder(y / known[:, None, None, None], n0 / (2 * known * known))


def kept_values(z: Tensor, side_uses: int) -> Tensor:
    """1 where a latent value is sent, 0 at the last `side_uses` complex symbols: [1, T, h, w].

    Symbol j is z_j + i z_{K+j} of the latent in the order channel, row, column.
    """
    kept = torch.ones(2, z[0].numel() // 2, device=z.device)
    kept[:, kept.shape[1] - side_uses :] = 0
    return kept.reshape(1, *z.shape[1:])


def quantise_factor(factor: Tensor) -> Tensor:
    """The power factor as its byte says it: 2^8 levels of FACTOR_STEP_DB from FACTOR_LOW_DB."""
    index = ((20 * factor.log10() - FACTOR_LOW_DB) / FACTOR_STEP_DB).round().clamp(0, 255)
    return 10 ** ((FACTOR_LOW_DB + FACTOR_STEP_DB * index) / 20)


def side_uses(snr_db: float) -> int:
    """Channel uses of the power factor's byte at the capacity of the link."""
    return math.ceil(8 / math.log2(1 + 10 ** (snr_db / 10)))


def loss(x: Tensor, x_hat: Tensor, floor: float) -> Tensor:
    """Mean over the pictures of ln(MSE + floor), or with floor = inf the plain mean MSE.

    Deviation: the paper minimises the MSE. What is reported is the mean over pictures of
    10 log10(1 / MSE), and this is that mean, up to a factor; `floor` keeps flat crops from ruling.
    """
    mse = (x_hat - x).square().flatten(1).mean(1)
    return mse.mean() if math.isinf(floor) else (mse + floor).log().mean()


@torch.no_grad()
def start_at_linear_code(net: DeepJscc, blocks: Tensor) -> None:
    """Sets the linear path to the KLT of `blocks`, f32[N, 768] in the order channel, row, column.

    Encoder row i is g_i u_i (eigenvector u_i, eigenvalue l_i), g_i proportional to l_i^(-1/4):
    SoftCast's power allocation (Jakubczak, Katabi, 2011), scaled to a mean latent power of 1/2.
    Decoder column i is u_i / g_i, its bias the mean block; the estimator's weight stands before it
    (`log_variance`).
    """
    latent = net.decoder.log_variance.numel()
    mean = blocks.mean(0)
    centred = blocks - mean
    values, vectors = torch.linalg.eigh((centred.T @ centred / len(blocks)).double())
    values, vectors = values.flip(0)[:latent], vectors.flip(1)[:, :latent]
    gain = values**-0.25
    gain = gain * (0.5 / (gain * gain * values).mean()).sqrt()
    net.encoder.linear.weight.copy_((vectors * gain).T[:, :, None, None])
    net.encoder.linear.bias.copy_(-gain * (vectors.T @ (mean.double() - 0.5)))
    net.decoder.linear.weight.copy_((vectors / gain)[:, :, None, None])
    net.decoder.linear.bias.copy_(mean)
    net.decoder.log_variance.copy_((gain * gain * values).log())


def start_linear(layer: nn.Conv2d) -> None:
    """Normal weights that keep the variance of their input, zero bias."""
    nn.init.kaiming_normal_(layer.weight, nonlinearity="linear")
    nn.init.zeros_(layer.bias)


def start_at_zero(layer: nn.Conv2d) -> None:
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)


def pointwise(inputs: int, outputs: int) -> nn.Conv2d:
    """A 1x1 convolution: [outputs, inputs, 1, 1].

    Dilation means nothing to one tap, but on one thread PyTorch sends undilated 1x1 convolutions
    past oneDNN, to a path that took half of the whole step.
    """
    return nn.Conv2d(inputs, outputs, 1, dilation=2)


def add_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--latent", type=int, default=32, help="latent channels: 1536 CBR")
    add("--loss-floor", type=float, default=1e-3, help="floor of the log MSE; inf: plain MSE")


def build(args: argparse.Namespace) -> DeepJscc:
    return DeepJscc(args.latent)


def start(net: DeepJscc, crops: Crops, args: argparse.Namespace) -> None:
    """The linear code, or the tensors of `--init` that fit."""
    start_at_linear_code(net, sample_blocks(crops))
    if not args.init:
        return
    own = net.state_dict()
    given = checkpoint.read_safetensors(args.init)
    fitting = {k: v for k, v in given.items() if k in own and own[k].shape == v.shape}
    net.load_state_dict({**own, **fitting})
    if len(fitting) < len(own):  # another rate: features stay, outputs start at the KLT
        start_at_zero(net.encoder.latent)
        start_at_zero(net.decoder.picture)


def sample_blocks(crops: Crops) -> Tensor:
    """Blocks of 1,200 crops: f32[N, 768] in the order channel, row, column."""
    batches = [crops.batch(8, 128) for _ in range(150)]
    blocks = torch.cat([F.unfold(batch, STRIDE, stride=STRIDE) for batch in batches])
    return blocks.transpose(1, 2).reshape(-1, BLOCK)


def turns(net: DeepJscc, args: argparse.Namespace) -> list[list[nn.Parameter]]:
    return [list(net.parameters())]


def step_loss(net: DeepJscc, x: Tensor, args: argparse.Namespace, turn: int) -> Tensor:
    return loss(x, net(x, noise_variance(args.snr)), args.loss_floor)


def validate(net: DeepJscc, pictures: list[Tensor], args: argparse.Namespace) -> dict[str, float]:
    """Mean of the pictures' 8-bit PSNR in dB over one draw of the noise, side byte priced in."""
    device = next(net.parameters()).device
    generator = torch.Generator().manual_seed(VALIDATION_SEED)
    n0, uses = noise_variance(args.snr), side_uses(args.snr)
    values = [psnr_db(x, net(x.to(device), n0, uses, generator).cpu()) for x in pictures]
    return {"psnrDb": sum(values) / len(values)}


def manifest(net: DeepJscc, args: argparse.Namespace) -> dict[str, object]:
    return {
        "codec": "deepjscc",
        "preset": "compact",
        "version": VERSION,
        "options": net.options,
        "cbr": f"1/{1536 / args.latent:g}",
        "loss": "mse" if math.isinf(args.loss_floor) else f"ln(mse + {args.loss_floor:g})",
    }


def shipped(name: str) -> bool:
    return True
