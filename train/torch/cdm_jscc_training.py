"""Training of CDM-JSCC: where it starts, the losses of its stages, validation. For train.py.

| stage | what is trained         | the U-Net's conditions come from                           |
| ----- | ----------------------- | ---------------------------------------------------------- |
| 1     | all but fe and fd       | the rounded y; no channel                                  |
| 2     | fe and fd               | y' behind the channel                                      |
| 3     | everything              | y' behind the channel                                      |
| joint | everything, from the    | the same; the bits of y train the entropy model alone, the |
|       | start in this file      | rate is held by eta                                        |

Algorithm 1 of the paper is 1, 2, 3, each with `--init` of the one before. `joint` made the shipped
weights: it starts from a trained MSE net, and there was an hour of a shared core for it.

Loss: lambda bits + (1 - alpha) kappa w MSE + alpha LPIPS, pictures in [-1, 1], t uniform, with
w = max(min(SNR_t, 5), floor).

Deviation: kappa is 12 and the floor 5, so that the MSE weighs 60 whatever t is (equation 6 has no
weight either); published kappa 1, floor 0. There the perceptual term rules: after 1,000 steps 2 dB
less PSNR for an LPIPS of 0.19 instead of 0.20.
Deviation: 9 of 10 crops see x_t made from the net's own first prediction instead of from x, as the
sampler does (`--own`): a net that has only seen x_t of true pictures takes the faults of its first
step for detail, and more steps make the picture worse.
"""

from __future__ import annotations

import argparse
import math
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import cdm_jscc
import checkpoint
import deepjscc
from cdm_jscc import CdmJscc, PATCH
from photographs import Crops
from quality import Lpips, noise_variance, psnr_db

VERSION = "1"
STRIDE = cdm_jscc.STRIDE
VALIDATION_SEED = 5
VALIDATION_SIDE = 256
QUICK, THOROUGH = 8, 24  # pictures
SAMPLING_STEPS = 4
CBR = 1 / 48
SIDE_BITS = 1.7  # of a patch's rate index as coded: 1.65 on the validation pictures, and the factor
MEDIANS_WEIGHT = 1e-3  # they have a gradient of their own; small, for the sake of the norm's clip
QUANTISER = 0.2  # step of an orthonormal coefficient of pictures in [0, 1]: as the channel's error
ETA_RATE = 0.05  # of the rate control, a step


def add_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--preset", choices=sorted(cdm_jscc.PRESETS), default="compact")
    add("--stage", choices=("1", "2", "3", "joint"), default="joint")
    add("--snr-range", type=float, nargs=2, help="train at uniform SNRs; --snr is validation's")
    add("--alpha", type=float, default=0.5, help="weight of LPIPS")
    add("--kappa", type=float, default=12, help="weight of the MSE; published: 1")
    add("--weight-floor", type=float, default=5, help="of min(SNR_t, 5); published: 0")
    add("--lambda", dest="bits", type=float, default=0.04, help="weight of the bits")
    add("--lpips", required=True, help="folder with the weights of SqueezeNet and of LPIPS")
    own = "share of crops whose x_t is made from the net's own prediction"
    add("--own", type=float, default=0.9, help=own)
    thorough = "validate on more pictures and steps, set eta on whole pictures: for the last time"
    add("--thorough", action="store_true", help=thorough)
    add("--entropy-steps", type=int, default=400, help="steps of the entropy model at the start")
    parser.set_defaults(batch=6, rate=4e-4, diverged_db=6.0, ema=0.998)


def build(args: argparse.Namespace) -> CdmJscc:
    return cdm_jscc.build(args.preset)


@lru_cache(maxsize=1)
def perceptual(folder: str, device: torch.device) -> Lpips:
    return Lpips(folder, device)


def target_symbols(snr_db: float) -> float:
    """Mean real symbols a patch at CBR 1/48, less what the rate indices cost at capacity."""
    side_uses = SIDE_BITS / math.log2(1 + 10 ** (snr_db / 10))
    return 2 * (CBR * 3 * PATCH**2 - side_uses)


# ---- Start --------------------------------------------------------------------------------------


