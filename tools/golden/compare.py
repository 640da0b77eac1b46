"""Makes experiments/metric/testdata/compare.json: scores of several models on the
same pictures, what DeLong's test says of two of them, and bootstrap intervals of the
mean AUROC of all. Run from anywhere:

    python3 tools/golden/compare.py

Made with numpy 2.4.6 and scipy 1.17.1. Nothing here is sorted or ranked: every pair
of an anomalous and a normal picture is looked at, as the formulas have it (DeLong,
DeLong and Clarke-Pearson 1988). Every case has

    scores      [model][picture]
    anomalous   of each picture
    auroc       of each model
    covariance  of the first two
    z, p        of their difference, two-sided; left out where its variance is 0
    interval    of the mean AUROC of all models, 95 %: numpy.quantile of RESAMPLES
                resamples within each class
    spread      standard deviation of what these give
"""

import json
from pathlib import Path

import numpy as np
from scipy import stats

RESAMPLES = 200_000
rng = np.random.default_rng(19880901)


def pairs(scores, y):
    """psi of every anomalous (rows) and normal picture: 1, 0.5 on a tie, 0."""
    a, n = scores[y][:, None], scores[~y][None, :]
    return (a > n) + 0.5 * (a == n)


def case(name, scores, y):
    scores = np.asarray(scores, dtype=np.float64)
    psi = np.stack([pairs(s, y) for s in scores])
    _, m, n = psi.shape
    auroc = psi.mean(axis=(1, 2))
    v10, v01 = psi.mean(axis=2)[:2], psi.mean(axis=1)[:2]
    covariance = np.cov(v10) / m + np.cov(v01) / n
    out = {
        "name": name,
        "scores": scores.tolist(),
        "anomalous": [bool(v) for v in y],
        "auroc": auroc.tolist(),
        "covariance": covariance.tolist(),
    }
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    if variance > 1e-12:
        z = (auroc[0] - auroc[1]) / np.sqrt(variance)
        out |= {"z": float(z), "p": float(2 * stats.norm.sf(abs(z)))}
    times_a = rng.multinomial(m, np.full(m, 1 / m), size=RESAMPLES)
    times_n = rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
    drawn = np.einsum("bi,ij,bj->b", times_a, psi.mean(axis=0), times_n, optimize=True) / (m * n)
    out |= {"interval": np.quantile(drawn, [0.025, 0.975]).tolist(), "spread": float(drawn.std())}
    return out


def models(count, m, n, shift, own, levels=None):
    """Models that share a part of what they see; fewer levels make more ties."""
    y = rng.permutation(np.arange(m + n) < m)
    shared = rng.normal(size=m + n)
    s = shift * y + shared + own * rng.normal(size=(count, m + n))
    s += 0.3 * np.arange(count)[:, None] * y
    return (s if levels is None else np.round(s * levels) / levels), y


y = np.arange(30) % 3 == 0
apart = y + rng.random((2, 30)) / 4
worse = apart.copy()
worse[1, [0, 4]] = [0.1, 1.1]
cases = [
    case("two models", *models(2, 40, 25, 1.0, 0.5)),
    case("five models", *models(5, 63, 20, 1.2, 0.4)),
    case("nearly the same scores", *models(2, 50, 50, 0.8, 0.01)),
    case("nothing shared", *models(3, 30, 30, 0.5, 20.0)),
    case("many ties", *models(3, 35, 45, 1.0, 0.5, 1)),
    case("two pictures of each class", [[3, 1, 2, 0], [3, 2, 1, 0]], np.array([True, True, False, False])),
    case("few normal pictures", *models(2, 60, 3, 1.0, 0.5)),
    case("no mistake", apart, y),
    case("no mistake in one of them", worse, y),
    case("the same scores", [worse[1], worse[1]], y),
]

out = Path(__file__).resolve().parents[2] / "experiments/metric/testdata/compare.json"
out.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
print(out)
