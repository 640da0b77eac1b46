#!/usr/bin/env python3
"""Augmentation as people write it: torchvision and Pillow, one thread.

The other side of tools/bench/augment: the same work on the same kind of
pictures, measured the same way. One source picture becomes three, normal,
CutPaste and Scar: reflect-padded random crop and ColorJitter (torchvision's
own transforms on Pillow images, as every published pipeline has them), then a
patch cut, jittered and pasted, or a scar cut, jittered, rotated with its alpha
mask and pasted.

    python3 tools/bench/augment_reference.py --size 256 --seconds 3 --views shared --hue 0 --json

Prints the rate of output pictures and of source pictures, per second of
processor time, so that other programs on the machine disturb it little; --json
prints one object with the same keys as the Go program. Needs torchvision and Pillow
(torch 2.11.0, torchvision 0.26.0, Pillow 13.0.0 were used).
"""

import argparse
import json
import math
import random
import time

import numpy as np
import torch
from PIL import Image
from torchvision import transforms

SOURCES = 32


def sources(size):
    """Smooth colour pictures with some noise, seeded: jitter's cost hardly depends on the content."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:size, 0:size] / size
    out = []
    for _ in range(SOURCES):
        f = rng.uniform(1, 6, size=(3, 2))
        a = np.stack([0.5 + 0.4 * np.sin(2 * math.pi * (f[c, 0] * x + f[c, 1] * y)) for c in range(3)], -1)
        a = a + rng.normal(0, 0.03, size=a.shape)
        out.append(Image.fromarray((np.clip(a, 0, 1) * 255).astype(np.uint8)))
    return out


class CutPaste:
    """A rectangle of the picture, jittered, pasted elsewhere (paper, A.2)."""

    def __init__(self):
        self.jitter = transforms.ColorJitter(0.1, 0.1, 0.1, 0.1)

    def __call__(self, img):
        w, h = img.size
        area = random.uniform(0.02, 0.15) * w * h
        aspect = math.exp(random.uniform(math.log(0.3), math.log(3.3)))
        cw = min(w, max(1, round(math.sqrt(area * aspect))))
        ch = min(h, max(1, round(math.sqrt(area / aspect))))
        x, y = random.randint(0, w - cw), random.randint(0, h - ch)
        patch = self.jitter(img.crop((x, y, x + cw, y + ch)))
        out = img.copy()
        out.paste(patch, (random.randint(0, w - cw), random.randint(0, h - ch)))
        return out


class Scar:
    """A thin strip of the picture, jittered, rotated with its alpha mask, pasted elsewhere (paper, A.2)."""

    def __init__(self):
        self.jitter = transforms.ColorJitter(0.1, 0.1, 0.1, 0.1)

    def __call__(self, img):
        w, h = img.size
        cw, ch = round(random.uniform(2, 16)), round(random.uniform(10, 25))
        x, y = random.randint(0, w - cw), random.randint(0, h - ch)
        patch = self.jitter(img.crop((x, y, x + cw, y + ch)))
        patch = patch.convert("RGBA").rotate(random.uniform(-45, 45), expand=True)
        mask = patch.split()[-1]
        patch = patch.convert("RGB")
        out = img.copy()
        at = (random.randint(0, max(0, w - patch.size[0])), random.randint(0, max(0, h - patch.size[1])))
        out.paste(patch, at, mask=mask)
        return out


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--size", type=int, default=256, help="side of the square pictures, in pixels")
    p.add_argument("--seconds", type=float, default=3, help="how long to measure")
    p.add_argument("--views", choices=["shared", "independent"], default="shared",
                   help="do the three views of a picture share its translation and jitter")
    p.add_argument("--hue", type=float, default=0.0, help="strength of the base jitter's hue, 0 to 0.5")
    p.add_argument("--json", action="store_true", help="print one JSON object")
    a = p.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(0)
    random.seed(0)

    base = transforms.Compose([
        transforms.RandomCrop(a.size, padding=round(0.125 * a.size), padding_mode="reflect"),
        transforms.ColorJitter(0.125, 0.4, 0.4, a.hue),
    ])
    cutpaste, scar = CutPaste(), Scar()

    def shared(img):
        b = base(img)
        return b, cutpaste(b), scar(b)

    def independent(img):
        return base(img), cutpaste(base(img)), scar(base(img))

    views = shared if a.views == "shared" else independent
    pictures = sources(a.size)
    for img in pictures[:4]:
        views(img)
    done, start, used = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - start < a.seconds:
        views(pictures[done % SOURCES])
        done += 1
    rate = done / (time.process_time() - used)
    if a.json:
        print(json.dumps({"name": f"augment {a.size} px {a.views} hue {a.hue:g}",
                          "images_per_second": 3 * rate, "sources_per_second": rate}))
    else:
        print(f"torchvision on Pillow, 3-way, {a.size} px, views {a.views}, hue {a.hue:g}: "
              f"{3 * rate:.0f} pictures/s from {rate:.0f} source pictures/s, one thread")


if __name__ == "__main__":
    main()
