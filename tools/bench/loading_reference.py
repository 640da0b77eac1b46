#!/usr/bin/env python3
"""PyTorch's side of loading weights: torch.load and load_state_dict.

    python3 tools/bench/loading_reference.py make FILE NET    # writes a file of random weights
    echo 3 | python3 tools/bench/loading_reference.py load FILE NET

Loading is driven turn by turn like reference.py: a line before the network is
made, then one for each line of standard input, which is a number of loadings.
Resident memory is in MiB.
"""

import json
import resource
import sys
import time

import torch
import torchvision
from reference_net import resident, version


def main():
    verb, file, name = sys.argv[1:]

    def make():
        net = getattr(torchvision.models, name)(weights=None)
        net.fc = torch.nn.Identity()  # ours leaves a classifier out
        return net

    if verb == "make":
        torch.save(make().state_dict(), file)
        return

    def say(**answer):
        print(json.dumps(answer), flush=True)

    say(torch=version(), work=f"weights of {name}", resident=resident())
    net = make()
    for line in sys.stdin:
        start = time.perf_counter()
        for _ in range(int(line)):
            net.load_state_dict(torch.load(file, map_location="cpu", weights_only=True))
        say(seconds=time.perf_counter() - start, resident=resident(),
            peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
