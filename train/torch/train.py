"""Trains DeepJSCC with PyTorch: one loop, one process, CPU or one GPU.

    python3 train.py --data DIR --valid DIR --out DIR --snr 10 --steps 12000
    python3 train.py ... --resume DIR/state.pt            # goes on, to the bit on one device
    python3 train.py ... --resume DIR/state.pt --snr 7    # fine-tunes for another SNR

The learning rate warms up, stays, and falls linearly to zero over the last part of the steps
(`--cooldown`). As long as it stays, nothing depends on `--steps`: a run can be resumed with another
number of steps, or its state be the trunk from which the nets of several SNRs branch off.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import sys
import time
from collections.abc import Callable

import torch
from torch import Tensor

import checkpoint
import deepjscc
from photographs import Crops, read_folder, whole_picture

CODEC_VERSION = "1"
VALIDATION_SEED = 5
DIVERGED_DB = 1.0  # a fall of the averaged weights that noise does not explain


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--data", required=True, help="folder of photographs to train on")
    add("--valid", required=True, help="folder of photographs to choose by; never trained on")
    add("--out", required=True, help="folder for state, weights, manifest and log")
    add("--name", default="deepjscc-compact", help="file name of weights and manifest")
    add("--snr", type=float, default=10, help="SNR (Es/N0) in dB")
    add("--latent", type=int, default=32, help="latent channels: 1536 CBR")
    add("--steps", type=int, default=12000, help="length of the schedule in steps")
    add("--warmup", type=int, default=100, help="steps of linear warm-up")
    add("--cooldown", type=int, default=3000, help="steps over which the rate falls to zero")
    add("--rate", type=float, default=6e-4, help="peak learning rate of Adam")
    add("--clip", type=float, default=1.0, help="largest norm of the gradient")
    add("--loss-floor", type=float, default=1e-3, help="floor of the log MSE; inf: plain MSE")
    add("--crop", type=int, default=128, help="side of the crops")
    add("--batch", type=int, default=8, help="crops a step")
    add("--large-crops", type=int, default=0, help="last steps with twice the side, batch / 4")
    add("--ema", type=float, default=0.998, help="decay of the weights' moving average")
    add("--seed", type=int, default=1)
    add("--minutes", type=float, default=math.inf, help="stop (resumable) after this time")
    add("--save-minutes", type=float, default=3, help="time between checkpoints")
    add("--resume", help="state file to go on from")
    add("--init", help="weights file to start from; tensors of another shape start anew")
    return parser.parse_args()


class Trainer:
    """Network, optimiser, moving average and the streams of random numbers: all that is state."""

    def __init__(self, args: argparse.Namespace) -> None:
        torch.manual_seed(args.seed)
        self.args = args
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        smallest = 2 * args.crop if args.large_crops else args.crop
        self.crops = Crops(read_folder(args.data, smallest), args.seed)
        self.valid = [whole_picture(p, deepjscc.STRIDE) for p in read_folder(args.valid, 16)]
        self.net = deepjscc.DeepJscc(args.latent)
        self.step = 0
        self.hours = 0.0
        self.best = -math.inf  # validation PSNR in dB
        if not args.resume:
            self.start()
        self.net.to(self.device)
        self.parameters = list(self.net.parameters())
        self.average = [p.detach().clone() for p in self.parameters]
        self.optimiser = torch.optim.Adam(self.parameters, args.rate, foreach=True)
        if args.resume:
            self.restore(args.resume)

    def start(self) -> None:
        batches = [self.crops.batch(8, 128) for _ in range(150)]
        blocks = torch.cat([torch.nn.functional.unfold(b, 16, stride=16) for b in batches])
        deepjscc.start_at_linear_code(self.net, blocks.transpose(1, 2).reshape(-1, 768))
        if self.args.init:
            own = self.net.state_dict()
            given = checkpoint.read_safetensors(self.args.init)
            fitting = {k: v for k, v in given.items() if k in own and own[k].shape == v.shape}
            self.net.load_state_dict({**own, **fitting})
            if len(fitting) < len(own):  # another rate: features stay, outputs start at the KLT
                deepjscc.start_at_zero(self.net.encoder.latent)
                deepjscc.start_at_zero(self.net.decoder.picture)

    def rate(self) -> float:
        args = self.args
        rise = (self.step + 1) / args.warmup
        fall = (args.steps - self.step) / args.cooldown
        return args.rate * max(0.0, min(1.0, rise, fall))

    def train_step(self) -> tuple[Tensor, Tensor]:
        """One step of Adam. Returns loss and gradient norm; raises when the loss is not finite."""
        args = self.args
        large = self.step >= args.steps - args.large_crops
        side, batch = (2 * args.crop, max(1, args.batch // 4)) if large else (args.crop, args.batch)
        x = self.crops.batch(batch, side).to(self.device)
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        self.optimiser.zero_grad(set_to_none=True)
        value = deepjscc.loss(x, self.net(x, noise_variance(args.snr)), args.loss_floor)
        if not torch.isfinite(value):
            raise FloatingPointError(
                f"The loss is {value.item()} at step {self.step}; the last checkpoint in "
                f"{args.out} is good: resume it with a lower --rate"
            )
        value.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, args.clip)
        self.optimiser.step()
        self.step += 1
        decay = min(args.ema, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_mul_(self.average, decay)
            torch._foreach_add_(self.average, self.parameters, alpha=1 - decay)
        return value.detach(), norm

    @torch.no_grad()
    def validate(self) -> float:
        """PSNR in dB of the averaged weights: 8-bit, mean over the pictures, side byte included."""
        held = [p.detach().clone() for p in self.parameters]
        assign(self.parameters, self.average)
        value = psnr(self.net, self.valid, self.args.snr)
        assign(self.parameters, held)
        return value

    def save(self, validation: float) -> None:
        """Writes state (to resume), averaged weights and manifest."""
        args = self.args
        state = {
            "net": self.net.state_dict(),
            "average": self.average,
            "optimiser": self.optimiser.state_dict(),
            "snr": args.snr,
            "step": self.step,
            "hours": self.hours,
            "best": self.best,
            "torch": torch.get_rng_state(),
            "crops": self.crops.random.bit_generator.state,
        }
        path = os.path.join(args.out, "state.pt")
        torch.save(state, path + ".part")
        os.replace(path + ".part", path)
        names = [name for name, _ in self.net.named_parameters()]
        weights = dict(zip(names, self.average))
        path = os.path.join(args.out, args.name)
        digest = checkpoint.write_safetensors(path + ".safetensors", weights, "F16")
        checkpoint.write_manifest(path + ".json", self.manifest(digest, validation))

    def restore(self, path: str) -> None:
        state = torch.load(path, map_location=self.device)  # our own file: a pickle is trusted
        self.net.load_state_dict(state["net"])
        assign(self.average, state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.hours = state["step"], state["hours"]
        if state["snr"] == self.args.snr:
            self.best = state["best"]
        torch.set_rng_state(state["torch"].cpu())
        self.crops.random.bit_generator.state = state["crops"]

    def manifest(self, digest: str, validation: float) -> dict[str, object]:
        args = self.args
        return {
            "codec": "deepjscc",
            "preset": "compact",
            "version": CODEC_VERSION,
            "options": self.net.options,
            "snrDb": args.snr,
            "cbr": f"1/{1536 / args.latent:g}",
            "digest": f"sha256:{digest}",
            "dtype": "f16",
            "steps": self.step,
            "hours": round(self.hours, 2),
            "seed": args.seed,
            "device": f"{self.device.type}, PyTorch {torch.__version__}",
            "data": f"{len(self.crops.pictures)} photographs, crops of {args.crop}",
            "loss": "mse" if math.isinf(args.loss_floor) else f"ln(mse + {args.loss_floor:g})",
            "validation": {"pictures": len(self.valid), "psnrDb": round(validation, 3)},
        }


def noise_variance(snr_db: float) -> float:
    """N0 per complex symbol of unit mean power."""
    return 10 ** (-snr_db / 10)


def assign(targets: list[Tensor], values: list[Tensor]) -> None:
    with torch.no_grad():
        for target, value in zip(targets, values):
            target.copy_(value)


@torch.no_grad()
def psnr(net: deepjscc.DeepJscc, pictures: list[Tensor], snr_db: float) -> float:
    """Mean of the pictures' 8-bit PSNR in dB over one draw of the noise, side byte priced in."""
    device = next(net.parameters()).device
    generator = torch.Generator().manual_seed(VALIDATION_SEED)
    uses = deepjscc.side_uses(snr_db)
    values = []
    for picture in pictures:
        x = picture.to(device)
        x_hat = net(x, noise_variance(snr_db), uses, generator)
        error = (x_hat.clamp(0, 1) * 255).round() - (x * 255).round()
        values.append(10 * math.log10(255**2 / max(error.square().mean().item(), 1e-9)))
    return sum(values) / len(values)


