"""GAN-JSCC, preset `compact`: the networks, the channel, the losses and the two phases.

    x -> encoder -> z -> a z + n -> / a -> generator -> x_hat -> discriminator(x_hat | z) -> logits

System: Wang, Wang, Dai, Si, Zhou, Niu, "Perceptual Learned Source-Channel Coding for High-Fidelity
Image Semantic Transmission", GLOBECOM 2022. Phase 1 minimises K_M MSE + K_P LPIPS; phase 2 adds
beta times the adversarial loss and trains a conditional PatchGAN discriminator in turn with it.

Deviation: encoder and generator are those of the DeepJSCC preset `compact` (`deepjscc.py`, with its
own deviations: a linear code beside the residual branches, the power factor as a priced byte), each
stage followed by the SNR attention of the published net. They start from DeepJSCC's weights.
Deviation: the attention's gate is 2 sigmoid(...) and starts at 1, so that the net that it starts
from is unchanged.
Deviation: the discriminator is narrower and sees the latent upsampled 16 times instead of 4.
Deviation: the power is normalised per picture; the published code does it over the batch.
Deviation: LPIPS is the one on SqueezeNet 1.1; the published code uses AlexNet's.
The published networks are in `gan_jscc_paper.py`.

Arrays are f32[batch, channel, height, width]; pictures are in [0, 1], sides multiples of 16.
"""

from __future__ import annotations

import argparse
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import checkpoint
import deepjscc
from discriminator import Discriminator, discriminator_loss, generator_loss
from photographs import Crops
from quality import Lpips, noise_variance, psnr_db

VERSION = "1"
VALIDATION_SEED = 5
STRIDE = deepjscc.STRIDE
SQUEEZE = 16  # channels of a stage for one hidden unit of its attention
K_M = 0.01  # weight of the MSE on the scale 0..255
K_P = 1.0  # weight of LPIPS
BETA = 5.0  # weight of the adversarial loss


class SnrAttention(nn.Module):
    """x times a gate per channel: `scale` sigmoid(fc2(relu(fc1(SNR in dB, means of x)))).

    | name | layer               | weight                 |
    | ---- | ------------------- | ---------------------- |
    | fc1  | linear, rectifier   | [(C+1) // 16, C + 1]   |
    | fc2  | linear, sigmoid     | [C, (C+1) // 16]       |

    Source: ADJSCC, Xu, Ai, Chen, Yang, Sun, Rodrigues, IEEE TCSVT 2022; the SNR stands first.
    """

    def __init__(self, channels: int, scale: float = 1.0) -> None:
        super().__init__()
        self.scale = scale
        self.fc1 = nn.Linear(channels + 1, (channels + 1) // SQUEEZE)
        self.fc2 = nn.Linear((channels + 1) // SQUEEZE, channels)

    def forward(self, x: Tensor, snr_db: Tensor) -> Tensor:
        """`snr_db`: f32[B, 1]."""
        means = torch.cat([snr_db, x.mean((2, 3))], 1)
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(means))))
        return x * (self.scale * gate)[:, :, None, None]


def neutral_attention(channels: int) -> SnrAttention:
    """Its gate is 1 at the start, and all hidden units are open, whatever the SNR."""
    attention = SnrAttention(channels, 2.0)
    with torch.no_grad():
        attention.fc1.weight[:, 0] = 0
    nn.init.ones_(attention.fc1.bias)
    nn.init.zeros_(attention.fc2.weight)
    nn.init.zeros_(attention.fc2.bias)
    return attention


