"""The published generator in PyTorch: one picture a line read, its wall and CPU milliseconds out.

    python3 generator_run.py ROWS COLUMNS         (of the latent)

Started by generator_bench.ts with OMP_NUM_THREADS set.
"""
import os
import resource
import sys
import time

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "../../../train/torch"))

import torch

import gan_jscc_paper

threads = int(os.environ["OMP_NUM_THREADS"])
torch.set_num_threads(threads)
torch.manual_seed(0)
generator = gan_jscc_paper.Decoder(2, gan_jscc_paper.WIDTH).eval()
y = torch.randn(1, 2, int(sys.argv[1]), int(sys.argv[2]))
snr = torch.full((1, 1), 10.0)


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


with torch.no_grad():
    for _ in sys.stdin:
        start, cpu = time.perf_counter(), cpu_seconds()
        generator(y, snr)
        print(f"{1000 * (time.perf_counter() - start)} {1000 * (cpu_seconds() - cpu)}", flush=True)
