"""Writes a training state with the names and shapes of the published code, for the importer's test.

    python3 torch_checkpoint.py SHAPES.json FILE.pt

SHAPES.json: {name: shape}. All tensors are windows of one row of numbers 0, 1, ..., so that 62 million
values take little room: number i of the names begins at i; those of the model that is not averaged
begin elsewhere.
"""

import json
import math
import sys

import torch


def main(shapes: str, path: str) -> None:
    with open(shapes, encoding="utf-8") as file:
        named = json.load(file)
    numbers = torch.arange(3_000_000, dtype=torch.float32)

    def windows(start: int) -> dict[str, torch.Tensor]:
        return {
            name: numbers[start + i : start + i + math.prod(shape)].view(shape)
            for i, (name, shape) in enumerate(named.items())
        }

    state, other = windows(0), windows(1000)
    buffers = {
        "loss_fn_vgg.net.slice1.0.weight": torch.zeros(64, 3, 3, 3),
        "rate_choice_tensor": torch.arange(16),
        "train_alphas_cumprod": torch.zeros(8193),
    }
    ema = {"initted": torch.tensor([True]), "step": torch.tensor([7])}
    ema.update({f"online_model.{name}": value for name, value in other.items()})
    ema.update({f"ema_model.{name}": value for name, value in {**state, **buffers}.items()})
    torch.save({"step": 400100, "model": {**other, **buffers}, "ema": ema}, path)


if __name__ == "__main__":
    main(*sys.argv[1:])
