#!/usr/bin/env python3
"""PyTorch's side of `make bench`: the update as people write it.

torchvision's ResNet-18 with the same projection head and classifier, eager,
float32, NCHW, torch.optim.SGD with its defaults, cross-entropy, a cosine
schedule. The pictures stand in memory as bytes and become a normalised float
tensor in every update, as on our side.

It is driven turn by turn, so that it never runs while the other side is
measured. After its start it prints its versions as one line of JSON; then each
line of standard input is a number of updates to do, answered by one line with
the seconds they took. Between turns it waits and computes nothing.

    echo 3 | python3 tools/bench/reference.py --size 64 --batch 96 --threads 2

Needs torch and torchvision (2.11.0 and 0.26.0 were used).
"""

import argparse
import json
import sys
import time

import numpy as np
import torch
import torchvision


class Net(torch.nn.Module):
    """resnet18 with a 512-128 head of linear, batch norm and ReLU, and a classifier."""

    def __init__(self, classes):
        super().__init__()
        self.backbone = torchvision.models.resnet18(weights=None)
        self.backbone.fc = torch.nn.Identity()
        layers, width = [], 512
        for out in (512, 128):
            layers += [torch.nn.Linear(width, out, bias=False), torch.nn.BatchNorm1d(out), torch.nn.ReLU(inplace=True)]
            width = out
        self.head = torch.nn.Sequential(*layers)
        self.classifier = torch.nn.Linear(width, classes)

    def forward(self, x):
        return self.classifier(self.head(self.backbone(x)))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--size", type=int, required=True, help="side of the square pictures, in pixels")
    p.add_argument("--batch", type=int, required=True, help="pictures in an update, all views together")
    p.add_argument("--threads", type=int, required=True)
    a = p.parse_args()

    torch.set_num_threads(a.threads)
    torch.manual_seed(0)
    classes = 3
    net = Net(classes).train()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.03, momentum=0.9, weight_decay=3e-5)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=65536)
    criterion = torch.nn.CrossEntropyLoss()

    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, size=(a.batch, a.size, a.size, 3), dtype=np.uint8)
    labels = torch.arange(a.batch) * classes // a.batch
    mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)

    def update():
        x = torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous().float().div_(255).sub_(mean).div_(std)
        optimizer.zero_grad()
        loss = criterion(net(x), labels)
        loss.backward()
        optimizer.step()
        schedule.step()
        return loss.item()

    print(json.dumps({"torch": torch.__version__.partition("+")[0], "torchvision": torchvision.__version__}), flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        for _ in range(int(line)):
            update()
        print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)


if __name__ == "__main__":
    main()
