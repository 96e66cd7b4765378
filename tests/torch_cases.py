"""The networks of train/torch on given weights and inputs, for torch_test.ts.

    python3 torch_cases.py CASE FOLDER

reads `weights.safetensors` and `inputs.safetensors` of the folder and writes `outputs.safetensors`:
what the case returns, and for each of its objectives `OBJECTIVE:loss` and `OBJECTIVE:grad:NAME` for
each parameter that it reaches. Noise is an input, in the order in which the network draws it.

A case is a function of the inputs that returns the network, a function that gives its outputs, and
the losses by objective, functions too: each begins with the weights as they are in the file.
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
    x, n0, uses = inputs["x"], float(inputs["n0"]), int(inputs["sideUses"])

    def outputs():
        with given_noise(inputs["validationNoise"]):
            return {"reconstruct": net(x, n0, uses).clamp(0, 1)}

    def distortion():
        with given_noise(inputs["noise"]):
            return deepjscc.loss(x, net(x, n0), 1e-3)

    return net, outputs, {"distortion": distortion}


def gan_jscc_compact(inputs: dict[str, Tensor]):
    import argparse

    import gan_jscc
    import quality

    filters = tuple(int(count) for count in inputs["filters"])
    net = gan_jscc.GanJscc(int(inputs["latent"]), filters=filters)
    perception = float(inputs["perception"])
    net.lpips = quality.Lpips(os.environ["SEMCAST_LPIPS"]) if perception > 0 else no_distance
    args = argparse.Namespace(
        snr=float(inputs["snrDb"]), phase=2, distortion=0.01, perception=perception, beta=5
    )
    x, uses = inputs["x"], int(inputs["sideUses"])

    def outputs():
        with given_noise(inputs["validationNoise"]):
            return {"reconstruct": net(x, args.snr, uses)[1].clamp(0, 1)}

    def loss_of_turn(turn: int):
        with given_noise(inputs["noise"]):
            return gan_jscc.step_loss(net, x, args, turn)

    losses = {"discriminator": lambda: loss_of_turn(0), "generator": lambda: loss_of_turn(1)}
    return net, outputs, losses


def no_distance(x: Tensor, x_hat: Tensor) -> Tensor:
    return torch.zeros(len(x))


CASES = {"deepjscc compact": deepjscc_compact, "gan-jscc compact": gan_jscc_compact}


def given_noise(*noises: Tensor):
    """Lets `torch.randn` give these, one after another."""
    queue = iter(noises)

    def next_noise(shape, **_):
        noise = next(queue)
        assert tuple(noise.shape) == tuple(shape), (noise.shape, shape)
        return noise

    return mock.patch.object(torch, "randn", next_noise)


def main(case: str, folder: str) -> None:
    inputs = checkpoint.read_safetensors(f"{folder}/inputs.safetensors")
    weights = checkpoint.read_safetensors(f"{folder}/weights.safetensors")
    net, outputs, losses = CASES[case](inputs)
    net.load_state_dict(weights)
    with torch.no_grad():
        tensors = outputs()
    names, parameters = zip(*net.named_parameters())
    for objective, loss in losses.items():
        net.load_state_dict(weights)  # a forward moves the state of a spectral norm
        value = loss()
        gradients = torch.autograd.grad(value, parameters, allow_unused=True)
        tensors[f"{objective}:loss"] = value.reshape(1)
        reached = [(name, g) for name, g in zip(names, gradients) if g is not None]
        tensors.update({f"{objective}:grad:{name}": g for name, g in reached})
    checkpoint.write_safetensors(f"{folder}/outputs.safetensors", tensors)


if __name__ == "__main__":
    main(*sys.argv[1:])
