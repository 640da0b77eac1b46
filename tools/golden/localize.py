"""Makes experiments/localize/testdata/upsample.json: scores of windows, and the
maps that PyTorch and SciPy make of them. Run from anywhere:

    python3 tools/golden/localize.py

Made with torch 2.11.0, numpy 2.4.6 and scipy 1.17.1, in float64. A case of upsample
has the side of the windows, their size and stride, sigma, scores [side,side], and

    plain       torch.nn.functional.conv_transpose2d at the stride with FCDD's
                kernel: scipy.signal.windows.gaussian; for an even size the one of
                size - 1 with its middle doubled. Its halving is left out, and it is
                divided by (its sum / stride)^2 instead.
    normalized  the same divided by the transposed convolution of ones

with the map's rows 0, 1, middle and last. A case of filter is
scipy.ndimage.gaussian_filter, one of resize torch.nn.functional.interpolate
(bilinear, align_corners=False), whole.
"""

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from scipy.ndimage import gaussian_filter
from scipy.signal.windows import gaussian

rng = np.random.default_rng(20210406)


def line(size, sigma):
    if size % 2:
        return gaussian(size, std=sigma)
    odd = gaussian(size - 1, std=sigma)
    middle = (size - 1) // 2
    return np.insert(odd, middle, odd[middle])


def scores(*shape):
    """Of few digits, so that float32 holds them and the file is small."""
    return rng.integers(0, 1 << 10, shape) / 64


def upsample(side, window, stride, sigma):
    x = scores(side, side)
    k = line(window, sigma)
    kernel = torch.from_numpy(np.outer(k, k) / (k.sum() / stride) ** 2)[None, None]
    up = lambda v: F.conv_transpose2d(torch.from_numpy(v)[None, None], kernel, stride=stride)[0, 0].numpy()
    plain = up(x)
    size = plain.shape[0]
    assert size == (side - 1) * stride + window
    rows = [0, 1, size // 2, size - 1]
    return {"side": side, "window": window, "stride": stride, "sigma": sigma, "scores": x.tolist(),
            "rows": rows, "plain": plain[rows].tolist(), "normalized": (plain / up(np.ones_like(x)))[rows].tolist()}


def filtered(height, width, sigma):
    x = scores(height, width)
    return {"sigma": sigma, "map": x.tolist(), "filtered": gaussian_filter(x, sigma).tolist()}


def resized(height, width, to_height, to_width):
    x = scores(height, width)
    y = F.interpolate(torch.from_numpy(x)[None, None], (to_height, to_width), mode="bilinear", align_corners=False)
    return {"map": x.tolist(), "resized": y[0, 0].tolist()}


out = {
    "upsample": [upsample(5, 8, 4, 1.5), upsample(4, 7, 3, 0.9), upsample(6, 32, 4, 10), upsample(3, 5, 5, 2), upsample(1, 6, 1, 3)],
    "filter": [filtered(9, 9, 1.3), filtered(6, 6, 4), filtered(7, 7, 0.1)],
    "resize": [resized(6, 5, 13, 9), resized(12, 12, 5, 7), resized(4, 4, 4, 4), resized(1, 3, 2, 6)],
}
path = Path(__file__).parents[2] / "experiments/localize/testdata/upsample.json"
path.write_text(json.dumps(out) + "\n")
