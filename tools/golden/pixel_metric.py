"""Makes experiments/metric/testdata/pixel_metric.json: anomaly maps with masks and
what scikit-learn, a slow definition of PRO and anomalib say about them. Run from
anywhere:

    python3 tools/golden/pixel_metric.py

Made with scikit-learn 1.9.1, numpy 2.4.6, scipy 1.17.1 and torch 2.11.0. Every case
has

    images    maps: width, scores (float32) and mask (0 or 1; null: normal)
    regions   8-connected components of all masks, by scipy.ndimage.label
    auroc     sklearn.metrics.roc_auc_score over all pixels
    ap        sklearn.metrics.average_precision_score
    aupro     the area under PRO for each limit of the false-positive rate, by slow()
    anomalib  the same by anomalib 2.7.0 in float32

pip fetches anomalib's wheel alone; its file of the metric needs nothing but torch for
the curve, so that the rest of what it imports stands empty.
"""

import importlib.util
import json
import sys
import types
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from lite import WHEELS, wheel
from scipy import ndimage
from sklearn import metrics

WHEELS["anomalib"] = ("anomalib==2.7.0 "
                      "--hash=sha256:8b31490815670549a3901068addd0306856c174c032ba93388e7b37b90219332")
LIMITS = (0.05, 0.3, 1.0)
rng = np.random.default_rng(20210405)


def labels(masks):
    """The components of all masks, numbered from 1 through all images."""
    out, regions = [], 0
    for mask in masks:
        of_image, n = ndimage.label(mask, structure=np.ones((3, 3)))
        out.append(np.where(of_image > 0, of_image + regions, 0))
        regions += n
    return out, regions


def slow(maps, masks, limit):
    """By the definition: every distinct score a threshold, every region looked at
    for each; trapezoids, and a straight line to the limit."""
    regions, n = labels(masks)
    every = np.concatenate([m.ravel() for m in maps])
    region = np.concatenate([m.ravel() for m in regions])
    x, y = [0.0], [0.0]
    for threshold in np.unique(every)[::-1]:
        found = every >= threshold
        x.append(np.mean(found[region == 0]))
        y.append(np.mean([np.mean(found[region == r]) for r in range(1, n + 1)]))
    area = 0.0
    for a, b, low, high in zip(x, x[1:], y, y[1:]):
        if b <= limit:
            area += (b - a) * (low + high) / 2
        elif a < limit:
            at_limit = low + (high - low) * (limit - a) / (b - a)
            area += (limit - a) * (low + at_limit) / 2
    return area / limit


def anomalib_curve():
    """anomalib's own curve of PRO, from its file alone."""
    needs = ["matplotlib", "matplotlib.figure", "torchmetrics", "torchmetrics.utilities",
             "torchmetrics.utilities.compute", "torchmetrics.utilities.data", "anomalib",
             "anomalib.metrics", "anomalib.metrics.pro", "anomalib.metrics.base", "anomalib.metrics.utils"]
    empty = {name: mock.MagicMock() for name in needs}
    empty["torchmetrics"].Metric = type("Metric", (), {})
    empty["anomalib.metrics.base"].AnomalibMetric = type("AnomalibMetric", (), {})
    spec = importlib.util.spec_from_file_location("anomalib.metrics.aupro", wheel("anomalib") / "anomalib/metrics/aupro.py")
    module = importlib.util.module_from_spec(spec)
    with mock.patch.dict(sys.modules, empty):
        spec.loader.exec_module(module)
    return module._AUPRO.compute_pro


curve = anomalib_curve()


def anomalib(maps, masks, limit):
    flat = torch.from_numpy(np.concatenate([m.ravel() for m in maps]))
    regions = torch.from_numpy(np.concatenate([m.ravel() for m in labels(masks)[0]]))
    fpr, pro = curve(types.SimpleNamespace(fpr_limit=limit), cca=regions, preds=flat)
    return float(torch.trapezoid(pro, fpr) / fpr[-1])


def case(name, maps, masks):
    maps = [np.asarray(m, np.float32) for m in maps]
    filled = [np.zeros(m.shape, np.uint8) if k is None else np.asarray(k, np.uint8) for m, k in zip(maps, masks)]
    y = np.concatenate([k.ravel() for k in filled])
    s = np.concatenate([m.ravel() for m in maps])
    return {
        "name": name,
        "images": [{"width": m.shape[1], "scores": m.ravel().tolist(), "mask": None if k is None else f.ravel().tolist()}
                   for m, k, f in zip(maps, masks, filled)],
        "regions": labels(filled)[1],
        "auroc": float(metrics.roc_auc_score(y, s)),
        "ap": float(metrics.average_precision_score(y, s)),
        "aupro": [{"limit": limit, "value": float(slow(maps, filled, limit)),
                   "anomalib": anomalib(maps, filled, limit)} for limit in LIMITS],
    }


def drawn(*rows):
    return np.array([[c == "#" for c in row] for row in rows])


def noise(mask, shift=1.0):
    return rng.normal(size=mask.shape) + shift * mask


corners = drawn("#.......", ".#......", "..##...#", "#.....#.", ".#.....#", "........", "##....##", "#.#..#.#")
holes = drawn("#######", "#.....#", "#.###.#", "#.#.#.#", "#.###.#", "#.....#", "#######")
pixel = drawn("....", ".#..", "....")
normal = np.zeros((5, 6), bool)
full = np.ones((4, 4), bool)
two = [corners, holes, pixel, normal]

cases = [
    case("regions that touch by corners, one pixel, none", [noise(m) for m in two], two[:3] + [None]),
    case("the same with ties", [np.floor(noise(m) * 2) for m in two], two),
    case("two scores only", [noise(m) > 0.5 for m in two], two),
    case("all scores equal", [np.full(m.shape, 0.25) for m in two], two),
    case("perfect", [m + rng.random(m.shape) / 2 for m in two], two),
    case("perfectly wrong", [rng.random(m.shape) / 2 - m for m in two], two),
    case("a full mask beside an empty one", [noise(full), noise(normal)], [full, normal]),
    case("one pixel is anomalous", [noise(pixel), noise(normal)], [pixel, None]),
    case("one pixel is normal", [noise(~pixel, -1)], [~pixel]),
    case("maps of one pixel", [[[0.5]], [[0.25]], [[0.75]]], [[[1]], None, [[0]]]),
    case("one row and one column", [noise(corners[:1]), noise(corners[:, :1])], [corners[:1], corners[:, :1]]),
    case("zero and minus zero tie", [[[0.0, -0.0, 1.0], [-1.0, -0.0, 0.0]]], [[[1, 0, 0], [0, 0, 1]]]),
    case("tiny and huge", [noise(m) * 10.0 ** rng.integers(-40, 35, size=m.shape) for m in two], two),
    case("narrow", [100 + noise(m) * 1e-5 for m in two], two),
]

out = Path(__file__).resolve().parents[2] / "experiments/metric/testdata/pixel_metric.json"
out.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
print(out)
