"""Choose LLP's weights for a data set and setting, on validation pairs of splits that no board has.

    python benchmarks/links_weights.py --data-root DATA [--datasets NAME ...] [--settings NAME ...] [--seeds 10 11 12]
    python benchmarks/links_weights.py --table            # prints the mean validation AUC of each candidate

The weights released for production leave next to nothing of the teacher on Cora, where of 1000, .01 and .001 the last
two are lost beside the first, and next to nothing of the labels on Computers, .01 beside .1. Candidates are the
released weights of data set and setting, the method's own, which were released for Cora's transductive setting, and
some that mix labels, ranks and distribution otherwise. Each is trained on the same splits with the same teachers, and
judged by the AUC of the validation pairs in the epoch that is kept. No test pair is scored for the choice. Each
training adds a line to `tuning/links_weights.jsonl`; started again, the script runs what is missing.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from statistics import mean
from typing import Any

from figures import markdown

from gnn2mlp import RunConfig, run
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.studies import ledger

RESULTS = Path(__file__).parent / "tuning" / "links_weights.jsonl"
# As the released scripts have them, whatever a recipe says today.
_WEIGHTS = ("label_weight", "rank_weight", "distribution_weight", "margin")
RELEASED: dict[tuple[str, str], Mapping[str, Any]] = {
    place: dict(zip(_WEIGHTS, weights, strict=True))
    for place, weights in {
        ("cora", "production"): (1000.0, 0.01, 0.001, 0.05),
        ("citeseer", "production"): (100.0, 0.0001, 0.0, 0.1),
        ("cpf-a-photo", "transductive"): (1.0, 1.0, 1.0, 0.05),
        ("cpf-a-photo", "production"): (100.0, 1000.0, 0.0001, 0.05),
        ("cpf-a-computer", "transductive"): (1.0, 1.0, 1.0, 0.05),
        ("cpf-a-computer", "production"): (0.01, 0.1, 0.0, 0.2),
        ("coauthor-cs", "transductive"): (10.0, 0.1, 100.0, 0.1),
        ("coauthor-cs", "production"): (1.0, 100.0, 10.0, 0.1),
        ("coauthor-physics", "transductive"): (1.0, 1.0, 1.0, 0.05),
        ("coauthor-physics", "production"): (0.1, 0.01, 10.0, 0.2),
    }.items()
}
CANDIDATES: dict[str, Mapping[str, Any]] = {
    "released": {},  # those of data set and setting, in `RELEASED`
    "default": {"label_weight": 0.1, "rank_weight": 1.0, "distribution_weight": 0.001, "margin": 0.1},
    "labels and ranks": {"label_weight": 1.0, "rank_weight": 1.0, "distribution_weight": 0.0, "margin": 0.1},
    "mostly labels": {"label_weight": 10.0, "rank_weight": 1.0, "distribution_weight": 0.001, "margin": 0.1},
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
    return line["dataset"], line["setting"], line["seed"], line["candidate"]


def silently(seed: int, stage: str) -> Progress:
    """No stage has a listener that does anything."""
    return silent


def judged(dataset: str, setting: str, seed: int, candidate: str, options: argparse.Namespace) -> dict[str, Any]:
    """Train one candidate on one split; only what its validation pairs say is kept."""
    weights = CANDIDATES[candidate] or RELEASED[dataset, setting]
    config = RunConfig(
        task="link",
        dataset=dataset,
        setting=setting,
        teacher="sage",
        method={"name": "llp", **weights},
        seeds=[seed],
        threads=1,
        device="cpu",
        latency=False,
        data_root=options.data_root,
        cache=options.work / "cache",
        out=options.work / f"{dataset}-{setting}-{seed}-{candidate.replace(' ', '_')}",
    )
    (record,) = run(config, silently, pages=False).results["seeds"]
    kept = {model: record["history"][model] for model in ("teacher", "mlp", "student")}
    return {
        "dataset": dataset,
        "setting": setting,
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
    for place in dict.fromkeys((line["dataset"], line["setting"]) for line in lines):
        of_place = [line for line in lines if (line["dataset"], line["setting"]) == place]
        by_candidate = {
            name: [line["valid_auc"]["student"] for line in of_place if line["candidate"] == name]
            for name in CANDIDATES
        }
        plain = {line["seed"]: line["valid_auc"]["mlp"] for line in of_place}
        found = {"plain MLP": list(plain.values()), **{name: got for name, got in by_candidate.items() if got}}
        for name, scores in sorted(found.items(), key=lambda one: -mean(one[1])):
            rows.append([*place, name, f"{100 * mean(scores):.2f}", str(len(scores))])
    return markdown(["data", "setting", "weights", "validation AUC", "splits"], rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-root", type=Path, help="folder with raw data; default $GNN2MLP_DATA")
    parser.add_argument("--datasets", nargs="+", choices=sorted({name for name, _ in RELEASED}), help="which data sets")
    parser.add_argument("--settings", nargs="+", choices=sorted({kind for _, kind in RELEASED}), help="which settings")
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
    places = [
        place
        for place in RELEASED
        if place[0] in (options.datasets or place) and place[1] in (options.settings or place)
    ]
    for seed, place, candidate in product(options.seeds, places, options.candidates):
        if (*place, seed, candidate) not in done:
            line = judged(*place, seed, candidate, options)
            ledger.put(options.results, line, key_of)
            print(*place, seed, candidate, line["valid_auc"], flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
