"""Writes sample_files.ts: files made by PyTorch and by train/torch, and what PyTorch reads in them.

    python3 core/tensor/checkpoint/sample_files.py    # Debian's python3-torch 1.13
    deno fmt core/tensor/checkpoint/sample_files.ts
"""

from __future__ import annotations

import base64
import collections
import hashlib
import io
import json
import math
import os
import sys
import tempfile
import types
import zipfile

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../../train/torch"))

import checkpoint  # noqa: E402
import train  # noqa: E402


def saved(value: object, **options: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    return buffer.getvalue()


def everything() -> dict[str, object]:
    """All number types, all kinds of windows onto storages, plain data of every kind."""
    torch.manual_seed(7)
    net = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3), torch.nn.BatchNorm2d(3))
    shared = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
    return {
        "model": net.state_dict(),
        "types": {
            "f64": torch.tensor([math.pi, -0.0, 1e300], dtype=torch.float64),
            "f16": torch.tensor([1 / 3, 65504, 6e-8, -1], dtype=torch.float16),
            "bf16": torch.tensor([1 / 3, 1e38, -2], dtype=torch.bfloat16),
            "i64": torch.tensor([-(2**62), 5], dtype=torch.int64),
            "i32": torch.tensor([-(2**31), 7], dtype=torch.int32),
            "i16": torch.tensor([-32768, 9], dtype=torch.int16),
            "i8": torch.tensor([-128, 11], dtype=torch.int8),
            "u8": torch.tensor([255, 13], dtype=torch.uint8),
            "bool": torch.tensor([True, False, True]),
            "special": torch.tensor([math.inf, -math.inf, math.nan]),
        },
        "windows": [
            shared,
            shared.transpose(0, 2),
            shared[1, 1:, ::2],
            shared.flatten()[5:9],
            shared[:, :1, :1].expand(2, 3, 2),
            shared.to(memory_format=torch.contiguous_format)[..., None].permute(3, 1, 2, 0),
        ],
        "scalar": torch.tensor(2.5),
        "empty": torch.empty(0, 4),
        "parameter": torch.nn.Parameter(torch.tensor([1.0, 2.0])),
        "plain": {
            "numbers": [0, -1, 255, 65536, -(2**31), 2**53, 2**80, -(2**100), 1.5, -math.inf],
            "rest": (None, True, False, "Zeichen: äöü ∑ 𝄞", b"\x00\xff", (), [], {}, (1, 2, 3, 4)),
            3: "a number as a key",
            "size": torch.Size([2, 3]),
            "device": torch.device("cuda", 1),
            "dtype": torch.float16,
        },
    }


def training_state() -> dict[str, object]:
    """The members of the state of train/torch/train.py, for a tiny network."""
    torch.manual_seed(1)
    net = torch.nn.Linear(2, 2)
    optimiser = torch.optim.Adam(net.parameters(), 1e-3)
    net(torch.ones(1, 2)).sum().backward()
    optimiser.step()
    return {
        "net": net.state_dict(),
        "average": [p.detach().clone() for p in net.parameters()],
        "optimiser": optimiser.state_dict(),
        "step": 1,
        "hours": 0.25,
        "crops": np.random.default_rng(1).bit_generator.state,
    }


def from_gpu() -> bytes:
    """A file whose storages were on a GPU: only the tags say so."""
    with tagged("cuda:0"):
        return saved(collections.OrderedDict(weight=torch.tensor([3.0, 4.0])))


class tagged:
    def __init__(self, tag: str) -> None:
        self.tag = tag

    def __enter__(self) -> None:
        self.registry = torch.serialization._package_registry
        self.registry.insert(0, (-1, lambda _: self.tag, lambda *_: None))

    def __exit__(self, *_: object) -> None:
        self.registry.pop(0)