def start(net: CdmJscc, crops: Crops, args: argparse.Namespace) -> None:
    """`--init` holds a net of this codec, or for `compact` a DeepJSCC net; else the linear code."""
    given = checkpoint.read_safetensors(args.init) if args.init else {}
    if any(name.startswith("context_fn.") for name in given):
        net.load_state_dict({**net.state_dict(), **given})
    elif net.options.compact:
        start_at_linear_code(net, deepjscc.sample_blocks(crops))
        if given:
            start_at_deepjscc(net, given)
        start_entropy_model(net, crops, args)
    start_rates(net, crops, args)


@torch.no_grad()
def start_at_linear_code(net: CdmJscc, blocks: Tensor) -> None:
    """y = KLT coefficients times SoftCast's gains, the strongest where the mask begins."""
    context, order = net.context_fn, symbol_order(net)
    mean = blocks.mean(0).double()
    centred = blocks.double() - mean
    values, vectors = torch.linalg.eigh(centred.T @ centred / len(blocks))
    count = len(order)
    values, vectors = values.flip(0)[:count], vectors.flip(1)[:, :count]
    gain = values**-0.25
    gain = gain * (0.5 / (gain * gain * values)[:32].mean()).sqrt()
    context.enc.linear.weight[order] = (vectors * gain).T[:, :, None, None].float()
    context.enc.linear.bias[order] = (-gain * (vectors.T @ (mean - 0.5))).float()
    context.dec.linear.weight[:, order] = (vectors / gain)[:, :, None, None].float()
    context.dec.linear.bias.copy_(mean)
    context.step[order] = (QUANTISER * gain).float()
    last = context.hyper_dec[2][0]
    last.weight.mul_(0.1)
    last.bias.zero_()
    last.bias[count + order] = (gain * values.sqrt()).float()  # the scale of each channel


