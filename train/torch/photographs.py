"""Photographs for training: a folder of pictures in memory, random crops of it."""

from __future__ import annotations

import os

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from torch import Tensor

EXTENSIONS = (".jpg", ".jpeg", ".png", ".webp")


def read_folder(folder: str, smallest_side: int = 1) -> list[np.ndarray]:
    """Reads all pictures of a folder by name, u8[height, width, 3]; counts what it skips."""
    pictures, skipped = [], []
    for name in sorted(os.listdir(folder)):
        if not name.lower().endswith(EXTENSIONS):
            continue
        try:
            with Image.open(os.path.join(folder, name)) as image:
                picture = np.asarray(image.convert("RGB"))
        except (UnidentifiedImageError, OSError):
            skipped.append(name)
            continue
        if min(picture.shape[:2]) < smallest_side:
            skipped.append(name)
        else:
            pictures.append(picture)
    if skipped:
        print(f"{folder}: {len(skipped)} pictures skipped (broken or small): {skipped[:5]} ...")
    if not pictures:
        raise ValueError(f'No picture of at least {smallest_side} pixels a side in "{folder}"')
    return pictures


class Crops:
    """Random crops: picture by area, rescaled by U[0.6, 1], mirrored one time in two."""

    def __init__(self, pictures: list[np.ndarray], seed: int) -> None:
        self.pictures = pictures
        area = np.array([p.shape[0] * p.shape[1] for p in pictures], np.float64)
        self.cumulative = np.cumsum(area / area.sum())
        self.random = np.random.Generator(np.random.PCG64(seed))

    def batch(self, count: int, side: int) -> Tensor:
        """f32[count, 3, side, side] in [0, 1]."""
        crops = np.stack([self.crop(side) for _ in range(count)])
        return torch.from_numpy(crops.transpose(0, 3, 1, 2).astype(np.float32) / 255)

    def crop(self, side: int) -> np.ndarray:
        random = self.random
        index = int(np.searchsorted(self.cumulative, random.random()))
        picture = self.pictures[min(index, len(self.pictures) - 1)]
        height, width = picture.shape[:2]
        wanted = round(side / random.uniform(0.6, 1))  # shrinking hides the traces of JPEG
        taken = min(wanted, height, width)
        top = int(random.integers(height - taken + 1))
        left = int(random.integers(width - taken + 1))
        crop = picture[top : top + taken, left : left + taken]
        if taken != side:
            crop = np.asarray(Image.fromarray(crop).resize((side, side), Image.BICUBIC))
        return crop[:, ::-1] if random.random() < 0.5 else crop


def whole_picture(picture: np.ndarray, stride: int) -> Tensor:
    """f32[1, 3, H, W] in [0, 1], cut to multiples of `stride` at the bottom and right."""
    height, width = (side // stride * stride for side in picture.shape[:2])
    values = picture[:height, :width].transpose(2, 0, 1)[None].astype(np.float32)
    return torch.from_numpy(values / 255)