def deflated(data: bytes) -> bytes:
    """The same archive, packed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for info in old.infolist():
            entry = zipfile.ZipInfo(info.filename)
            new.writestr(entry, old.read(info), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def program() -> bytes:
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(torch.nn.ReLU()), buffer)
    return buffer.getvalue()


class Hostile:
    def __reduce__(self) -> tuple[object, ...]:
        return os.system, ("echo executed",)


def expected(value: object, path: str = "") -> dict[str, object]:
    """Path -> type, shape, values of every tensor. Values as texts where JSON has no numbers."""
    if isinstance(value, torch.Tensor):
        flat = value.detach().flatten()
        kind = str(flat.dtype).removeprefix("torch.")
        numbers = flat.double() if flat.is_floating_point() else flat
        values = [str(v) if isinstance(v, int) else plain(v) for v in numbers.tolist()]
        return {path: {"type": kind, "shape": list(value.shape), "values": values}}
    members = value.items() if isinstance(value, dict) else []
    if isinstance(value, (list, tuple)):
        members = enumerate(value)
    found: dict[str, object] = {}
    for key, member in members:
        found |= expected(member, f"{path}.{key}" if path else str(key))
    return found


def plain(value: object) -> object:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def trained() -> tuple[bytes, bytes, bytes, str]:
    """Weights in f16, in f32, and the manifest, by the code that writes them after training."""
    torch.manual_seed(2)
    tensors = {
        "encoder.0.weight": torch.randn(2, 3, 2, 2),
        "encoder.0.bias": torch.tensor([0.1, -65504.0]),
        "decoder.scale": torch.tensor(1 / 3),
    }
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "weights")
        digest = checkpoint.write_safetensors(path + ".16", tensors, "F16")
        checkpoint.write_safetensors(path + ".32", tensors, "F32")
        args = types.SimpleNamespace(
            snr=10.0, latent=32, seed=1, crop=128, loss_floor=1e-3
        )
        options = {"latent": 32, "widths": [48, 96, 192], "encoderBlocks": [1, 1, 2]}
        trainer = types.SimpleNamespace(
            args=args,
            net=types.SimpleNamespace(options=options),
            step=12000,
            hours=1.2345,
            device=torch.device("cpu"),
            crops=types.SimpleNamespace(pictures=[None] * 700),
            valid=[None] * 30,
        )
        manifest = train.Trainer.manifest(trainer, digest, 27.3456)
        checkpoint.write_manifest(path + ".json", manifest)
        files = [open(path + end, "rb").read() for end in (".16", ".32", ".json")]
    assert hashlib.sha256(files[0]).hexdigest() == digest
    return files[0], files[1], files[2], json.dumps(expected(tensors), separators=(",", ":"))


def main() -> None:
    value = everything()
    state = training_state()
    half, single, manifest, weights = trained()
    sparse = torch.eye(2).to_sparse()
    files = {
        "zip": saved(value),
        "protocol4": saved(value, pickle_protocol=4),
        "legacy": saved(value, _use_new_zipfile_serialization=False),
        "deflated": deflated(saved(value)),
        "state": saved(state),
        "fromGpu": from_gpu(),
        "alone": saved(torch.tensor([1.0, 2.0])),
        "module": saved(torch.nn.Linear(1, 1)),
        "sparse": saved({"s": sparse}),
        "hostile": saved({"h": Hostile()}),
        "program": program(),
        "trainedF16": half,
        "trainedF32": single,
    }
    texts = {
        "everything": json.dumps(expected(value), separators=(",", ":")),
        "state": json.dumps(expected(state), separators=(",", ":")),
        "trained": weights,
        "manifest": manifest.decode(),
    }
    with open(os.path.join(HERE, "sample_files.ts"), "w", encoding="utf-8") as out:
        out.write(HEADER)
        out.write("/** The files, in base 64. */\nexport const FILES = {\n")
        for name, data in files.items():
            out.write(f'  {name}:\n    "{base64.b64encode(data).decode()}",\n')
        out.write("} as const;\n\n/** What is in them, as JSON. */\nexport const TEXTS = {\n")
        for name, text in texts.items():
            out.write(f"  {name}:\n    {json.dumps(text, ensure_ascii=False)},\n")
        out.write("} as const;\n")


HEADER = """/**
 * Files made by PyTorch 1.13 and by train/torch, for tests. Written by sample_files.py.
 *
 * @module
 */

"""


if __name__ == "__main__":
    main()
