#!/usr/bin/env python3
"""PyTorch's side of dense embedding: every window of a picture by unfold, as people
write it: torchvision's ResNet-18, eager, float32, NCHW, in inference mode.

Windows are 64 px at stride 4 of a picture of 256 px, which stands in memory as bytes;
--rows is how many of their 49 rows of 49 are embedded. Driven turn by turn like
reference.py. Memory is in MiB, the lowest before the network is made and the highest
so far.

    echo 1 | python3 tools/bench/windows_reference.py --rows 49 --batch 256 --threads 2

Needs torch and torchvision (2.11.0 and 0.26.0 were used).
"""

import argparse
import json
import resource
import sys
import time

import numpy as np
import torch
from reference_net import backbone, resident, small_stem, version

PICTURE, WINDOW, STRIDE = 256, 64, 4


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--rows", type=int, required=True, help="of windows")
    p.add_argument("--batch", type=int, required=True, help="windows at a time")
    p.add_argument("--threads", type=int, required=True)
    p.add_argument("--device", default="cpu", help="cpu or cuda:N")
    p.add_argument("--stem", choices=["imagenet", "small"], default="imagenet")
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True  # as ours
    torch.manual_seed(0)
    before = resident()

    device = torch.device(a.device)
    net, dim = backbone("resnet18")
    if a.stem == "small":
        small_stem(net)
    net = net.to(device).eval()
    rng = np.random.default_rng(0)
    picture = torch.from_numpy(rng.integers(0, 256, size=(1, PICTURE, PICTURE, 3), dtype=np.uint8))
    mean = torch.tensor([0.485, 0.456, 0.406], device=device).view(3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225], device=device).view(3, 1, 1)
    height = WINDOW + (a.rows - 1) * STRIDE  # of what those rows cover

    def embed():
        x = picture.to(device).permute(0, 3, 1, 2).contiguous().float().div_(255).sub_(mean).div_(std)
        windows = x[:, :, :height].unfold(2, WINDOW, STRIDE).unfold(3, WINDOW, STRIDE)
        windows = windows.permute(0, 2, 3, 1, 4, 5).reshape(-1, 3, WINDOW, WINDOW)
        return torch.cat([net(batch).cpu() for batch in windows.split(a.batch)])

    def say(**answer):
        print(json.dumps(answer), flush=True)

    count = a.rows * ((PICTURE - WINDOW) // STRIDE + 1)
    say(torch=version(), resident=before,
        work=f"{count} windows, {dim} features, {torch.get_num_threads()} threads, {device}")
    for line in sys.stdin:
        start = time.perf_counter()
        with torch.inference_mode():
            for _ in range(int(line)):
                embeddings = embed()
        seconds = time.perf_counter() - start
        if embeddings.shape != (count, dim) or not bool(embeddings.isfinite().all()):
            sys.exit("windows_reference.py: these are no embeddings")
        say(seconds=seconds, resident=resident(), peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
