"""Reference cases of `shared/vectors/models`: a JSON of rules and tolerances, tensors beside it.

Tensors that go in are made by a rule from their name; of those that come out small ones are stored
whole, and large ones by some values and by their product with a tensor of that rule.
"""

from __future__ import annotations

import json
import os

import numpy as np
import torch
from torch import Tensor

import checkpoint


def case_folder(kind: str) -> str | None:
    """Folder of the cases of a kind ("models/gan_jscc"), or None where there are no vectors."""
    here = os.path.dirname(os.path.abspath(__file__))
    root = os.environ.get("SEMCAST_VECTORS", os.path.join(here, "../../../shared/vectors"))
    folder = os.path.join(root, kind)
    return folder if os.path.isdir(folder) else None


def ruled_values(name: str, count: int) -> np.ndarray:
    """f64[count] in [-1, 1): 32-bit FNV-1a of the name, then the finaliser of MurmurHash3."""
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x01000193) & 0xFFFFFFFF
    with np.errstate(over="ignore"):
        x = np.uint32(seed) + np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9)
        x = (x ^ (x >> np.uint32(16))) * np.uint32(0x85EBCA6B)
        x = (x ^ (x >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    x ^= x >> np.uint32(16)
    return 2 * ((x >> np.uint32(8)) / 2**24) - 1


class ReferenceCase:
    """One case: `case.parameters` and `case.inputs` by name; `check(name, tensor)`."""

    def __init__(self, path: str) -> None:
        with open(path, encoding="utf-8") as file:
            self.json = json.load(file)
        self.name: str = self.json["case"]
        tensors = self.json.get("tensors")
        stored = os.path.join(os.path.dirname(path), tensors) if tensors else None
        self.stored = checkpoint.read_safetensors(stored) if stored else {}
        self.parameters = {k: ruled(v) for k, v in self.json.get("params", {}).items()}
        self.inputs = {k: ruled(v) for k, v in self.json["inputs"].items()}
        self.checked: set[str] = set()

    def cotangent(self, like: Tensor) -> Tensor:
        values = ruled_values(f"{self.name}/input:cotangent", like.numel())
        return torch.from_numpy(values.astype(np.float32)).reshape(like.shape)

    def expects(self) -> set[str]:
        kinds = ("expected", "probes", "scalars")
        return {name for kind in kinds for name in self.json.get(kind, {})}

    def check(self, name: str, got: Tensor) -> None:
        """Compares what the case holds of this name, if anything. Raises AssertionError."""
        values = got.detach().double().flatten().numpy()
        for kind in ("expected", "probes", "scalars"):
            rule = self.json.get(kind, {}).get(name)
            if rule is None:
                continue
            self.checked.add(name)
            if kind == "expected":
                wanted = self.stored[name].double().flatten().numpy()
                self.near(name, values, wanted, rule["tol"])
            elif kind == "scalars":
                self.near(name, values, np.array([rule["value"]]), rule["tol"])
            else:
                self.near(name, values[rule["at"]], np.array(rule["values"]), rule["tol"])
                dot = values @ ruled_values(rule["name"], len(values))
                self.near(f"{name}, product", dot, rule["dot"], rule["dot_tol"])

    def near(self, what: str, got: np.ndarray, wanted: np.ndarray, tolerance: float) -> None:
        worst = np.abs(got - wanted).max()
        if not worst <= tolerance:
            raise AssertionError(f"{self.name}: {what} is off by {worst:g}, allowed {tolerance:g}")


def ruled(rule: dict) -> Tensor:
    values = ruled_values(rule["name"], int(np.prod(rule["shape"])))
    scaled = rule["offset"] + rule["scale"] * values
    return torch.from_numpy(scaled.astype(np.float32)).reshape(rule["shape"])
