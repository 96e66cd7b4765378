"""python3 -m unittest discover -s train/torch -p '*_test.py'"""

import contextlib
import io
import math
import os
import sys
import tempfile
import unittest
from unittest import mock

import numpy as np
import torch
from PIL import Image

import checkpoint
import deepjscc
import train


def small_net() -> deepjscc.DeepJscc:
    torch.manual_seed(3)
    return deepjscc.DeepJscc(8, (8, 8, 8), (1, 1, 1), (1, 1, 1))


class Network(unittest.TestCase):
    def test_a_complete_linear_code_without_noise_returns_the_picture(self) -> None:
        torch.manual_seed(1)
        blocks = torch.rand(2000, deepjscc.BLOCK)
        net = deepjscc.DeepJscc(deepjscc.BLOCK, (8, 8, 8), (0, 0, 0), (0, 0, 0))
        deepjscc.start_at_linear_code(net, blocks)
        x = torch.rand(2, 3, 32, 48)
        self.assertLess((net(x, 1e-12) - x).abs().max().item(), 1e-3)

    def test_symbols_that_pay_for_the_side_byte_are_the_last_of_each_half(self) -> None:
        kept = deepjscc.kept_values(torch.zeros(1, 4, 2, 2), 3).flatten().tolist()
        self.assertEqual(kept, [1] * 5 + [0] * 3 + [1] * 5 + [0] * 3)

    def test_the_side_byte_costs_three_uses_at_10_db(self) -> None:
        uses = [deepjscc.side_uses(snr) for snr in (1, 4, 7, 10, 13)]
        self.assertEqual(uses, [7, 5, 4, 3, 2])

    def test_the_decoder_is_told_the_noise_that_the_power_factor_leaves(self) -> None:
        net, x = small_net(), torch.rand(1, 3, 32, 32)
        z = net.encoder(x)
        seen = {}

        def decoder(y: torch.Tensor, variance: torch.Tensor) -> torch.Tensor:
            seen["snr"] = (z.square().mean() / variance[0]).item()
            return x

        with mock.patch.object(net.decoder, "forward", decoder):
            net(x, 0.1)
        self.assertAlmostEqual(seen["snr"], 10, places=3)  # unit power over N0 = 0.1

    def test_the_factor_is_known_to_an_eighth_of_a_decibel(self) -> None:
        factor = torch.logspace(-1.5, 1.5, 1001)
        error = 20 * (deepjscc.quantise_factor(factor) / factor).log10()
        self.assertLessEqual(error.abs().max().item(), 0.1251)

    def test_the_loss_is_the_mean_of_logarithms(self) -> None:
        x = torch.zeros(2, 3, 4, 4)
        x_hat = torch.stack([torch.full((3, 4, 4), 0.1), torch.full((3, 4, 4), 0.2)])
        wanted = (math.log(0.011) + math.log(0.041)) / 2
        self.assertAlmostEqual(deepjscc.loss(x, x_hat, 1e-3).item(), wanted, places=5)
        self.assertAlmostEqual(deepjscc.loss(x, x_hat, math.inf).item(), 0.025, places=6)


class Files(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_tensors_return_as_written(self) -> None:
        path = os.path.join(self.folder, "a.safetensors")
        tensors = {"b": torch.randn(2, 3), "a.c": torch.tensor([0.5])}
        checkpoint.write_safetensors(path, tensors)
        read = checkpoint.read_safetensors(path)
        self.assertEqual(sorted(read), ["a.c", "b"])
        self.assertTrue(all(torch.equal(read[name], tensors[name]) for name in tensors))

    def test_a_cut_file_is_refused_by_name(self) -> None:
        path = os.path.join(self.folder, "a.safetensors")
        checkpoint.write_safetensors(path, {"b": torch.randn(2, 3)})
        with open(path, "rb") as file:
            data = file.read()
        for length in (0, 7, 20, len(data) - 1):
            with open(path, "wb") as file:
                file.write(data[:length])
            with self.assertRaisesRegex(ValueError, "a.safetensors"):
                checkpoint.read_safetensors(path)

    def test_a_resumed_run_equals_one_that_was_never_stopped(self) -> None:
        random = np.random.default_rng(1)
        picture = random.integers(0, 256, (96, 96, 3), dtype=np.uint8)
        Image.fromarray(picture).save(os.path.join(self.folder, "a.png"))
        whole = self.run_training("whole", [])
        stopped = self.run_training("first", ["--minutes", "0.000001"])
        self.assertNotEqual(stopped, whole)
        resume = ["--resume", os.path.join(self.folder, "first", "state.pt")]
        self.assertEqual(self.run_training("second", resume), whole)

    def test_a_run_that_diverges_stops_and_keeps_the_good_checkpoint(self) -> None:
        picture = np.zeros((96, 96, 3), np.uint8)
        Image.fromarray(picture).save(os.path.join(self.folder, "a.png"))
        metrics = [{"psnrDb": psnr} for psnr in (20, 20, 18.9)]
        falling = mock.patch.object(train.Trainer, "validate", side_effect=metrics)
        with falling, self.assertRaisesRegex(SystemExit, "18.90 dB at step 2 after 20.00 dB"):
            self.run_training("out", ["--save-minutes", "0", "--steps", "2"])
        state = torch.load(os.path.join(self.folder, "out", "state.pt"))
        self.assertEqual(state["step"], 1)

    def run_training(self, name: str, more: list[str]) -> bytes:
        """Four steps of a small net; returns the weights file."""
        out = os.path.join(self.folder, name)
        options = "--steps 4 --warmup 1 --cooldown 2 --large-crops 1 --rate 0.01 --crop 32 --batch 4"
        folders = ["--data", self.folder, "--valid", self.folder, "--out", out]
        small = small_net()
        net = mock.patch.object(deepjscc, "DeepJscc", lambda latent: small)
        start = mock.patch.object(deepjscc, "start")  # no KLT: it is slow and tested above
        quiet = contextlib.redirect_stdout(io.StringIO())
        argv = mock.patch.object(sys, "argv", ["train.py", *folders, *options.split(), *more])
        with net, start, quiet, argv:
            train.main()
        with open(os.path.join(out, "deepjscc-compact.safetensors"), "rb") as file:
            return file.read()


if __name__ == "__main__":
    unittest.main()