def symbol_order(net: CdmJscc) -> Tensor:
    """Channels of y in the order in which the mask sends them."""
    count = net.options.symbols
    rank = torch.arange(count) % 2 * (count // 2) + torch.arange(count) // 2
    return rank.argsort()


@torch.no_grad()
def start_at_deepjscc(net: CdmJscc, given: dict[str, Tensor]) -> None:
    """A DeepJSCC net in place of the strongest coefficients; the weaker ones stay linear."""
    context = net.context_fn
    count = given["encoder.latent.weight"].shape[0]
    first = symbol_order(net)[:count]
    modules = {"encoder": context.enc, "decoder": context.dec}
    own = {side: dict(module.named_parameters()) for side, module in modules.items()}
    for name, value in given.items():
        side, _, key = name.partition(".")
        if key == "log_variance":
            continue
        target = own[side][key]
        if target.shape == value.shape:
            target.copy_(value)
        elif side == "encoder":
            target[first] = value
        else:
            target[:, first] = value
    # The decoder's first layer was drawn at random for the channels that DeepJSCC lacks.
    rest = symbol_order(net)[count:]
    context.dec.latent.weight[:, rest] = 0


def start_entropy_model(net: CdmJscc, crops: Crops, args: argparse.Namespace) -> None:
    """Trains hyperprior and prior alone, on the encoder's y."""
    context = net.context_fn
    modules = (context.hyper_enc, context.hyper_dec, context.prior)
    parameters = [p for module in modules for p in module.parameters()]
    optimiser = torch.optim.Adam(parameters, 1e-3, foreach=True)
    for step in range(args.entropy_steps):
        with torch.no_grad():
            y = context.encode(2 * crops.batch(4, 128) - 1)
        entropy = context.entropy(y, uniform_noise(net, y))
        value = entropy.bits_per_pixel().mean() + MEDIANS_WEIGHT * context.prior.medians_loss()
        optimiser.zero_grad(set_to_none=True)
        value.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        if step % 100 == 0:
            print(f"entropy model: step {step}, {value.item():.4f} bits per pixel", flush=True)


@torch.no_grad()
def start_rates(net: CdmJscc, crops: Crops, args: argparse.Namespace) -> None:
    """Sets eta, and the estimator's variances of what each rate sends."""
    context = net.context_fn
    latents = [context.encode(2 * crops.batch(8, 128) - 1) for _ in range(40)]
    bits = torch.cat([context.entropy(y).by_patch for y in latents])
    net.eta.copy_(calibrated_eta(net, [bits], target_symbols(args.snr)))
    index = context.rates(bits, net.eta)
    counts = index.flatten().bincount(minlength=len(net.options.rates)).tolist()
    print(f"eta {net.eta.item():.4f}, patches by rate {counts}", flush=True)
    if not net.options.compact:
        return
    y = torch.cat(latents).flatten(2).transpose(1, 2).flatten(0, 1)
    overall = y.square().mean(0)
    for rate in range(len(net.options.rates)):
        mine = y[index.flatten() == rate]
        power = (mine.square().sum(0) + 20 * overall) / (len(mine) + 20)
        context.fd.log_variance[rate] = power.clamp_min(1e-4).log()


def calibrated_eta(net: CdmJscc, bits: list[Tensor], symbols: float) -> float:
    """Eta at which the mean symbols a patch are the wanted ones, over pictures of any size."""
    rates = torch.tensor(net.options.rates, dtype=torch.float32)
    every = torch.cat([b.flatten() for b in bits])
    low, high = 1e-6, 1e3
    for _ in range(60):
        middle = math.sqrt(low * high)
        mean = rates[net.context_fn.rates(every, middle)].mean().item()
        low, high = (middle, high) if mean < symbols else (low, middle)
    return math.sqrt(low * high)


# ---- Losses -------------------------------------------------------------------------------------


def turns(net: CdmJscc, args: argparse.Namespace) -> list[list[nn.Parameter]]:
    jscc = ("context_fn.fe.", "context_fn.fd.")
    named = [(name, p) for name, p in net.named_parameters() if p.requires_grad]
    if args.stage == "1":
        named = [(name, p) for name, p in named if not name.startswith(jscc)]
    elif args.stage == "2":
        named = [(name, p) for name, p in named if name.startswith(jscc)]
    return [[p for _, p in named]]


def uniform_noise(net: CdmJscc, y: Tensor) -> tuple[Tensor, Tensor]:
    shape = (len(y), net.options.hyper, y.shape[2] // 4, y.shape[3] // 4)
    return torch.rand_like(y) - 0.5, torch.rand(shape, device=y.device) - 0.5


def step_loss(net: CdmJscc, x: Tensor, args: argparse.Namespace, turn: int) -> Tensor:
    """Stage's loss of crops in [0, 1]; moves eta towards the wanted mean rate."""
    context = net.context_fn
    x = 2 * x - 1
    y = context.encode(x)
    joint = args.stage == "joint"
    entropy = context.entropy(y.detach() if joint else y, uniform_noise(net, y))
    if args.stage == "1":
        picture, maps = context.conditions(*rounded_latent(net, y))
    else:
        snr = draw_snr(args)
        index = context.rates(entropy.by_patch, net.eta)
        control_rate(net, index, target_symbols(snr))
        s = context.fe(y, index)
        received = link(net, s, index, torch.randn_like(s), snr, byte=False)
        picture, maps = context.conditions(*received)
    index_t = stratified_steps(len(x)).to(x.device)
    noise = torch.randn_like(x)
    x_t, weight = net.noisy(x, index_t, noise)
    if args.own > 0:
        own = (torch.rand(len(x), 1, 1, 1) < args.own).to(x.device)
        x_t = torch.where(own, net.own_noisy(picture, maps, index_t, noise), x_t)
    x_hat = net.denoise_fn(x_t, index_t.float() / cdm_jscc.STEPS, picture, maps)
    mse = (x_hat - x).square().flatten(1).mean(1)
    weight = args.kappa * weight.clamp_min(args.weight_floor)
    value = (1 - args.alpha) * (weight * mse).mean()
    value = value + args.alpha * perceptual(args.lpips, x.device)(x, x_hat).mean()
    if args.stage != "2":
        value = value + args.bits * entropy.bits_per_pixel().mean()
        value = value + MEDIANS_WEIGHT * context.prior.medians_loss()
    return value


def draw_snr(args: argparse.Namespace) -> float:
    """Of a step, in dB."""
    low, high = args.snr_range or (args.snr, args.snr)
    return low + (high - low) * torch.rand(()).item()


def rounded_latent(net: CdmJscc, y: Tensor) -> tuple[Tensor, Tensor]:
    """Stage 1: y rounded, with straight-through gradient, and a variance that says nothing."""
    quantised = net.context_fn.entropy(y).y
    if net.options.compact:
        quantised = quantised * net.context_fn.step[:, None, None]
    return quantised, torch.full((len(y),), 1 / 20, device=y.device)


def link(
    net: CdmJscc, s: Tensor, index: Tensor, noise: Tensor, snr_db: float, byte: bool
) -> tuple[Tensor, Tensor]:
    """y' behind the channel, and the variance of the noise, f32[B]."""
    context = net.context_fn
    sent = context.fe.mask[index].transpose(1, 2).view_as(s)
    s, variance = cdm_jscc.transmit(s, sent, noise, noise_variance(snr_db), byte)
    return context.fd(s, index, variance), variance


@torch.no_grad()
def control_rate(net: CdmJscc, index: Tensor, symbols: float) -> None:
    rates = torch.tensor(net.options.rates, dtype=torch.float32, device=index.device)
    net.eta.mul_((symbols / rates[index].mean()) ** ETA_RATE)


def stratified_steps(count: int) -> Tensor:
    """Uniform step indices, one from each of `count` equal parts, in random order."""
    u = (torch.randperm(count) + torch.rand(count)) / count
    return (u * cdm_jscc.STEPS).long().clamp_max(cdm_jscc.STEPS - 1)


# ---- Validation ---------------------------------------------------------------------------------


@torch.no_grad()
def validate(net: CdmJscc, pictures: list[Tensor], args: argparse.Namespace) -> dict[str, float]:
    """On the middles of some pictures, at the eta that gives them (thorough: all) the wanted rate.

    That eta goes into the manifest. `psnrDb` and `lpipsSqueeze` are those of SAMPLING_STEPS steps.
    """
    count = THOROUGH if args.thorough else QUICK
    steps = (1, SAMPLING_STEPS, 17) if args.thorough else (1, SAMPLING_STEPS)
    middles = [middle(x, VALIDATION_SIDE) for x in pictures[:: len(pictures) // count][:count]]

    def encode(x: Tensor) -> Tensor:
        return net.context_fn.encode(2 * x.to(net.eta) - 1)

    bits = [net.context_fn.entropy(encode(x)) for x in (pictures if args.thorough else middles)]
    net.calibrated = calibrated_eta(net, [b.by_patch for b in bits], target_symbols(args.snr))
    generator = torch.Generator().manual_seed(VALIDATION_SEED)
    totals = {n: [0.0, 0.0] for n in steps}
    for x in middles:
        y = encode(x)
        index = net.context_fn.rates(net.context_fn.entropy(y).by_patch, net.calibrated)
        s = net.context_fn.fe(y, index)
        noise = torch.randn(s.shape, generator=generator).to(s)
        picture, maps = net.context_fn.conditions(*link(net, s, index, noise, args.snr, byte=True))
        begin = cdm_jscc.GAMMA * torch.randn(x.shape, generator=generator).to(s)
        for n in steps:
            psnr, distance = quality(x, net.sample(picture, maps, begin, n), args)
            totals[n][0] += psnr / count
            totals[n][1] += distance / count
    metrics = {"psnrDb": totals[SAMPLING_STEPS][0], "lpipsSqueeze": totals[SAMPLING_STEPS][1]}
    for n in steps:
        metrics[f"psnrDb{n}"], metrics[f"lpipsSqueeze{n}"] = totals[n]
    metrics["bitsPerPixel"] = sum(b.bits_per_pixel().mean().item() for b in bits) / len(bits)
    return metrics


def middle(x: Tensor, side: int) -> Tensor:
    top, left = (x.shape[2] - side) // 2, (x.shape[3] - side) // 2
    return x[:, :, top : top + side, left : left + side]


def quality(x: Tensor, x_hat: Tensor, args: argparse.Namespace) -> tuple[float, float]:
    """PSNR in dB and LPIPS, both of 8 bits; x in [0, 1], x_hat in [-1, 1]."""
    x, x_hat = x.to(x_hat), (x_hat + 1) / 2
    eight = (x_hat.clamp(0, 1) * 255).round() / 255
    distance = perceptual(args.lpips, x.device)(2 * x - 1, 2 * eight - 1).item()
    return psnr_db(x, x_hat), distance


def manifest(net: CdmJscc, args: argparse.Namespace) -> dict[str, object]:
    alpha = args.alpha
    return {
        "codec": "cdm-jscc",
        "preset": args.preset,
        "version": VERSION,
        "options": {**net.options.manifest(), "eta": round(net.calibrated, 5)},
        "cbr": "1/48",
        "loss": f"{1 - alpha:g} {args.kappa:g} max(min(SNR_t, 5), {args.weight_floor:g}) MSE "
        f"+ {alpha:g} LPIPS-squeeze + {args.bits:g} bits, stage {args.stage}",
    }


def shipped(name: str) -> bool:
    return True
