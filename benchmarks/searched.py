"""What `gnn2mlp auto` finds within a budget, beside plain GLNN with a SAGE teacher on the same split.

    python benchmarks/searched.py --data-root DATA --out RUNS [--datasets NAME ...] [--seeds 1] [--budget 10m]
    python benchmarks/searched.py --table [--check]                                   # writes AUTO.md

Inductive setting, one split a search, one thread. A search sees no test label; the best of it is trained and scored
once. What is complete in RUNS is read.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import imputation
import imputation_targets
import torch
from figures import markdown, renew

from gnn2mlp import RunConfig
from gnn2mlp.pipeline import run
from gnn2mlp.pipeline.auto import auto
from gnn2mlp.pipeline.searching.leaderboard import Leaderboard
from gnn2mlp.studies import ledger

HERE = Path(__file__).parent
RESULTS, PAGE = HERE / "results" / "auto.jsonl", HERE / "AUTO.md"
DATASETS = ("cpf-cora", "cpf-citeseer")
UNSEEN = "unseen"
# Accuracy on unseen nodes by data set and split.
Scores = Mapping[tuple[str, int], float]


def searched(dataset: str, seed: int, budget: str, root: Path | None, out: Path) -> dict[str, Any]:
    """The line of a search: what was chosen, and what it and plain GLNN have on unseen nodes."""
    shared: Any = {"dataset": dataset, "setting": "inductive", "seeds": [seed], "data_root": root}
    folder = out / f"{dataset}_{seed}"
    found = auto(RunConfig(**shared, method={"name": "auto", "budget": budget}, out=folder / "auto"))
    plain = run(RunConfig(**shared, method="glnn", teacher="sage", latency=False, out=folder / "glnn"))
    assert found.run is not None
    return line_of(found.leaderboard, found.run.results, plain.results["seeds"][0])


def line_of(board: Leaderboard, results: Mapping[str, Any], glnn: Mapping[str, Any]) -> dict[str, Any]:
    """The line of a search and the run of its best, given the record of plain GLNN on the same split."""
    facts, (best,) = board.facts, results["seeds"]
    if best["split"]["digest"] != glnn["split"]["digest"]:
        raise ValueError(f"expected GLNN on the same split of {facts['dataset']}, got another one")
    return {
        "dataset": facts["dataset"],
        "seed": best["seed"],
        "split": best["split"],
        "budget": facts["budget"],
        "seconds": facts["spent"],
        "tried": facts["tried"],
        "chosen": board.best["label"],
        "unseen": {"auto": best["student"][UNSEEN], "teacher": best["teacher"][UNSEEN]}
        | {"glnn": glnn["student"][UNSEEN], "mlp": glnn["mlp"][UNSEEN]},
        "warnings": list(board.verdict["warnings"]),
        "environment": results["environment"],
    }


def key_of(line: Mapping[str, Any]) -> tuple[str, int, float]:
    """What there is one line of."""
    return line["dataset"], line["seed"], line["budget"]


def made_by_hand() -> Scores:
    """The compositions of IMPUTATION.md that were found by hand, those of the larger table there."""
    lines, scores = ledger.read(imputation.RESULTS), dict[tuple[str, int], float]()
    for target in imputation_targets.TARGETS:
        setup = imputation.Setup(target.dataset, target.setting, target.teacher)
        if target.population == UNSEEN:
            found = imputation.outcomes(lines, setup, imputation.AVERAGED, UNSEEN)
            scores |= {(target.dataset, one.seed): one.score for one in found}
    return scores


def split_of(line: Mapping[str, Any]) -> tuple[str, int]:
    """Whom a search was scored on: data set and split."""
    return line["dataset"], line["seed"]


def page(lines: Sequence[Mapping[str, Any]], by_hand: Scores) -> str:
    """The page, of searches and what was found by hand on the same splits."""
    assert __doc__ is not None
    how = __doc__.split("\n\n", 2)[2].strip()
    header = ["", "split", "unseen nodes", "minutes", "tried", "chosen", "its teacher", "auto", "by hand", "GLNN"]
    body = [_row(line, by_hand) for line in lines]
    glnn = [line["unseen"]["auto"] - line["unseen"]["glnn"] for line in lines]
    hand = [line["unseen"]["auto"] - by_hand[split_of(line)] for line in lines if split_of(line) in by_hand]
    reading = (
        "Accuracy on unseen nodes in per cent; minutes are those of budget and search. *By hand* is the composition "
        "of [IMPUTATION](IMPUTATION.md) that was found by hand, on the same split. Over these "
        f"{len(lines)} searches `auto` is {_apart(glnn)} from GLNN"
        + (f", and over {len(hand)} of them {_apart(hand)} from what was found by hand" if hand else "")
        + ". One split of a data set says nothing of chance. Airports have no features by which an unseen one could be "
        "told from another."
    )
    return "\n\n".join(["# What `auto` finds", f"Made by `benchmarks/searched.py --table`. {how}", reading]) + (
        f"\n\n{markdown([*header, 'plain MLP'], body)}\n"
    )


def _apart(differences: Sequence[float]) -> str:
    """Their mean and the least of them, in words."""
    return f"{100 * fmean(differences):+.1f} points on average (the least is {100 * min(differences):+.1f})"


def _row(line: Mapping[str, Any], by_hand: Scores) -> list[str]:
    found = line["unseen"] | {"hand": by_hand.get(split_of(line))}
    models = ("teacher", "auto", "hand", "glnn", "mlp")
    scores = ["" if found[model] is None else f"{100 * found[model]:.1f}" for model in models]
    minutes = f"{line['budget'] / 60:.0f}, {line['seconds'] / 60:.1f}"
    nodes = str(line["split"]["unseen"])
    return [line["dataset"], str(line["seed"]), nodes, minutes, str(line["tried"]), line["chosen"], *scores]


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-root", type=Path, help="folder with raw data; default $GNN2MLP_DATA")
    parser.add_argument("--out", type=Path, default=Path("searched"), help="folder of the runs")
    parser.add_argument("--datasets", nargs="*", default=DATASETS, help="which data sets")
    parser.add_argument("--seeds", type=int, default=1, help="how many splits")
    parser.add_argument("--budget", default="10m", help="of each search")
    parser.add_argument("--table", action="store_true", help="write the page of what was searched")
    parser.add_argument("--check", action="store_true", help="with --table: only say whether it is up to date")
    options = parser.parse_args()
    if options.table:
        return renew(PAGE, page(ledger.read(RESULTS), made_by_hand()), options.check, "benchmarks/searched.py --table")
    torch.set_num_threads(1)
    for seed in range(options.seeds):
        for dataset in options.datasets:
            line = searched(dataset, seed, options.budget, options.data_root, options.out)
            ledger.put(RESULTS, line, key_of)
            print(_row(line, {}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
