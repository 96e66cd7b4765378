"""SqueezeNet 1.1 with LPIPS and GoogLeNet in PyTorch with made-up weights, for the clock alone.

Reads lines "lpips" (a pair of 768x512) or "googlenet N" (N patches of 256x256); answers each with its
wall and CPU milliseconds. Started by networks_bench.ts with OMP_NUM_THREADS=1.
"""
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(0)


class Fire(nn.Module):
    def __init__(self, channels, squeezed, expanded):
        super().__init__()
        self.squeeze = nn.Conv2d(channels, squeezed, 1)
        self.expand1 = nn.Conv2d(squeezed, expanded, 1)
        self.expand3 = nn.Conv2d(squeezed, expanded, 3, padding=1)

    def forward(self, x):
        x = F.relu(self.squeeze(x))
        return torch.cat([F.relu(self.expand1(x)), F.relu(self.expand3(x))], 1)


def ceil_pool():
    return nn.MaxPool2d(3, 2, ceil_mode=True)


squeezenet = nn.ModuleList([
    nn.Sequential(nn.Conv2d(3, 64, 3, 2), nn.ReLU()),
    nn.Sequential(ceil_pool(), Fire(64, 16, 64), Fire(128, 16, 64)),
    nn.Sequential(ceil_pool(), Fire(128, 32, 128), Fire(256, 32, 128)),
    nn.Sequential(ceil_pool(), Fire(256, 48, 192)),
    Fire(384, 48, 192), Fire(384, 64, 256), Fire(512, 64, 256),
])


def lpips(a, b):
    total = 0
    for stage in squeezenet:
        a, b = stage(a), stage(b)
        unit = [x / (x.square().sum(1, keepdim=True).sqrt() + 1e-10) for x in (a, b)]
        weight = torch.ones(1, a.shape[1], 1, 1)
        total += F.conv2d((unit[0] - unit[1]).square(), weight).mean()
    return float(total)


class Inception(nn.Module):
    def __init__(self, channels, one, three, three3, five, five5, pooled):
        super().__init__()
        self.one = nn.Conv2d(channels, one, 1)
        self.three, self.three3 = nn.Conv2d(channels, three, 1), nn.Conv2d(three, three3, 3, padding=1)
        self.five, self.five5 = nn.Conv2d(channels, five, 1), nn.Conv2d(five, five5, 5, padding=2)
        self.pooled = nn.Conv2d(channels, pooled, 1)

    def forward(self, x):
        return torch.cat([
            F.relu(self.one(x)),
            F.relu(self.three3(F.relu(self.three(x)))),
            F.relu(self.five5(F.relu(self.five(x)))),
            F.relu(self.pooled(F.max_pool2d(x, 3, 1, 1))),
        ], 1)


googlenet = nn.Sequential(
    nn.Conv2d(3, 64, 7, 2, 3), nn.ReLU(), ceil_pool(), nn.LocalResponseNorm(5, 1e-4, 0.75, 1),
    nn.Conv2d(64, 64, 1), nn.ReLU(), nn.Conv2d(64, 192, 3, padding=1), nn.ReLU(),
    nn.LocalResponseNorm(5, 1e-4, 0.75, 1), ceil_pool(),
    Inception(192, 64, 96, 128, 16, 32, 32), Inception(256, 128, 128, 192, 32, 96, 64), ceil_pool(),
    Inception(480, 192, 96, 208, 16, 48, 64), Inception(512, 160, 112, 224, 24, 64, 64),
    Inception(512, 128, 128, 256, 24, 64, 64), Inception(512, 112, 144, 288, 32, 64, 64),
    Inception(528, 256, 160, 320, 32, 128, 128), ceil_pool(),
    Inception(832, 256, 160, 320, 32, 128, 128), Inception(832, 384, 192, 384, 48, 128, 128),
)


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


with torch.no_grad():
    a, b = torch.rand(1, 3, 512, 768), torch.rand(1, 3, 512, 768)
    for line in sys.stdin:
        what, *count = line.split()
        patches = torch.rand(int(count[0]), 3, 256, 256) if count else None
        start, cpu = time.perf_counter(), cpu_seconds()
        if what == "lpips":
            lpips(a, b)
        else:
            googlenet(patches).mean((2, 3))
        print(f"{1000 * (time.perf_counter() - start)} {1000 * (cpu_seconds() - cpu)}", flush=True)
