"""Holds what an MLflow server has of runs against the runs' own folders, by
MLflow's own client. It makes no fixture: without arguments it says how it is
called.

    python3 -m venv mlflow-venv && mlflow-venv/bin/pip install mlflow==3.17.2
    mlflow-venv/bin/mlflow server --port 5001 --serve-artifacts \
        --backend-store-uri sqlite:///mlflow.db --artifacts-destination artifacts &
    bin/cutpaste data synth build/synth --category gear
    bin/cutpaste train configs/demo.yaml data.root=build/synth data.category=gear \
        train.steps=20 train.log_every=5 data.size=64 log.mlflow=http://127.0.0.1:5001
    mlflow-venv/bin/python3 tools/golden/mlflow_check.py runs/demo/3way/gear/seed-0

Each folder names its server and its run there (mlflow.json). Compared are params
with config.yaml, the history of each curve with metrics.csv, results with
result.json, artifacts byte by byte with the files, tags with meta.json. A server
that asks who is there is told as MLflow's client always does it, by
MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.
"""

import csv
import json
import pathlib
import sys
import tempfile

CURVES = {
    "train/loss": "loss",
    "train/accuracy": "accuracy",
    "train/lr": "lr",
    "speed/images_per_second": "images_per_second",
    "speed/data_wait": "data_wait",
}
RESULTS = [
    "image_auroc", "untrained_image_auroc", "average_precision",
    "pixel_auroc", "untrained_pixel_auroc", "pixel_average_precision", "aupro",
]  # fmt: skip


def same(what, there, here):
    if there != here:
        sys.exit(f"{what}: the server has {there!r}, the folder {here!r}")


def flat(tree, prefix=""):
    """The dotted keys of a config.yaml."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from flat(value, prefix + key + ".")
        else:
            yield prefix + key, value


def check(folder):
    import mlflow
    import yaml  # which MLflow needs itself

    kept = json.loads((folder / "mlflow.json").read_text())
    client = mlflow.MlflowClient(kept["server"])
    run = client.get_run(kept["run_id"])
    result = json.loads((folder / "result.json").read_text())
    meta = json.loads((folder / "meta.json").read_text())
    # As text: to this reader the key augment.on is true.
    config = dict(flat(yaml.load((folder / "config.yaml").read_text(), yaml.BaseLoader)))

    same("status", run.info.status, "FINISHED")
    same("experiment", client.get_experiment(run.info.experiment_id).name, kept["experiment"])

    params = {k: v for k, v in run.data.params.items() if k != "config_hash"}
    for key, value in params.items():
        value_now = run.data.tags.get("now." + key, value)
        if value_now != "default":
            same("param " + key, yaml.load(value_now, yaml.BaseLoader), config[key])
    for key in ["name", "seed", "data.category", "augment.variant", "train.steps"]:
        if key not in params:
            sys.exit(f"the server has no param {key}")

    with open(folder / "metrics.csv") as f:
        rows = list(csv.DictReader(f))
    for tag, column in CURVES.items():
        history = sorted(client.get_metric_history(kept["run_id"], tag), key=lambda m: m.step)
        same("steps of " + tag, [m.step for m in history], [int(r["update"]) for r in rows])
        # How long a row took is not the same when it is computed again after a kill.
        if not tag.startswith("speed/"):
            same(tag, [m.value for m in history], [float(r[column]) for r in rows])
    for name in RESULTS:
        same(name, run.data.metrics.get(name), result.get(name))
    for name in ["oracle_f1", "pixel_oracle_f1"]:
        same(name, run.data.metrics.get(name), (result.get(name) or {}).get("f1"))
    same("threshold", run.data.metrics["threshold"], result["threshold"]["value"])

    for tag, value in {
        "data_fingerprint": meta["data_fingerprint"],
        "device": meta["device"],
        "mlflow.source.git.commit": meta["version"],
    }.items():
        same("tag " + tag, run.data.tags.get(tag), value)

    names = ["config.yaml", "metrics.csv", "result.json", "scores.csv"]
    levels = [p.relative_to(folder).as_posix() for p in sorted(folder.glob("levels/*/*"))]
    with tempfile.TemporaryDirectory() as to:
        for name in names + levels:
            got = pathlib.Path(client.download_artifacts(kept["run_id"], name, to))
            same(name, got.read_bytes(), (folder / name).read_bytes())

    print(
        f"{folder}: run {kept['run_id']} of MLflow {mlflow.__version__} has {len(params)} params, "
        f"{len(CURVES)} curves of {len(rows)} rows, {len(run.data.metrics) - len(CURVES)} results "
        f"and {len(names + levels)} files, all as in the folder"
    )


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print(__doc__)
    for argument in sys.argv[1:]:
        check(pathlib.Path(argument))
