"""Makes experiments/metric/testdata/metric.json: scores with labels and what
scikit-learn says about them. Run from anywhere:

    python3 tools/golden/metric.py

Made with scikit-learn 1.9.1 and numpy 2.4.6. Every case has

    auroc       sklearn.metrics.roc_auc_score
    ap          sklearn.metrics.average_precision_score
    f1          the best sklearn.metrics.f1_score over all thresholds
    threshold   the highest threshold that reaches it
    roc         sklearn.metrics.roc_curve(drop_intermediate=False), [fpr, tpr]
                rows, without the first point, whose threshold is infinite
    thresholds  its thresholds, likewise
"""

import json
from pathlib import Path

import numpy as np
from sklearn import metrics

rng = np.random.default_rng(20210404)


def labels(n, share):
    y = rng.random(n) < share
    y[0], y[1] = True, False  # both classes, always
    return y


def case(name, scores, y):
    scores = np.asarray(scores, dtype=np.float64)
    f1 = {t: metrics.f1_score(y, scores >= t) for t in np.unique(scores)}
    best = max(f1.values())
    fpr, tpr, thresholds = metrics.roc_curve(y, scores, drop_intermediate=False)
    return {
        "name": name,
        "scores": scores.tolist(),
        "anomalous": [bool(v) for v in y],
        "auroc": float(metrics.roc_auc_score(y, scores)),
        "ap": float(metrics.average_precision_score(y, scores)),
        "f1": float(best),
        "threshold": float(max(t for t, v in f1.items() if v >= best - 1e-12)),
        "roc": [[float(a), float(b)] for a, b in zip(fpr[1:], tpr[1:])],
        "thresholds": thresholds[1:].tolist(),
    }


def separated(n, shift, share=0.4):
    y = labels(n, share)
    return rng.normal(size=n) + shift * y, y


cases = [
    case("no ties, some overlap", *separated(83, 1.5)),
    case("no ties, worse than chance", *separated(60, -1.0)),
    case("perfectly separated", *separated(40, 50)),
    case("perfectly wrong", *separated(40, -50)),
]
for levels in (2, 3, 5, 20):
    s, y = separated(150, 1.0)
    case_scores = np.floor((s - s.min()) / (s.max() - s.min() + 1e-9) * levels)
    cases.append(case(f"ties: {levels} levels", case_scores, y))
y = labels(30, 0.5)
cases.append(case("all scores equal", np.full(30, 0.25), y))
s, _ = separated(50, 1.0)
cases.append(case("one anomalous", np.round(s, 1), np.arange(50) == 17))
cases.append(case("one normal", np.round(s, 1), np.arange(50) != 17))
cases.append(case("two pictures", [0.0, 1.0], np.array([False, True])))
cases.append(case("zero and minus zero tie", [0.0, -0.0, 1.0, -1.0], np.array([True, False, True, False])))
s, y = separated(64, 1.0)
cases.append(case("tiny and huge", s * 10.0 ** rng.integers(-300, 300, size=64), y))

out = Path(__file__).resolve().parents[2] / "experiments/metric/testdata/metric.json"
out.parent.mkdir(parents=True, exist_ok=True)
out.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
print(out)