def main() -> None:
    args = arguments()
    os.makedirs(args.out, exist_ok=True)
    with open(os.path.join(args.out, "log.jsonl"), "a", encoding="utf-8") as log:

        def write(entry: dict[str, object]) -> None:
            print(json.dumps(entry), file=log, flush=True)
            print(json.dumps(entry), flush=True)

        try:
            run(Trainer(args), write)
        except (FloatingPointError, ValueError, OSError) as error:
            sys.exit(str(error))


def run(trainer: Trainer, write: Callable[[dict[str, object]], None]) -> None:
    """Trains until the steps, the time or the user's patience (SIGINT, SIGTERM) end."""
    args = trainer.args
    stop: list[bool] = []
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.append(True))
    count = sum(p.numel() for p in trainer.parameters)
    write({"arguments": sys.argv[1:], "parameters": count, "torch": torch.__version__})
    write({"step": trainer.step, "valid": round(trainer.validate(), 3)})
    began = saved = last = time.monotonic()
    losses, norms = [], []
    while trainer.step < args.steps and not stop and last - began < 60 * args.minutes:
        value, norm = trainer.train_step()
        losses.append(value)
        norms.append(norm)
        now = time.monotonic()
        trainer.hours += (now - last) / 3600
        last = now
        if now - saved < 60 * args.save_minutes:
            continue
        save_and_log(trainer, losses, norms, write)
        losses, norms = [], []
        saved = last = time.monotonic()
    save_and_log(trainer, losses, norms, write)


def save_and_log(trainer: Trainer, losses: list[Tensor], norms: list[Tensor], write) -> None:
    """Validates, writes the checkpoint, and logs what happened since the last one."""
    validation = trainer.validate()
    if validation < trainer.best - DIVERGED_DB:
        raise FloatingPointError(
            f"Training diverged: {validation:.2f} dB at step {trainer.step} after "
            f"{trainer.best:.2f} dB; the last checkpoint in {trainer.args.out} is from before: "
            f"resume it with a lower --rate"
        )
    trainer.best = max(trainer.best, validation)
    trainer.save(validation)
    write({
        "step": trainer.step,
        "hours": round(trainer.hours, 4),
        "rate": trainer.rate(),
        "loss": round(torch.stack(losses).mean().item(), 5) if losses else None,
        "norm": round(torch.stack(norms).median().item(), 4) if norms else None,
        "valid": round(validation, 3),
    })


if __name__ == "__main__":
    main()
