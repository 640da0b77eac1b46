#!/usr/bin/env python3
"""Makes data/augment/testdata/torchvision.json: what torchvision and Pillow do to small pictures.

    python3 tools/golden/jitter.py

- jitter: brightness, contrast, saturation and hue, each alone and composed in a
  given order, with factors on the grid of 1/4096 that plans use and off it;
- every_colour: SHA-256 of all 2^24 colours (blue fastest) after a shift of Pillow's hue;
- translate: RandomCrop's reflected padding and crop at given offsets;
- rotate: for rotated cuts, which source pixel every pixel of the expanded box
  shows, from Image.rotate(expand=True) with its default sampling;
- turn: square pictures turned by quarters, from np.rot90, as Gidaris et al. do;
- confetti: a rectangle of a picture jittered where it lies.

Made with torch 2.11.0, torchvision 0.26.0, Pillow 13.0.0, numpy 2.4.6. Seeded:
a second run gives the same file.
"""

import base64
import hashlib
import json
import os

import numpy as np
import PIL
import torchvision
import torchvision.transforms.functional as F
from PIL import Image

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "data", "augment", "testdata", "torchvision.json")
W, H = 11, 9  # 99 pixels: no multiple of a vector's width


def b64(a):
    return base64.b64encode(np.ascontiguousarray(a, dtype=np.uint8).tobytes()).decode()


def pictures(rng):
    y, x = np.mgrid[0:H, 0:W]
    noise = rng.integers(0, 256, size=(H, W, 3))
    smooth = np.stack([x * 255 // (W - 1), y * 255 // (H - 1), (x + y) * 255 // (W + H - 2)], -1)
    dull = 120 + rng.integers(0, 12, size=(H, W, 3))
    grey = np.repeat(rng.integers(0, 256, size=(H, W, 1)), 3, axis=2)
    return [a.astype(np.uint8) for a in (noise, smooth, dull, grey)]


ADJUST = {
    "brightness": F.adjust_brightness,
    "contrast": F.adjust_contrast,
    "saturation": F.adjust_saturation,
    "hue": F.adjust_hue,
}


def jitter_cases(rng, pics):
    lists = []
    for f in (0.0, 0.25, 0.6, 1.0, 1.125, 1.4, 2.0):
        lists += [[(op, f)] for op in ("brightness", "contrast", "saturation")]
    lists += [[("hue", f)] for f in (-0.5, -0.1, -0.003, 0.0, 0.04, 0.1, 0.5)]
    names = list(ADJUST)
    for _ in range(24):
        ops = [names[i] for i in rng.permutation(4)[: rng.integers(2, 5)]]
        # A level's difference before 8-bit hue has no bound after it: hue only beside factors on the grid.
        grid = "hue" in ops or rng.integers(0, 2) == 0
        case = []
        for op in ops:
            f = rng.uniform(-0.2, 0.2) if op == "hue" else rng.uniform(0.6, 1.4)
            case.append((op, round(f * 4096) / 4096 if grid and op != "hue" else float(f)))
        lists.append(case)
    out = []
    for n, ops in enumerate(lists):
        p = n % len(pics)
        img = Image.fromarray(pics[p])
        for op, f in ops:
            img = ADJUST[op](img, f)
        out.append({"picture": p, "ops": [{"op": op, "factor": f} for op, f in ops], "rgb": b64(np.array(img))})
    return out


def every_colour_cases():
    n = np.arange(1 << 24, dtype=np.uint32)
    rgb = np.stack([n >> 16, (n >> 8) & 255, n & 255], -1).astype(np.uint8).reshape(4096, 4096, 3)
    h, s, v = Image.fromarray(rgb).convert("HSV").split()
    out = []
    for shift in (0, 25, 231):
        turned = Image.fromarray(np.array(h) + np.uint8(shift))
        after = np.array(Image.merge("HSV", (turned, s, v)).convert("RGB"))
        out.append({"shift": shift, "sha256": hashlib.sha256(after.tobytes()).hexdigest()})
    return out


def translate_cases(pics):
    square = pics[0][:H, :H]
    out = []
    pad = 4
    padded = F.pad(Image.fromarray(square), [pad], padding_mode="reflect")
    for dx, dy in ((0, 0), (4, -4), (-4, 4), (1, 0), (0, -3), (-2, -1)):
        crop = F.crop(padded, pad + dy, pad + dx, H, H)
        out.append({"size": H, "dx": dx, "dy": dy, "in": b64(square), "out": b64(np.array(crop))})
    return out


def rotate_cases():
    out = []
    for w, h, degrees in ((2, 10, 30.0), (16, 25, -45.0), (16, 25, 44.9), (7, 13, 0.5), (1, 1, 20.0), (3, 25, -12.345),
                          (9, 9, 45.0), (40, 23, 17.0), (31, 12, -77.7), (12, 31, 133.3), (5, 18, 0.0)):
        v, u = np.mgrid[0:h, 0:w]
        a = np.stack([u, v, np.zeros_like(u), np.full_like(u, 255)], -1).astype(np.uint8)
        r = np.array(Image.fromarray(a, "RGBA").rotate(degrees, expand=True))
        uv = np.where(r[..., 3:] == 255, r[..., :2], 255)
        out.append({"w": w, "h": h, "degrees": degrees, "box_w": r.shape[1], "box_h": r.shape[0], "uv": b64(uv)})
    return out


def turn_cases(rng):
    out = []
    for size in (1, 2, 7, 8):
        a = rng.integers(0, 256, size=(size, size, 3)).astype(np.uint8)
        out += [{"size": size, "quarters": k, "in": b64(a), "out": b64(np.rot90(a, k))} for k in (1, 2, 3)]
    return out


def confetti_cases(rng, pics):
    out = []
    for p, (x, y, w, h) in enumerate(((0, 0, 4, 3), (5, 2, 4, 7), (3, 1, 2, 5), (0, 8, 9, 1))):
        a = pics[p][:H, :H].copy()
        ops = [(op, float(rng.uniform(-0.2, 0.2)) if op == "hue" else round(rng.uniform(0.6, 1.4) * 4096) / 4096)
               for op in rng.permutation(list(ADJUST))]
        patch = Image.fromarray(a[y:y + h, x:x + w])
        for op, f in ops:
            patch = ADJUST[op](patch, f)
        case = {"size": H, "x": x, "y": y, "w": w, "h": h, "in": b64(a), "ops": [{"op": op, "factor": f} for op, f in ops]}
        a[y:y + h, x:x + w] = np.array(patch)
        out.append({**case, "out": b64(a)})
    return out


def main():
    rng = np.random.default_rng(7)
    pics = pictures(rng)
    doc = {
        "made_by": "tools/golden/jitter.py",
        "versions": {"torchvision": torchvision.__version__, "pillow": PIL.__version__},
        "pictures": [b64(p) for p in pics],
        "jitter": jitter_cases(rng, pics),
        "every_colour": every_colour_cases(),
        "translate": translate_cases(pics),
        "rotate": rotate_cases(),
        "turn": turn_cases(rng),
        "confetti": confetti_cases(rng, pics),
    }
    os.makedirs(os.path.dirname(OUT), exist_ok=True)
    with open(OUT, "w") as f:
        json.dump(doc, f, indent=1)
        f.write("\n")
    print(os.path.relpath(OUT), os.path.getsize(OUT), "bytes")


if __name__ == "__main__":
    main()
