#!/usr/bin/env python3
"""PyTorch's side of `make bench`: the update as people write it.

torchvision's ResNet-18, or another, with the same projection head and classifier, eager,
float32, NCHW, torch.optim.SGD with its defaults, cross-entropy, a cosine
schedule. The pictures stand in memory as bytes and become a normalised float
tensor in every update, as on our side; on CUDA the memory is pinned and the
bytes are normalised there. Flags turn on what PyTorch's tuning guide advises:
--amp (autocast, with a gradient scaler for fp16), --channels-last, --compile.

It is driven turn by turn, so that it never runs while the other side is
measured. After its start it prints what it is about to do as one line of JSON;
then each line of standard input is a number of updates to do, answered by one
line with the seconds they took and the highest resident memory so far. A line
"matmul fp32" or "matmul bf16" is answered with the operations a second that a
large product of matrices of that type reaches. A line "forward N" takes the
embeddings of the pictures N times, in inference. Between turns it waits and
computes nothing.

    echo 3 | python3 tools/bench/reference.py --size 64 --batch 96 --threads 2

Needs torch and torchvision (2.11.0 and 0.26.0 were used).
"""

import argparse
import contextlib
import json
import resource
import sys
import time

import numpy as np
import torch
from reference_net import Net, version

TYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--size", type=int, required=True, help="side of the square pictures, in pixels")
    p.add_argument("--batch", type=int, required=True, help="pictures in an update, all views together")
    p.add_argument("--threads", type=int, required=True)
    p.add_argument("--device", default="cpu", help="cpu or cuda:N")
    p.add_argument("--net", default="resnet18", help="backbone, of torchvision")
    p.add_argument("--width", type=int, default=64, help="channels of the first stage")
    p.add_argument("--head", type=int, nargs="*", default=[512, 128], help="widths of the projection head")
    p.add_argument("--amp", choices=["off", "bf16", "fp16"], default="off")
    p.add_argument("--channels-last", action="store_true")
    p.add_argument("--compile", action="store_true", help="torch.compile the network")
    p.add_argument("--tf32", action="store_true", help="TF32 on CUDA, in products and convolutions")
    p.add_argument("--no-onednn", action="store_true", help="libtorch's own kernels on the CPU")
    return p.parse_args()


def updates(a, device):
    """Makes the network and returns its number of weights, and functions that do n updates and n forward passes."""
    classes = 3
    net = Net(classes, a.head, a.width, a.net).to(device).train()
    weights = sum(p.numel() for p in net.parameters())
    if a.channels_last:
        net = net.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.03, momentum=0.9, weight_decay=3e-5)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=65536)
    criterion = torch.nn.CrossEntropyLoss()
    scaler = torch.amp.GradScaler(device.type, enabled=a.amp == "fp16")
    if a.compile:
        net = torch.compile(net)

    rng = np.random.default_rng(0)
    pictures = torch.from_numpy(rng.integers(0, 256, size=(a.batch, a.size, a.size, 3), dtype=np.uint8))
    if device.type == "cuda":
        pictures = pictures.pin_memory()
    labels = (torch.arange(a.batch) * classes // a.batch).to(device)
    mean = torch.tensor([0.485, 0.456, 0.406], device=device).view(3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225], device=device).view(3, 1, 1)
    layout = torch.channels_last if a.channels_last else torch.contiguous_format

    def run(n):
        total = torch.zeros((), device=device)
        for _ in range(n):
            x = pictures.to(device, non_blocking=True).permute(0, 3, 1, 2)
            x = x.contiguous(memory_format=layout).float().div_(255).sub_(mean).div_(std)
            optimizer.zero_grad()
            with contextlib.nullcontext() if a.amp == "off" else torch.autocast(device.type, TYPES[a.amp]):
                loss = criterion(net(x), labels)
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            schedule.step()
            total += loss.detach()
        return total.item()  # waits for the device

    def forward(n):
        net.eval()
        with torch.no_grad():
            for _ in range(n):
                x = pictures.to(device, non_blocking=True).permute(0, 3, 1, 2)
                x = x.contiguous(memory_format=layout).float().div_(255).sub_(mean).div_(std)
                out = net.backbone(x).cpu()
        net.train()
        return out.sum().item()

    return weights, run, forward


def product(dtype, device):
    """The operations a second of the fastest of some products of large matrices."""
    n = 8192 if device.type == "cuda" else 2048
    x, y = (torch.randn(n, n, device=device).to(dtype) for _ in range(2))
    out = torch.empty(n, n, device=device, dtype=dtype)
    fastest = float("inf")
    for _ in range(12):
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        start = time.perf_counter()
        torch.mm(x, y, out=out)
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        fastest = min(fastest, time.perf_counter() - start)
    return 2 * n**3 / fastest


def main():
    a = arguments()
    device = torch.device(a.device)
    torch.set_num_threads(a.threads)
    torch.backends.mkldnn.enabled = not a.no_onednn
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = a.tf32
    torch.backends.cudnn.benchmark = True  # as ours; without it cuDNN guesses
    torch.manual_seed(0)
    weights, run, forward = updates(a, device)

    def say(**answer):
        print(json.dumps(answer), flush=True)

    say(torch=version(), work=f"{a.batch} pictures of {a.size} px, {weights} weights, "
                              f"{torch.get_num_threads()} threads, {device}")
    for line in sys.stdin:
        kind, _, dtype = line.strip().partition(" ")
        if kind == "matmul":
            say(flops=product(TYPES[dtype], device))
            continue
        start = time.perf_counter()
        loss = forward(int(dtype)) if kind == "forward" else run(int(kind))
        seconds = time.perf_counter() - start
        if not np.isfinite(loss):
            sys.exit(f"reference.py: the loss is {loss} after {kind} updates")
        say(seconds=seconds, peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
