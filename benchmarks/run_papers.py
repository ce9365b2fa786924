"""Run the rows of `benchmarks/papers/`; each seed adds a line to `benchmarks/results/<row>.jsonl` once it is done.

    python benchmarks/run_papers.py                        # every row
    python benchmarks/run_papers.py '*krd*cora*' '*mlp*'   # rows whose file name matches
    python benchmarks/run_papers.py --seeds 2              # the first two splits of each row
    python benchmarks/run_papers.py --initialisations 3    # three trainings on each split

Started again, it runs what is missing: seeds without a line, and those whose line was made with another configuration
or by other code. A line that does not tell its code stands; the tables say how many there are.
The tables are of the first training on each split; `gnn2mlp compare benchmarks/results` tells the spread between
initialisations apart from that between splits.
Several may run at the same time and share the work; a seed that one of them is at is passed over by the others.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from rows import Row, rows

from gnn2mlp import RunConfig
from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.studies import ledger
from gnn2mlp.studies.engine import measured
from gnn2mlp.studies.lines import standing

MODELS = ("teacher", "mlp", "student")


def run_seed(row: Row, seed: int, work: Path, settings: dict[str, Any]) -> dict[str, Any] | None:
    """Run one seed of a row and keep its line; `None` if another process is at it.

    The folder tells the configuration, so that changed settings never meet what older ones left.
    """
    config = row.config(**settings, seeds=[seed])
    folder = work / row.name / digest_json(config.identity())[:8] / f"seed-{seed:03d}"
    line = measured(config, folder)
    if line is None:
        return None
    line = {"row": row.name, **line}
    ledger.put(row.path, line, _place)
    return line


def _place(line: dict[str, Any]) -> tuple[int, int]:
    """Which training on which split; a line of older code tells of no initialisation, and is of the first."""
    return line.get("initialisation", 0), line["seed"]


def missing(row: Row, config: RunConfig, latency: bool = False) -> list[int]:
    """Seeds of `config` that have no line made with it; the first one also if its line lacks a wanted latency."""
    lines = standing(ledger.read(row.path), config, renew=True)
    unmeasured = config.seeds[:1] if latency and "latency" not in lines.get(config.seeds[0], {}) else ()
    return [seed for seed in config.seeds if seed not in lines or seed in unmeasured]


def _show(row: Row, line: dict[str, Any]) -> None:
    cells = [f"{model} " + " ".join(f"{p} {100 * s:.2f}" for p, s in line[model].items()) for model in MODELS]
    seconds = sum(line["seconds"].values())
    print(f"{row.name}  seed {line['seed']}  {'  '.join(cells)}  {seconds:.0f} s", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run what is missing of the chosen rows; 1 if something could not be run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pattern", nargs="*", help="which rows, by file name; default: all")
    parser.add_argument("--seeds", type=int, help="only the first so many of each row")
    parser.add_argument("--initialisations", type=int, default=1, help="so many trainings on each split; default 1")
    parser.add_argument("--again", action="store_true", help="run seeds anew that have a line already")
    parser.add_argument("--latency", action="store_true", help="measure the latency with the first seed of each row")
    parser.add_argument("--list", action="store_true", help="say what is missing, and run nothing")
    parser.add_argument("--data-root", type=Path, help="folder with raw data; default $GNN2MLP_DATA, else downloads")
    parser.add_argument("--work", type=Path, default=Path("runs/papers"), help="folder of the full runs")
    parser.add_argument("--cache", type=Path, help="folder of trained teachers, shared by all rows; default in --work")
    parser.add_argument("--results", type=Path, help="folder of the lines, if not benchmarks/results")
    options = parser.parse_args(arguments)
    where = {"results": options.results} if options.results else {}
    failed = False
    for row in rows(*options.pattern, **where):
        try:
            _run_row(row, options)
        except ConfigError as error:
            failed = True
            print(f"{row.name}: {error}", file=sys.stderr, flush=True)
    return int(failed)


def _run_row(row: Row, options: argparse.Namespace) -> None:
    for initialisation in range(options.initialisations):
        _run_initialisation(row, initialisation, options)


def _run_initialisation(row: Row, initialisation: int, options: argparse.Namespace) -> None:
    config = row.config(initialisation=initialisation)
    again = f", initialisation {initialisation}" if initialisation else ""
    if options.seeds:
        config = config.model_copy(update={"seeds": config.seeds[: options.seeds]})
    latency = options.latency and not initialisation
    seeds = list(config.seeds) if options.again else missing(row, config, latency)
    if options.list:
        told = f"{len(seeds)} of {len(config.seeds)} missing" if seeds else "complete"
        print(f"{row.name}{again}: {told}")
        return
    settings = {"data_root": options.data_root, "cache": options.cache or options.work / "cache"}
    settings |= {"initialisation": initialisation}
    for seed in seeds:
        timed = latency and seed == config.seeds[0]
        if line := run_seed(row, seed, options.work, {**settings, "latency": timed}):
            _show(row, line)
        else:
            print(f"{row.name}  seed {seed}{again}  is being run by another process", flush=True)


if __name__ == "__main__":
    sys.exit(main())
