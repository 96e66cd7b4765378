"""Outputs of every part of a preset of train/torch/cdm_jscc.py, for the test of its twin.

    python3 torch_outputs.py PRESET FOLDER

writes FOLDER/parameters.safetensors and FOLDER/outputs.safetensors. Parameters are random, those
that start at zero or one too, so that no branch is silent. Pictures are [1, 3, 64, 128].
"""

import os
import sys

import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "train", "torch"))

import cdm_jscc  # noqa: E402
import checkpoint  # noqa: E402
import cdm_jscc_training  # noqa: E402

SNR_DB = 7.0
STEPS = 3


@torch.no_grad()
def main(preset: str, folder: str) -> None:
    torch.manual_seed(1)
    net = cdm_jscc.build(preset)
    for name, parameter in net.named_parameters():
        if name.endswith("step"):
            parameter.uniform_(0.2, 0.5)
        elif name.endswith(("norm.weight", "norm1.weight", "norm2.weight", ".g")):
            parameter.normal_(1, 0.1)
        elif parameter.abs().max() == 0 or parameter.std() == 0:
            parameter.add_(0.05 * torch.randn_like(parameter))
    context = net.context_fn
    x = torch.rand(1, 3, 64, 128) * 2 - 1
    y = context.encode(x)
    entropy = context.entropy(y)
    eta = torch.tensor(0.5 * sum(net.options.rates) / len(net.options.rates)) / entropy.by_patch.mean()
    index = context.rates(entropy.by_patch, eta)
    s = context.fe(y, index)
    noise = torch.randn_like(s)
    received, variance = cdm_jscc.transmit(
        s, context.fe.mask[index].transpose(1, 2).view_as(s), noise,
        cdm_jscc_training.noise_variance(SNR_DB), byte=True,
    )
    decoded = context.fd(received, index, variance)
    picture, maps = context.conditions(decoded, variance)
    start = cdm_jscc.GAMMA * torch.randn_like(x)
    time = torch.tensor([0.375])
    outputs = {
        "x": x, "y": y, "bits": entropy.by_patch, "bpp": entropy.bits_per_pixel(),
        "eta": eta, "index": index.float(), "s": s, "received": received, "variance": variance,
        "decoded": decoded, "start": start, "predicted": net.denoise_fn(start, time, picture, maps),
        "shown": net.sample(picture, maps, start, STEPS),
        **{f"map{i}": map for i, map in enumerate(maps)},
    }
    if picture is not None:
        outputs["picture"] = picture
    path = os.path.join(folder, "parameters.safetensors")
    checkpoint.write_safetensors(path, dict(net.named_parameters()))
    checkpoint.write_safetensors(os.path.join(folder, "outputs.safetensors"), outputs)


if __name__ == "__main__":
    main(*sys.argv[1:])
