"""Choose LLP's weights for a data set in the production setting, on validation pairs of splits that no board has.

    python benchmarks/links_weights.py --data-root DATA [--datasets NAME ...] [--seeds 10 11 12]
    python benchmarks/links_weights.py --table            # prints the mean validation AUC of each candidate

The released weights for production leave next to nothing of the teacher: of Cora's, 1000, .01 and .001, the last two
are lost beside the first. Candidates are these, the weights released for the transductive setting, and some that mix
labels, ranks and distribution evenly. Each is trained on the same splits with the same teachers, and judged by the AUC
of the validation pairs in the epoch that is kept. No test pair is scored for the choice. Each training adds a line to
`tuning/links_production.jsonl`; started again, the script runs what is missing.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from figures import markdown

from gnn2mlp import RunConfig, run
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.studies import ledger

RESULTS = Path(__file__).parent / "tuning" / "links_production.jsonl"
# As the released scripts have them for production, whatever a recipe says today.
RELEASED: dict[str, Mapping[str, Any]] = {
    "cora": {"label_weight": 1000.0, "rank_weight": 0.01, "distribution_weight": 0.001, "margin": 0.05},
    "citeseer": {"label_weight": 100.0, "rank_weight": 0.0001, "distribution_weight": 0.0, "margin": 0.1},
}
CANDIDATES: dict[str, Mapping[str, Any]] = {
    "released": {},  # those of the data set, in `RELEASED`
    "transductive": {"label_weight": 0.1, "rank_weight": 1.0, "distribution_weight": 0.001, "margin": 0.1},
    "labels and ranks": {"label_weight": 1.0, "rank_weight": 1.0, "distribution_weight": 0.0, "margin": 0.1},
    "ranks": {"label_weight": 0.01, "rank_weight": 1.0, "distribution_weight": 0.0, "margin": 0.1},
    "labels and logits": {
        "label_weight": 1.0,
        "rank_weight": 0.0,
        "distribution_weight": 1.0,
        "margin": 0.1,
        "on": "logits",
    },
    "all three": {
        "label_weight": 1.0,
        "rank_weight": 1.0,
        "distribution_weight": 1.0,
        "margin": 0.1,
        "on": "logits",
    },
}


def key_of(line: Mapping[str, Any]) -> tuple[Any, ...]:
    """What there is one line of."""
    return line["dataset"], line["seed"], line["candidate"]


def silently(seed: int, stage: str) -> Progress:
    """No stage has a listener that does anything."""
    return silent


def judged(dataset: str, seed: int, candidate: str, options: argparse.Namespace) -> dict[str, Any]:
    """Train one candidate on one split; only what its validation pairs say is kept."""
    weights = CANDIDATES[candidate] or RELEASED[dataset]
    config = RunConfig(
        task="link",
        dataset=dataset,
        setting="production",
        teacher="sage",
        method={"name": "llp", **weights},
        seeds=[seed],
        threads=1,
        device="cpu",
        latency=False,
        data_root=options.data_root,
        cache=options.work / "cache",
        out=options.work / f"{dataset}-{seed}-{candidate.replace(' ', '_')}",
    )
    (record,) = run(config, silently, pages=False).results["seeds"]
    kept = {model: record["history"][model] for model in ("teacher", "mlp", "student")}
    return {
        "dataset": dataset,
        "seed": seed,
        "candidate": candidate,
        "options": dict(weights),
        "valid_auc": {model: one["valid_best"] for model, one in kept.items()},
        "epoch": {model: one["best_epoch"] for model, one in kept.items()},
        "seconds": record["seconds"]["student"],
    }


def table(lines: Sequence[Mapping[str, Any]]) -> str:
    """The mean validation AUC of each candidate in percent, best first, beside the plain MLP's."""
    rows = []
    for dataset in dict.fromkeys(line["dataset"] for line in lines):
        of_set = [line for line in lines if line["dataset"] == dataset]
        by_candidate = {
            name: [line["valid_auc"]["student"] for line in of_set if line["candidate"] == name] for name in CANDIDATES
        }
        plain = {line["seed"]: line["valid_auc"]["mlp"] for line in of_set}
        found = {"plain MLP": list(plain.values()), **{name: got for name, got in by_candidate.items() if got}}
        for name, scores in sorted(found.items(), key=lambda one: -mean(one[1])):
            rows.append([dataset, name, f"{100 * mean(scores):.2f}", str(len(scores))])
    return markdown(["data", "weights", "validation AUC", "splits"], rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-root", type=Path, help="folder with raw data; default $GNN2MLP_DATA")
    parser.add_argument("--datasets", nargs="+", choices=RELEASED, default=list(RELEASED), help="which data sets")
    parser.add_argument("--seeds", nargs="+", type=int, default=[10, 11, 12], help="which splits")
    parser.add_argument("--candidates", nargs="+", choices=CANDIDATES, default=list(CANDIDATES), help="which weights")
    parser.add_argument("--work", type=Path, default=Path("runs/links_weights"), help="folder of the full runs")
    parser.add_argument("--results", type=Path, default=RESULTS, help="file of the lines")
    parser.add_argument("--table", action="store_true", help="only say what was found")
    options = parser.parse_args(arguments)
    lines = ledger.read(options.results) if options.results.exists() else []
    if options.table:
        print(table(lines))
        return 0
    done = {key_of(line) for line in lines}
    for seed in options.seeds:
        for dataset in options.datasets:
            for candidate in options.candidates:
                if (dataset, seed, candidate) not in done:
                    line = judged(dataset, seed, candidate, options)
                    ledger.put(options.results, line, key_of)
                    print(line["dataset"], seed, candidate, line["valid_auc"], flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
