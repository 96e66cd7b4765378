"""The jobs of sample_timing.ts in PyTorch: one for each line read, its wall and CPU milliseconds out.

    python3 sample_timing.py step|picture THREADS

Started with OMP_NUM_THREADS set, which torch.set_num_threads alone does not replace.
"""

import os
import resource
import sys
import time

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "../../../train/torch"))

import torch

import deepjscc

job, threads = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(threads)
torch.manual_seed(0)
net = deepjscc.DeepJscc()
optimiser = torch.optim.Adam(net.parameters(), 1e-6)
x = torch.rand(8, 3, 128, 128) if job == "step" else torch.rand(1, 3, 512, 768)


def step() -> None:
    loss = deepjscc.loss(x, net(x, 0.1), 1e-3)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    loss.item()


@torch.no_grad()
def picture() -> None:
    net(x, 0.1, 3).clamp(0, 1).sum().item()


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


for _ in sys.stdin:
    start, cpu = time.perf_counter(), cpu_seconds()
    step() if job == "step" else picture()
    print(f"{1000 * (time.perf_counter() - start)} {1000 * (cpu_seconds() - cpu)}", flush=True)