class Encoder(deepjscc.Encoder):
    """DeepJSCC's encoder with `attention4`, `attention8`, `attention16` behind the stages."""

    def __init__(self, latent: int, widths: tuple[int, int, int], blocks: tuple[int, int, int]):
        super().__init__(latent, widths, blocks)
        self.attention4, self.attention8, self.attention16 = map(neutral_attention, widths)

    def forward(self, x: Tensor, snr_db: Tensor) -> Tensor:
        x = x - 0.5
        h = self.attention4(self.stage4(self.stem(F.pixel_unshuffle(x, 4))), snr_db)
        h = self.attention8(self.stage8(self.down8(F.pixel_unshuffle(h, 2))), snr_db)
        h = self.attention16(self.stage16(self.down16(F.pixel_unshuffle(h, 2))), snr_db)
        return self.latent(h) + self.linear(F.pixel_unshuffle(x, STRIDE))


class Generator(deepjscc.Decoder):
    """DeepJSCC's decoder with `attention16`, `attention8`, `attention4` behind the stages."""

    def __init__(self, latent: int, widths: tuple[int, int, int], blocks: tuple[int, int, int]):
        super().__init__(latent, widths, blocks)
        self.attention4, self.attention8, self.attention16 = map(neutral_attention, widths)

    def forward(self, y: Tensor, variance: Tensor, snr_db: Tensor) -> Tensor:
        power = self.log_variance.exp()
        y = y * (power / (power + variance[:, None]))[:, :, None, None]
        level = (20 * variance).log()[:, None, None, None]
        h = self.stage16(self.latent(y) + self.noise[:, None, None] * level)
        h = self.stage8(F.pixel_shuffle(self.up8(self.attention16(h, snr_db)), 2))
        h = self.stage4(F.pixel_shuffle(self.up4(self.attention8(h, snr_db)), 2))
        h = F.pixel_shuffle(self.picture(self.attention4(h, snr_db)), 4)
        return h + F.pixel_shuffle(self.linear(y), STRIDE)


class GanJscc(nn.Module):
    """Parameters are `encoder.*`, `decoder.*` (the generator) and `discriminator.*`."""

    def __init__(
        self,
        latent: int = 32,
        widths: tuple[int, int, int] = (48, 96, 112),
        encoder_blocks: tuple[int, int, int] = (1, 1, 2),
        decoder_blocks: tuple[int, int, int] = (2, 3, 2),
        filters: tuple[int, int, int, int] = (16, 32, 64, 128),
    ) -> None:
        super().__init__()
        self.options = {
            "latent": latent,
            "widths": list(widths),
            "encoderBlocks": list(encoder_blocks),
            "decoderBlocks": list(decoder_blocks),
        }
        self.encoder = Encoder(latent, widths, encoder_blocks)
        self.decoder = Generator(latent, widths, decoder_blocks)
        self.discriminator = Discriminator(latent, STRIDE, filters)

    def forward(
        self, x: Tensor, snr_db: float, uses: int = 0, generator=None
    ) -> tuple[Tensor, Tensor]:
        """Sends `x` over AWGN; returns the latent z and x_hat. `uses`: as `side_uses` there."""
        n0 = noise_variance(snr_db)
        snr = torch.full((len(x), 1), snr_db, device=x.device)
        z = self.encoder(x, snr)
        sent = deepjscc.kept_values(z, uses)
        power = (z * z * sent).flatten(1).sum(1) / sent.sum()
        factor = (2 * power.clamp_min(1e-12)).rsqrt()
        noise = torch.randn(z.shape, generator=generator).to(z) * math.sqrt(n0 / 2)
        y = (z * factor[:, None, None, None] + noise) * sent
        known = deepjscc.quantise_factor(factor) if uses > 0 else factor
        x_hat = self.decoder(y / known[:, None, None, None], n0 / (2 * known * known), snr)
        return z, x_hat


def mse_255(x: Tensor, x_hat: Tensor) -> Tensor:
    """Mean squared error on the scale 0..255."""
    return (255 * x_hat - 255 * x).square().mean()


def perceptual(net: GanJscc, x: Tensor, x_hat: Tensor) -> Tensor:
    """Mean over the pictures of LPIPS; the object is no module, so nothing of it is trained."""
    return net.lpips(2 * x - 1, 2 * x_hat - 1).mean()


