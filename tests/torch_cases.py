"""The networks of train/torch on given weights and inputs, for torch_test.ts.

    python3 torch_cases.py CASE FOLDER

reads `weights.safetensors` and `inputs.safetensors` of the folder and writes `outputs.safetensors`:
what the case returns, `loss`, and `grad:NAME` for each parameter. Noise is an input, in the order in
which the network draws it.
"""

import os
import sys
from unittest import mock

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../train/torch"))

import torch
from torch import Tensor

import checkpoint

torch.set_num_threads(1)


def deepjscc_compact(inputs: dict[str, Tensor]):
    import deepjscc

    net = deepjscc.DeepJscc(int(inputs["latent"]))

    def run():
        x, n0, uses = inputs["x"], float(inputs["n0"]), int(inputs["sideUses"])
        with given_noise(inputs["noise"], inputs["validationNoise"]):
            x_hat = net(x, n0)
            validated = net(x, n0, uses).clamp(0, 1)
        loss = deepjscc.loss(x, x_hat, 1e-3)
        return loss, {"reconstruct": validated}

    return net, run


CASES = {"deepjscc compact": deepjscc_compact}


def given_noise(*noises: Tensor):
    """Lets `torch.randn` give these, one after another."""
    queue = iter(noises)

    def next_noise(shape, **_):
        noise = next(queue)
        assert tuple(noise.shape) == tuple(shape), (noise.shape, shape)
        return noise

    return mock.patch.object(torch, "randn", next_noise)


def main(case: str, folder: str) -> None:
    net, run = CASES[case](checkpoint.read_safetensors(f"{folder}/inputs.safetensors"))
    net.load_state_dict(checkpoint.read_safetensors(f"{folder}/weights.safetensors"))
    loss, outputs = run()
    loss.backward()
    gradients = {f"grad:{name}": p.grad for name, p in net.named_parameters() if p.grad is not None}
    tensors = {"loss": loss.reshape(1), **outputs, **gradients}
    checkpoint.write_safetensors(f"{folder}/outputs.safetensors", tensors)


if __name__ == "__main__":
    main(*sys.argv[1:])
