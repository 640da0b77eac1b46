#!/usr/bin/env python3
"""Decoding as people write it: Pillow's open, convert and resize, one thread.

Driven turn by turn like reference.py: each line of standard input is a number of
passes over a folder's pictures, answered by the processor time they took.
Pictures become arrays of bytes, as a data set of a training does it.

    echo 1 | python3 tools/bench/decode_reference.py --folder pictures --size 256

Needs Pillow and numpy (Pillow 13.0.0 was used).
"""

import argparse
import json
import pathlib
import sys
import time

import numpy as np
from PIL import Image


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--folder", required=True, type=pathlib.Path)
    p.add_argument("--size", type=int, required=True, help="side of the square they are resized to, in pixels")
    a = p.parse_args()
    files = sorted(a.folder.iterdir())
    print(json.dumps({"work": f"{len(files)} files to {a.size} px"}), flush=True)
    for line in sys.stdin:
        start = time.process_time()
        for _ in range(int(line)):
            for file in files:
                # torchvision's Resize is Pillow's resize, bilinear.
                np.asarray(Image.open(file).convert("RGB").resize((a.size, a.size), Image.Resampling.BILINEAR))
        print(json.dumps({"processor": time.process_time() - start}), flush=True)


if __name__ == "__main__":
    main()