def add_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--latent", type=int, default=32, help="latent channels: 1536 CBR")
    add("--phase", type=int, choices=(1, 2), default=1, help="1: MSE and LPIPS; 2: and adversarial")
    add("--distortion", type=float, default=K_M, help="K_M, weight of the MSE (0..255)")
    add("--perception", type=float, default=K_P, help="K_P, weight of LPIPS")
    add("--beta", type=float, default=BETA, help="weight of the adversarial loss in phase 2")
    add("--filters", type=int, nargs=4, default=(16, 32, 64, 128), help="of the discriminator")
    add("--perceptual", required=True, help="folder with the weights of LPIPS-squeeze")
    parser.set_defaults(rate=1e-4, clip=0.5, cooldown=1000)


def build(args: argparse.Namespace) -> GanJscc:
    net = GanJscc(args.latent, filters=tuple(args.filters))
    net.lpips = Lpips(args.perceptual, "cuda" if torch.cuda.is_available() else "cpu")
    return net


def start(net: GanJscc, crops: Crops, args: argparse.Namespace) -> None:
    """The tensors of `--init` that fit (DeepJSCC's, or those of phase 1), or a linear code."""
    if not args.init:
        deepjscc.start_at_linear_code(net, deepjscc.sample_blocks(crops))
        return
    own = net.state_dict()
    given = checkpoint.read_safetensors(args.init)
    fitting = {k: v for k, v in given.items() if k in own and own[k].shape == v.shape}
    if not any(name.startswith("decoder.") for name in fitting):
        raise ValueError(f'"{args.init}" has no weights of a decoder with these layers')
    net.load_state_dict({**own, **fitting})


def turns(net: GanJscc, args: argparse.Namespace) -> list[list[nn.Parameter]]:
    generator = [*net.encoder.parameters(), *net.decoder.parameters()]
    return [generator] if args.phase == 1 else [list(net.discriminator.parameters()), generator]


def step_loss(net: GanJscc, x: Tensor, args: argparse.Namespace, turn: int) -> Tensor:
    if args.phase == 2 and turn == 0:
        with torch.no_grad():
            z, x_hat = net(x, args.snr)
        return discriminator_loss(net.discriminator, x, x_hat, z)
    z, x_hat = net(x, args.snr)
    value = args.distortion * mse_255(x, x_hat) + args.perception * perceptual(net, x, x_hat)
    if args.phase == 2:
        value = value + args.beta * generator_loss(net.discriminator, x_hat, z)
    return value


def validate(net: GanJscc, pictures: list[Tensor], args: argparse.Namespace) -> dict[str, float]:
    """Means over the pictures, 8 bits, one draw of the noise, side byte priced in."""
    device = next(net.parameters()).device
    random = torch.Generator().manual_seed(VALIDATION_SEED)
    uses = deepjscc.side_uses(args.snr)
    psnr, lpips = [], []
    for x in (picture.to(device) for picture in pictures):
        _, x_hat = net(x, args.snr, uses, random)
        x_hat = (x_hat.clamp(0, 1) * 255).round() / 255
        psnr.append(psnr_db(x, x_hat))
        lpips.append(perceptual(net, x, x_hat).item())
    return {"psnrDb": sum(psnr) / len(psnr), "lpipsSqueeze": sum(lpips) / len(lpips)}


def manifest(net: GanJscc, args: argparse.Namespace) -> dict[str, object]:
    loss = f"{args.distortion:g} mse255 + {args.perception:g} lpips-squeeze"
    return {
        "codec": "gan-jscc",
        "preset": "compact",
        "version": VERSION,
        "options": net.options,
        "cbr": f"1/{1536 / args.latent:g}",
        "loss": loss if args.phase == 1 else f"{loss} + {args.beta:g} adversarial",
    }


def shipped(name: str) -> bool:
    return not name.startswith("discriminator.")
