"""Trains a codec with PyTorch: one loop, one process, CPU or one GPU.

    python3 train.py --codec deepjscc --data DIR --valid DIR --out DIR --snr 10 --steps 12000
    python3 train.py ... --resume DIR/state.pt            # goes on, to the bit on one device
    python3 train.py ... --resume DIR/state.pt --snr 7    # fine-tunes for another SNR

The learning rate warms up, stays, and falls linearly to zero over the last part of the steps
(`--cooldown`). As long as it stays, nothing depends on `--steps`: a run can be resumed with another
number of steps, or its state be the trunk from which the nets of several SNRs branch off.

A codec is a module (`CODECS`) with what `Codec` names; pictures are f32[B, 3, H, W] in [0, 1].
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor, nn

import checkpoint
from photographs import Crops, read_folder, whole_picture

CODECS = {"deepjscc": "deepjscc", "cdm-jscc": "cdm_jscc_training", "gan-jscc": "gan_jscc"}


class Codec(Protocol):
    """What the module of a codec offers."""

    STRIDE: int
    """Sides of the pictures are multiples of it."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Adds the codec's own options, and its defaults of the common ones."""

    def build(self, args: argparse.Namespace) -> nn.Module:
        """The network; its weights are what `manifest` describes."""

    def start(self, net: nn.Module, crops: Crops, args: argparse.Namespace) -> None:
        """Sets the weights that training starts from (not called when it resumes)."""

    def turns(self, net: nn.Module, args: argparse.Namespace) -> list[list[nn.Parameter]]:
        """What is trained: step i trains the parameters of turn i modulo their number."""

    def step_loss(self, net: nn.Module, x: Tensor, args: argparse.Namespace, turn: int) -> Tensor:
        """The loss of a batch of crops, a scalar; draws from PyTorch's default generator."""

    def validate(self, net: nn.Module, pictures: list[Tensor], args) -> dict[str, float]:
        """Metrics of the pictures by name; `psnrDb` is one of them, and watched by the loop."""

    def manifest(self, net: nn.Module, args: argparse.Namespace) -> dict[str, object]:
        """codec, preset, version, options, cbr and loss of the manifest."""

    def shipped(self, name: str) -> bool:
        """Whether this parameter belongs into the weights file."""


def arguments() -> tuple[Codec, argparse.Namespace]:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], add_help=False)
    parser.add_argument("--codec", choices=sorted(CODECS), default="deepjscc")
    codec = importlib.import_module(CODECS[parser.parse_known_args()[0].codec])
    add_common_options(parser)
    codec.add_options(parser)
    return codec, parser.parse_args()


def add_common_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("-h", "--help", action="help", help="show this message and exit")
    add("--data", required=True, help="folder of photographs to train on")
    add("--valid", required=True, help="folder of photographs to choose by; never trained on")
    add("--out", required=True, help="folder for state, weights, manifest and log")
    add("--name", help="file name of weights and manifest")
    add("--snr", type=float, default=10, help="SNR (Es/N0) in dB")
    add("--steps", type=int, default=12000, help="length of the schedule in steps")
    add("--warmup", type=int, default=100, help="steps of linear warm-up")
    add("--cooldown", type=int, default=3000, help="steps over which the rate falls to zero")
    add("--rate", type=float, default=6e-4, help="peak learning rate of Adam")
    add("--clip", type=float, default=1.0, help="largest norm of the gradient")
    add("--crop", type=int, default=128, help="side of the crops")
    add("--batch", type=int, default=8, help="crops a step")
    add("--large-crops", type=int, default=0, help="last steps with twice the side, batch / 4")
    add("--ema", type=float, default=0.998, help="decay of the weights' moving average")
    add("--seed", type=int, default=1)
    add("--minutes", type=float, default=math.inf, help="stop (resumable) after this time")
    add("--save-minutes", type=float, default=3, help="time between checkpoints")
    add("--resume", help="state file to go on from")
    add("--init", help="weights file to start from; tensors of another shape start anew")
    fall = "fall of the validation's PSNR in dB that noise does not explain: the run stops"
    add("--diverged-db", type=float, default=1.0, help=fall)


