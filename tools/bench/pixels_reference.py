#!/usr/bin/env python3
"""Pixel AUROC, AP and AUPRO as people write them: scikit-learn's roc_auc_score and
average_precision_score over all pixels of all maps, and PRO in the manner of MVTec
AD's evaluation, with scikit-image's labelling: what each pixel adds to the
false-positive rate or to its region's overlap, all pixels sorted once, running sums.

Driven turn by turn like reference.py: a line before the maps are read, then one
for each line of standard input, which is a number of passes. The file holds all
maps as float32, then all masks as bytes. Memory is in MiB, the lowest before the
maps are read and the highest so far.

    echo 1 | python3 tools/bench/pixels_reference.py --file maps --images 100 --size 256

Needs numpy, scikit-learn and scikit-image (scikit-image 0.26.0 was used).
"""

import argparse
import json
import sys
import time

import numpy as np
from skimage.measure import label
from sklearn.metrics import average_precision_score, roc_auc_score

LIMIT = 0.3


def memory(key):
    with open("/proc/self/status") as f:
        return next(int(line.split()[1]) / 1024 for line in f if line.startswith(key + ":"))


def aupro(maps, masks):
    normal = masks == 0
    overlap = np.zeros(maps.shape)
    regions = 0
    for i, mask in enumerate(masks):
        labels = label(mask, connectivity=2)
        for k in range(1, labels.max() + 1):
            region = labels == k
            overlap[i][region] = 1 / region.sum()
        regions += labels.max()
    order = np.argsort(maps, axis=None)[::-1]
    scores = maps.ravel()[order]
    fpr = np.cumsum(normal.ravel()[order]) / normal.sum()
    pro = np.cumsum(overlap.ravel()[order]) / regions
    last = np.append(scores[1:] != scores[:-1], True)  # of each run of equal scores
    fpr, pro = np.append(0, fpr[last]), np.append(0, pro[last])
    inside = fpr <= LIMIT
    x = np.append(fpr[inside], LIMIT)
    y = np.append(pro[inside], np.interp(LIMIT, fpr, pro))
    return np.trapezoid(y, x) / LIMIT


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--file", required=True)
    p.add_argument("--images", type=int, required=True)
    p.add_argument("--size", type=int, required=True, help="side of a map in pixels")
    a = p.parse_args()

    def say(**answer):
        print(json.dumps(answer), flush=True)

    say(work=f"{a.images} maps of {a.size} px", resident=memory("VmRSS"))
    shape = (a.images, a.size, a.size)
    with open(a.file, "rb") as f:
        maps = np.fromfile(f, np.float32, a.images * a.size * a.size).reshape(shape)
        masks = np.fromfile(f, np.uint8).reshape(shape)
    for line in sys.stdin:
        start = time.perf_counter()
        for _ in range(int(line)):
            results = roc_auc_score(masks.ravel() > 0, maps.ravel()), \
                average_precision_score(masks.ravel() > 0, maps.ravel()), aupro(maps, masks)
        say(seconds=time.perf_counter() - start, peak=memory("VmHWM"), results=[float(r) for r in results])


if __name__ == "__main__":
    main()
