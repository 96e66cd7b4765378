"""The autoencoder of autoencoder.ts in PyTorch: one training step a line read, its wall and CPU milliseconds out.

Started by training_step_bench.ts with OMP_NUM_THREADS set, which torch.set_num_threads alone does
not replace.
"""
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

threads, batch = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(threads)
torch.manual_seed(0)


def convolution(filter, stride, channels_in, channels_out):
    return nn.Conv2d(channels_in, channels_out, filter, stride, filter // 2)


def transposed(channels_in, channels_out):
    return nn.ConvTranspose2d(channels_in, channels_out, 5, 2, 2, 1)


encoder = nn.Sequential(
    convolution(5, 2, 3, 64), nn.PReLU(64),
    convolution(5, 2, 64, 128), nn.PReLU(128),
    convolution(3, 1, 128, 128), nn.PReLU(128),
    convolution(3, 1, 128, 128), nn.PReLU(128),
    convolution(3, 1, 128, 24),
)
decoder = nn.Sequential(
    convolution(3, 1, 24, 128), nn.PReLU(128),
    convolution(3, 1, 128, 128), nn.PReLU(128),
    transposed(128, 64), nn.PReLU(64),
    transposed(64, 3), nn.Sigmoid(),
)
x = torch.rand(batch, 3, 128, 128)
noise = torch.randn(batch, 24, 32, 32) * 0.3
optimiser = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], 1e-4)


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


for _ in sys.stdin:
    start, cpu = time.perf_counter(), cpu_seconds()
    symbols = encoder(x)
    power = (symbols * symbols).mean((1, 2, 3), keepdim=True)
    loss = F.mse_loss(decoder(symbols / torch.sqrt(power + 1e-9) + noise), x)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    loss.item()
    print(f"{1000 * (time.perf_counter() - start)} {1000 * (cpu_seconds() - cpu)}", flush=True)
