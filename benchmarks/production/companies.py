"""From a company's tables to a model in one command: is the student as good as its teacher, and better than others?

    python benchmarks/production/companies.py --data-root DATA [--seeds 3] [--out companies.json]     # some ten minutes

Of each public graph that `company_tables.py` makes tables of, a fifth of the rows appear after training, and few of
the labels train and validate (`SHARES`), so that the rest can judge. `gnn2mlp fit` runs in a process of its own, as a
person would call it, once a seed. What it ships was then trained on all labels of its table; rows that it has never
heard of (`new.parquet`) judge that model, in Python and in ONNX Runtime.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import company_tables
import numpy as np
import pandas as pd
import torch

from gnn2mlp.core.environment import environment
from gnn2mlp.core.files import read_json, write_json
from gnn2mlp.deploy import OnnxPredictor, Predictor
from gnn2mlp.evaluate.conformal import coverage
from gnn2mlp.evaluate.intervals import share_interval

RESULTS = Path(__file__).parent / "results" / "companies.json"
COMPANIES = ("facebook", "github", "twitch-DE")
SHARES = {"train": 0.05, "valid": 0.05}
# What of a fit's scores is kept: figures, and no curves.
KEPT = ("metric", "scores", "differences", "agreement", "verdict", "seconds")


def measured(name: str, root: Path, seed: int, folder: Path) -> dict[str, Any]:
    """One fit: its own scores, and what its model says of rows that are new to it."""
    tables = company_tables.company(name, root, labelled=1.0, seed=seed)
    tables.write(folder)
    model = folder / "model"
    began = time.perf_counter()
    subprocess.run(command(folder, model, seed), check=True, capture_output=True)
    seconds = time.perf_counter() - began
    found = read_json(model / "scores.json")
    trust = {"ece": found["trust"]["calibration"]["by"], "coverage": found["trust"]["coverage"]}
    return {
        "company": name,
        "seed": seed,
        "wall_seconds": seconds,
        "labels": {"trained": round(SHARES["train"] * len(tables.nodes)), "shipped": len(tables.nodes)},
        **{key: found[key] for key in KEPT},
        "trust": trust,
        "new": on_new_rows(model, tables),
    }


def command(folder: Path, model: Path, seed: int) -> list[str]:
    """What a person would type."""
    tables = ["--nodes", str(folder / "nodes.csv"), "--edges", str(folder / "edges.parquet")]
    shares = [f"split.{key}={value}" for key, value in SHARES.items()]
    settings = [word for one in ("split.name=hash", *shares, "unseen=0.2") for word in ("--set", one)]
    names = ["--id", "page_id", "--label", "kind", "--out", str(model), "--seed", str(seed)]
    return [sys.executable, "-m", "gnn2mlp", "fit", *tables, *names, *settings]


def on_new_rows(folder: Path, tables: company_tables.Company) -> dict[str, Any]:
    """Accuracy and coverage of what ships on the rows that appear later, and how far ONNX Runtime is from it."""
    model, served = Predictor.load(folder), OnnxPredictor.load(folder / "model.onnx")
    truth = tables.truth.set_index("page_id")["kind"].loc[tables.new["page_id"]].to_numpy()
    answers, probabilities = model.predict(tables.new), model.predict_proba(tables.new)
    place = {value: number for number, value in enumerate(model.classes_.tolist())}
    labels = np.array([place[value] for value in truth])
    return {
        "rows": len(truth),
        "accuracy": share_interval(answers == truth)._asdict(),
        "coverage_90": coverage(model.predict_set(tables.new, coverage=0.9), labels, nominal=0.9)._asdict(),
        "onnx_equal": int((served.predict(tables.new) == answers).sum()),
        "onnx_apart": float(np.abs(served.predict_proba(tables.new) - probabilities).max()),
        "one_row_us": 1e6 * _median_seconds(model, tables.new),
    }


def _median_seconds(model: Predictor, rows: pd.DataFrame, repeats: int = 300) -> float:
    requests = rows.iloc[:repeats].to_dict("records")
    taken = []
    for request in requests:
        began = time.perf_counter()
        model.predict(request)
        taken.append(time.perf_counter() - began)
    return float(np.median(taken))


def main() -> None:
    """Fit every company as often as there are seeds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-root", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    lines: list[dict[str, Any]] = []
    for name in COMPANIES:
        for seed in range(options.seeds):
            with tempfile.TemporaryDirectory() as folder:
                lines.append(measured(name, options.data_root, seed, Path(folder)))
            print(name, seed, lines[-1]["verdict"]["sentence"], flush=True)
            write_json(options.out, {"environment": environment(torch.device("cpu")), "shares": SHARES, "fits": lines})


if __name__ == "__main__":
    main()
