"""Checkpoints: tensors in the safetensors format, and a manifest in JSON beside them.

A safetensors file is a u64 header length, a JSON header {name: {dtype, shape, data_offsets}},
and the tensors, all little-endian. Source: huggingface/safetensors, "Format".
"""

from __future__ import annotations

import hashlib
import json
import os
import struct

import numpy as np
import torch
from torch import Tensor

DTYPES = {"F64": np.dtype("<f8"), "F32": np.dtype("<f4"), "F16": np.dtype("<f2")}
MAX_HEADER_BYTES = 1 << 20


def write_safetensors(path: str, tensors: dict[str, Tensor], dtype: str = "F32") -> str:
    """Writes the tensors, sorted by name, as `dtype`. Returns the file's SHA-256 (hex)."""
    header: dict[str, object] = {}
    parts: list[bytes] = []
    offset = 0
    for name in sorted(tensors):
        array = tensors[name].detach().cpu().numpy().astype(DTYPES[dtype])
        if not np.isfinite(array).all():
            raise ValueError(f'Cannot store "{name}" as {dtype}: it has values that are not finite')
        parts.append(array.tobytes())
        ends = [offset, offset + len(parts[-1])]
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": ends}
        offset = ends[1]
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # aligned tensors
    data = struct.pack("<Q", len(text)) + text + b"".join(parts)
    write_atomically(path, data)
    return hashlib.sha256(data).hexdigest()


def read_safetensors(path: str) -> dict[str, Tensor]:
    """Reads a file as f32 tensors by name. Raises ValueError, saying what is wrong with it."""
    with open(path, "rb") as file:
        data = file.read()
    length = struct.unpack("<Q", data[:8])[0] if len(data) >= 8 else MAX_HEADER_BYTES + 1
    if length > min(MAX_HEADER_BYTES, len(data) - 8):
        raise ValueError(f'Cannot read "{path}": no safetensors header in its {len(data)} bytes')
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    body = memoryview(data)[8 + length :]
    tensors = {}
    for name, entry in header.items():
        dtype = DTYPES.get(entry["dtype"])
        if dtype is None:
            raise ValueError(f'Cannot read "{path}": "{name}" has dtype {entry["dtype"]}')
        start, end = entry["data_offsets"]
        count = int(np.prod(entry["shape"], dtype=np.int64))
        if not 0 <= start <= end <= len(body) or end - start != count * dtype.itemsize:
            raise ValueError(f'Cannot read "{path}": "{name}" does not fit its bytes')
        array = np.frombuffer(body[start:end], dtype).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(array.astype(np.float32))
    return tensors


def write_manifest(path: str, manifest: dict[str, object]) -> None:
    """Writes the JSON that says what a weights file is and how it came to be."""
    write_atomically(path, (json.dumps(manifest, indent=2) + "\n").encode())


def write_atomically(path: str, data: bytes) -> None:
    """Writes beside the file, then renames: a reader or a kill never meets half a file."""
    with open(path + ".part", "wb") as file:
        file.write(data)
    os.replace(path + ".part", path)
