"""Makes experiments/gde/testdata/density.json: embeddings, what scikit-learn's
LedoitWolf makes of them, and Mahalanobis distances through numpy's Cholesky
factor. Run from anywhere:

    python3 tools/golden/density.py

Made with scikit-learn 1.9.1, numpy 2.4.6 and scipy 1.17.1. Every case has train
[n,d] and test [m,d] rows and, for plain and for L2-normalised rows
(sklearn.preprocessing.normalize), an entry a covariance:

    ledoit_wolf  sklearn.covariance.LedoitWolf().fit(train).covariance_
    ridge        sklearn.covariance.empirical_covariance(train) + ridge * I, which
                 is GaussianMixture(1, reg_covar=ridge)'s covariance
    empirical    sklearn.covariance.empirical_covariance(train), where n > d

with the shrinkage (Ledoit-Wolf), the distances of test, and the held-out
distances of train (every row scored by a fit to all others) with quantiles of
them by numpy.quantile.
"""

import json
from pathlib import Path

import numpy as np
from scipy.linalg import solve_triangular
from sklearn.covariance import LedoitWolf, empirical_covariance
from sklearn.mixture import GaussianMixture
from sklearn.preprocessing import normalize

rng = np.random.default_rng(20210404)
QUANTILES = [0, 0.05, 0.5, 0.95, 0.99, 1]


def fit(kind, ridge, x):
    if kind == "ledoit_wolf":
        lw = LedoitWolf().fit(x)
        return lw.location_, lw.covariance_, float(lw.shrinkage_)
    cov = empirical_covariance(x)
    if kind == "ridge":
        cov = cov + ridge * np.eye(x.shape[1])
        gmm = GaussianMixture(1, covariance_type="full", reg_covar=ridge).fit(x)
        assert np.allclose(gmm.covariances_[0], cov, rtol=1e-9, atol=1e-12)
    return x.mean(0), cov, 0.0


def distances(mean, cov, x):
    z = solve_triangular(np.linalg.cholesky(cov), (x - mean).T, lower=True)
    return np.sqrt((z**2).sum(0))


def entry(kind, ridge, normalized, train, test):
    if normalized:
        train, test = normalize(train), normalize(test)
    mean, cov, shrinkage = fit(kind, ridge, train)
    held = []
    for i in range(len(train)):
        m, c, _ = fit(kind, ridge, np.delete(train, i, 0))
        held.append(distances(m, c, train[i : i + 1])[0])
    return {
        "covariance": kind,
        "ridge": ridge,
        "normalize": normalized,
        "shrinkage": shrinkage,
        "distances": distances(mean, cov, test).tolist(),
        "held_out": np.quantile(held, QUANTILES).tolist(),
    }


def case(name, n, d, ridge, make):
    train, test = np.round(make(n), 4), np.round(make(5) * 1.5, 4)
    kinds = ["ledoit_wolf", "ridge"] + (["empirical"] if n > d + 1 else [])
    return {
        "name": name,
        "n": n,
        "d": d,
        "train": train.tolist(),
        "test": test.tolist(),
        "entries": [entry(k, ridge if k == "ridge" else 0.0, z, train, test) for k in kinds for z in (False, True)
                    if not (z and d == 1)],  # one feature of length 1 never varies
    }


def correlated(d, rank):
    basis = rng.normal(size=(rank, d))
    offset = rng.normal(size=d)
    return lambda n: rng.normal(size=(n, rank)) @ basis + 0.1 * rng.normal(size=(n, d)) + offset


def features(d):  # as after a ReLU and average pooling: none below 0
    scale = rng.gamma(1, size=d)
    return lambda n: rng.gamma(2, size=(n, d)) * scale


cases = [
    case("fewer rows than features", 17, 40, 1e-3, features(40)),
    case("more rows than features", 60, 7, 1e-6, correlated(7, 3)),
    case("more features than a block", 20, 70, 1e-2, correlated(70, 4)),
    case("independent features, strong shrinkage", 12, 12, 1e-3, lambda n: rng.normal(size=(n, 12)) + 3),
    case("one feature", 9, 1, 1e-6, lambda n: rng.normal(size=(n, 1))),
    case("four rows", 4, 6, 1e-2, features(6)),
]

out = Path(__file__).resolve().parents[2] / "experiments/gde/testdata/density.json"
out.parent.mkdir(parents=True, exist_ok=True)
out.write_text(json.dumps({"quantiles": QUANTILES, "cases": cases}).replace('{"name"', '\n{"name"').replace('"entries"', '\n"entries"') + "\n")
print(out, out.stat().st_size)
