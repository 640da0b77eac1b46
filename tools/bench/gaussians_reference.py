#!/usr/bin/env python3
"""A Gaussian per location as people fit it: the features of all pictures in one
array, then for each location torch.cov, a ridge and a Cholesky factor, in float64.

Driven turn by turn like reference.py: a line before the features are made, then one
for each line of standard input, which is a number of fits. Memory is in MiB.

    echo 1 | python3 tools/bench/gaussians_reference.py --places 441 --pictures 250 --features 512 --ridge 0.01 --threads 2

Needs torch (2.11.0 was used).
"""

import argparse
import json
import resource
import sys
import time

import torch
from reference_net import resident, version


def fit(features, ridge):
    """Means [P,D] and factors [P,D,D] of features [N,P,D]."""
    _, places, d = features.shape
    mean, factor = torch.empty(places, d, dtype=torch.float64), torch.empty(places, d, d, dtype=torch.float64)
    for p in range(places):
        x = features[:, p].double()
        mean[p] = x.mean(0)
        covariance = torch.cov(x.T, correction=0)
        covariance.diagonal().add_(ridge)
        factor[p] = torch.linalg.cholesky(covariance)
    return mean, factor


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--places", type=int, required=True)
    p.add_argument("--pictures", type=int, required=True)
    p.add_argument("--features", type=int, required=True)
    p.add_argument("--ridge", type=float, required=True)
    p.add_argument("--threads", type=int, required=True)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(0)

    def say(**answer):
        print(json.dumps(answer), flush=True)

    say(torch=version(), resident=resident(),
        work=f"{a.places} Gaussians of {a.features} features, {a.pictures} pictures, {torch.get_num_threads()} threads")
    features = torch.randn(a.pictures, a.places, a.features)
    for line in sys.stdin:
        start = time.perf_counter()
        for _ in range(int(line)):
            mean, factor = fit(features, a.ridge)
        seconds = time.perf_counter() - start
        if not bool(factor.diagonal(dim1=1, dim2=2).gt(0).all()):
            sys.exit("gaussians_reference.py: these are no factors")
        del mean, factor
        say(seconds=seconds, resident=resident(), peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
