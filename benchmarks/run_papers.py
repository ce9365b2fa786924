"""Run the rows of `benchmarks/papers/` and write one result file per row.

    python benchmarks/run_papers.py                  # every row
    python benchmarks/run_papers.py '*cora*'         # rows whose file name matches
    python benchmarks/run_papers.py --seeds 3        # fewer splits, for a quick look; written to --work only

An interrupted run continues with the seeds and stages that were done.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from gnn2mlp import RunConfig, run
from gnn2mlp.core.artefact import write_json

HERE = Path(__file__).parent
_KEPT = ("format", "config", "environment", "graph", "summary", "latency")
_KEPT_PER_SEED = ("seed", "split", "teacher", "mlp", "student", "fidelity", "ece", "seconds")


def rows(pattern: str = "*") -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and content of each row whose name matches."""
    for path in sorted((HERE / "papers").glob(f"{pattern}.yaml")):
        yield path.stem, yaml.safe_load(path.read_text())


def compact(name: str, row: dict[str, Any], results: dict[str, Any]) -> dict[str, Any]:
    """The part of the results that is kept in the repository: scores per seed, no curves, no local paths."""
    kept = {key: results[key] for key in _KEPT}
    kept["config"] = {k: v for k, v in kept["config"].items() if k not in ("out", "data_root", "cache")}
    kept["seeds"] = [{key: seed[key] for key in _KEPT_PER_SEED} for seed in results["seeds"]]
    return {"row": name, "reported": row.get("reported"), **kept}


def main() -> int:
    """Run the chosen rows one after another."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pattern", nargs="?", default="*", help="which rows, by file name")
    parser.add_argument("--seeds", type=int, help="number of splits; default: the row's")
    parser.add_argument("--data-root", type=Path, help="folder with raw data; default $GNN2MLP_DATA, else downloads")
    parser.add_argument("--work", type=Path, default=Path("runs/papers"), help="folder of the full runs")
    options = parser.parse_args()
    for name, row in rows(options.pattern):
        config = {**row["config"], "out": options.work / name, "data_root": options.data_root}
        if options.seeds:
            config["seeds"] = options.seeds
        results = run(RunConfig(**config)).results
        for model in ("teacher", "mlp", "student"):
            scores = "  ".join(
                f"{p} {100 * s['mean']:.2f} ± {100 * s['std']:.2f}" for p, s in results["summary"][model].items()
            )
            print(f"{name:<48} {model:<8} {scores}", flush=True)
        if not options.seeds:
            write_json(HERE / "results" / f"{name}.json", compact(name, row, results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
