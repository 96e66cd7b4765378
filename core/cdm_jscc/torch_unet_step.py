"""Steps of the published U-Net on request, for the bench: one for each line on stdin.

    python3 torch_unet_step.py WIDTH HEIGHT

answers each line with wall and CPU milliseconds. The network is that of train/torch, whose forms of
the published layers are the quickest that PyTorch was found to have on a CPU: 1x1 convolutions through
oneDNN, transposed ones as a convolution and a shuffle.
"""

import os
import sys
import time

import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "train", "torch"))

import cdm_jscc  # noqa: E402


@torch.no_grad()
def main(width: int, height: int) -> None:
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    torch.manual_seed(1)
    net = cdm_jscc.build("paper").denoise_fn
    maps = [
        torch.randn(1, channels, height >> level, width >> level)
        for level, channels in enumerate((64, 64, 128, 192))
    ]
    x, t = torch.randn(1, 3, height, width), torch.tensor([0.4])
    for _ in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        net(x, t, None, maps)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        print(1000 * wall, 1000 * cpu, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