class Trainer:
    """Network, optimiser, moving average and the streams of random numbers: all that is state."""

    def __init__(self, codec: Codec, args: argparse.Namespace) -> None:
        torch.manual_seed(args.seed)
        self.codec, self.args = codec, args
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        smallest = 2 * args.crop if args.large_crops else args.crop
        self.crops = Crops(read_folder(args.data, smallest), args.seed)
        self.valid = [whole_picture(p, codec.STRIDE) for p in read_folder(args.valid, codec.STRIDE)]
        self.net = codec.build(args)
        self.step = 0
        self.hours = 0.0
        self.best = -math.inf  # validation PSNR in dB
        if not args.resume:
            codec.start(self.net, self.crops, args)
        self.net.to(self.device)
        self.parameters = list(self.net.parameters())
        self.average = [p.detach().clone() for p in self.parameters]
        self.turns = codec.turns(self.net, args)
        self.optimisers = [torch.optim.Adam(turn, args.rate, foreach=True) for turn in self.turns]
        if args.resume:
            self.restore(args.resume)

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
        turn = self.step % len(self.turns)
        optimiser = self.optimisers[turn]
        for group in optimiser.param_groups:
            group["lr"] = self.rate()
        self.net.zero_grad(set_to_none=True)
        value = self.codec.step_loss(self.net, x, args, turn)
        if not torch.isfinite(value):
            raise FloatingPointError(
                f"The loss is {value.item()} at step {self.step}; the last checkpoint in "
                f"{args.out} is good: resume it with a lower --rate"
            )
        value.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.turns[turn], args.clip)
        optimiser.step()
        self.step += 1
        decay = min(args.ema, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_mul_(self.average, decay)
            torch._foreach_add_(self.average, self.parameters, alpha=1 - decay)
        return value.detach(), norm

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """The codec's metrics with the averaged weights. Leaves every random stream as it was."""
        held = [p.detach().clone() for p in self.parameters]
        random = torch.get_rng_state()
        assign(self.parameters, self.average)
        values = self.codec.validate(self.net, self.valid, self.args)
        assign(self.parameters, held)
        torch.set_rng_state(random)
        return values

    def save(self, validation: dict[str, float]) -> None:
        """Writes state (to resume), averaged weights and manifest."""
        args = self.args
        state = {
            "net": self.net.state_dict(),
            "average": self.average,
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
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
        weights = {n: p for n, p in zip(names, self.average) if self.codec.shipped(n)}
        path = os.path.join(args.out, args.name or f"{args.codec}-compact")
        digest = checkpoint.write_safetensors(path + ".safetensors", weights, "F16")
        checkpoint.write_manifest(path + ".json", self.manifest(digest, validation))

    def restore(self, path: str) -> None:
        state = torch.load(path, map_location=self.device)  # our own file: a pickle is trusted
        self.net.load_state_dict(state["net"])
        assign(self.average, state["average"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"]):
            optimiser.load_state_dict(saved)
        self.step, self.hours = state["step"], state["hours"]
        if state["snr"] == self.args.snr:
            self.best = state["best"]
        torch.set_rng_state(state["torch"].cpu())
        self.crops.random.bit_generator.state = state["crops"]

    def manifest(self, digest: str, validation: dict[str, float]) -> dict[str, object]:
        args = self.args
        own = self.codec.manifest(self.net, args)
        return {
            **{name: own[name] for name in ("codec", "preset", "version", "options")},
            "snrDb": args.snr,
            "cbr": own["cbr"],
            "digest": f"sha256:{digest}",
            "dtype": "f16",
            "steps": self.step,
            "hours": round(self.hours, 2),
            "seed": args.seed,
            "device": f"{self.device.type}, PyTorch {torch.__version__}",
            "data": f"{len(self.crops.pictures)} photographs, crops of {args.crop}",
            "loss": own["loss"],
            "validation": {"pictures": len(self.valid), **rounded(validation)},
        }


def rounded(metrics: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in metrics.items()}


def assign(targets: list[Tensor], values: list[Tensor]) -> None:
    with torch.no_grad():
        for target, value in zip(targets, values):
            target.copy_(value)


def main() -> None:
    codec, args = arguments()
    os.makedirs(args.out, exist_ok=True)
    with open(os.path.join(args.out, "log.jsonl"), "a", encoding="utf-8") as log:

        def write(entry: dict[str, object]) -> None:
            print(json.dumps(entry), file=log, flush=True)
            print(json.dumps(entry), flush=True)

        try:
            run(Trainer(codec, args), write)
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
    write({"step": trainer.step, "valid": rounded(trainer.validate())})
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
    psnr = validation["psnrDb"]
    if psnr < trainer.best - trainer.args.diverged_db:
        raise FloatingPointError(
            f"Training diverged: {psnr:.2f} dB at step {trainer.step} after "
            f"{trainer.best:.2f} dB; the last checkpoint in {trainer.args.out} is from before: "
            f"resume it with a lower --rate"
        )
    trainer.best = max(trainer.best, psnr)
    trainer.save(validation)
    write({
        "step": trainer.step,
        "hours": round(trainer.hours, 4),
        "rate": trainer.rate(),
        "loss": round(torch.stack(losses).mean().item(), 5) if losses else None,
        "norm": round(torch.stack(norms).median().item(), 4) if norms else None,
        "valid": rounded(validation),
    })


if __name__ == "__main__":
    main()
