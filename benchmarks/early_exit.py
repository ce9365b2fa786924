"""Latency against accuracy of a sequence of MLPs that may answer early; one line a data set and setting.

    python benchmarks/early_exit.py cpf-cora cpf-citeseer --data-root DATA --out benchmarks/results/early_exit.json

For each split ProGMLP's student is trained behind a SAGE teacher. For each threshold the accuracy on unseen nodes is
taken, how many networks answered on average, and the time of a request for one node; GLNN's student of the same split
answers in the same turns. Thresholds are those of the list, none chosen by these scores. `--table` prints a file.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from statistics import fmean, median
from typing import Any

import numpy as np
import torch

from gnn2mlp import RunConfig, run
from gnn2mlp.core.files import write_text
from gnn2mlp.deploy import Predictor
from gnn2mlp.nn.csr import gather

THRESHOLDS = (None, 0.95, 0.9, 0.8, 0.7, 0.5, 0.0)
REQUESTS = 200
TURN = 10


def trained(dataset: str, method: dict[str, Any], seed: int, options: argparse.Namespace) -> Any:
    """A finished run of one split in the inductive setting."""
    config = RunConfig(
        dataset=dataset,
        setting="inductive",
        teacher="sage",
        method=method,
        seeds=[seed],
        latency=False,
        threads=1,
        device="cpu",
        data_root=options.data_root,
        out=options.work / f"{dataset}-{method['name']}-{seed}",
        cache=options.work / "cache",
    )
    return run(config)


def measured(forms: dict[str, Predictor], rows: Any, labels: np.ndarray) -> dict[str, dict[str, float]]:
    """Accuracy, networks per row and milliseconds per request of each form, requests of one row in turns of ten."""
    found = {}
    for name, form in forms.items():
        stages = form.answering_stage(rows) if hasattr(form.module, "stages") else np.zeros(len(labels))
        found[name] = {
            "accuracy": float((form.predict(rows) == labels).mean()),
            "networks": float(stages.mean() + 1),
        }
    seconds: dict[str, list[float]] = {name: [] for name in forms}
    for start in range(0, REQUESTS, TURN):
        ids = torch.arange(start, start + TURN) % len(labels)
        requests = [gather(rows, one) for one in ids.split(1)]
        for name, form in forms.items():
            for row in requests:
                begin = time.perf_counter()
                form.predict(row)
                seconds[name].append(time.perf_counter() - begin)
    for name, each in seconds.items():
        found[name]["ms_mean"], found[name]["ms_median"] = 1e3 * fmean(each), 1e3 * median(each)
    return found


def line(dataset: str, options: argparse.Namespace) -> dict[str, Any]:
    """All splits of a data set."""
    splits = []
    for seed in range(options.seeds):
        both = {name: trained(dataset, {"name": name}, seed, options) for name in ("glnn", "progmlp")}
        sequence = both["progmlp"].predictor()
        forms = {"glnn": both["glnn"].predictor()}
        forms |= {str(threshold): sequence.exiting(threshold) for threshold in THRESHOLDS}
        graph, split = _graph(dataset, seed, options)
        rows, labels = gather(graph.features, split.unseen), graph.labels[split.unseen].numpy()
        answers = np.asarray(sequence.classes_)[labels]
        splits.append(measured(forms, rows, answers))
        print(dataset, seed, {name: f"{100 * each['accuracy']:.1f}" for name, each in splits[-1].items()}, flush=True)
    return {"dataset": dataset, "setting": "inductive", "threads": 1, "splits": splits}


def _graph(dataset: str, seed: int, options: argparse.Namespace) -> Any:
    from gnn2mlp.data import SPLITTERS, load_dataset
    from gnn2mlp.data.datasets import resolve_dataset

    graph = load_dataset(dataset, options.data_root)
    return graph, resolve_dataset(dataset).default_split().build(SPLITTERS).split(graph, seed, "inductive")


def table(found: list[dict[str, Any]]) -> str:
    """Means over splits: accuracy, networks per row, and the time of a request as a share of the whole sequence's."""
    rows = ["| data | answers | accuracy, unseen | networks a row | mean request, of the whole sequence |"]
    rows.append("| --- | --- | --- | --- | --- |")
    for each in found:
        for name in each["splits"][0]:
            cells = {key: [split[name][key] for split in each["splits"]] for key in ("accuracy", "networks", "ms_mean")}
            share = fmean(split[name]["ms_mean"] / split["None"]["ms_mean"] for split in each["splits"])
            label = {"glnn": "`glnn`, one MLP", "None": "last stage"}.get(name, f"first stage ≥ {name}")
            accuracy = f"{100 * np.mean(cells['accuracy']):.2f} ± {100 * np.std(cells['accuracy']):.2f}"
            rows.append(f"| {each['dataset']} | {label} | {accuracy} | {fmean(cells['networks']):.2f} | {share:.2f} |")
    return "\n".join(rows)


def main(arguments: list[str] | None = None) -> int:
    """Measure, write and print; or print what was written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", nargs="*", default=["cpf-cora", "cpf-citeseer"])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--work", type=Path, default=Path("runs/early_exit"))
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "early_exit.json")
    parser.add_argument("--table", action="store_true", help="print what was measured, measure nothing")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    if not options.table:
        found = [line(dataset, options) for dataset in options.dataset]
        write_text(options.out, json.dumps(found, indent=1) + "\n")
    print(table(json.loads(options.out.read_text(encoding="utf-8"))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
