"""Links without the graph: a GNN, heuristics, an MLP, LLP and EHDM on the same splits.

    python benchmarks/links.py --data-root DATA [--seeds 5] [--datasets NAME ...] [--settings NAME ...] [--only RUN ...]
    python benchmarks/links.py --list                                             # what is missing, and run nothing
    python benchmarks/links.py --absent                                           # leaves older lines as they are
    python benchmarks/links.py --table [--check]                                  # writes LINKS.md

Every split has a teacher of its own, and all models of a split are scored on the same pairs and negatives; the spread
is that between splits. Settings are those that `gnn2mlp run --task link` takes: the teacher is SAGE with two layers of
256, weights and contexts of LLP are those of the recipe for data set and setting, `pipeline/recipes/links.yaml`, and
EHDM has the package's defaults. The best heuristic is that of common neighbours, Adamic-Adar and resource allocation
whose AUC on validation pairs is highest. Validation pairs choose the epoch, by AUC; test pairs are scored once.
Transductive: 5 % of the pairs validate, 10 % test. Production: a tenth of the nodes, on Cora and CiteSeer three tenths,
do not exist in training; GNN and heuristics see their links when they answer, except those that are tested, while MLP,
LLP and EHDM read two rows of features. The Amazon graphs are their largest components.
Each run adds a line to `results/links.jsonl` once it is done. Started again, it runs what is missing: runs without a
line, and those whose line was made with other settings or by other code; with `--absent` the former alone.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import links_page
from figures import renew
from links_lines import DATASETS, RESULTS, RUNS, SETTINGS, SPLITS, key_of

from gnn2mlp import RunConfig, run
from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.locks import claimed
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.pipeline import RunResult
from gnn2mlp.studies import ledger
from gnn2mlp.studies.lines import standing
from gnn2mlp.studies.versions import deciding_code

PAGE = Path(__file__).parent / "LINKS.md"
SCRIPT = "benchmarks/links.py --table"


class Entry(NamedTuple):
    """A run of the board: what there is a line of."""

    dataset: str
    setting: str
    seed: int
    row: str

    def config(self, **where: Any) -> RunConfig:
        """The resolved configuration; `where`: folders."""
        given: dict[str, Any] = {"task": "link", "dataset": self.dataset, "setting": self.setting, **RUNS[self.row]}
        return RunConfig(**given, seeds=[self.seed], threads=1, device="cpu", latency=False, **where).resolve()


def wanted(options: argparse.Namespace) -> Iterator[Entry]:
    """The chosen runs: split by split, so that what is stopped early has all models of the splits that were run."""
    for dataset in options.datasets:
        for seed in range(options.seeds):
            for setting in options.settings:
                yield from (Entry(dataset, setting, seed, row) for row in options.only)


def missing(entry: Entry, results: Path, absent: bool = False) -> bool:
    """Whether a run has no line that present settings and code made; `absent`: no line at all."""
    lines = [line for line in ledger.read(results) if key_of(line) == key_of(entry._asdict())]
    return not lines if absent else entry.seed not in standing(lines, entry.config(), renew=True)


def line_of(entry: Entry, config: RunConfig, made: RunResult) -> dict[str, Any]:
    """All that the page needs of a run of one split, and what made it."""
    (record,) = made.results["seeds"]
    history = record["history"].items()
    return {
        **entry._asdict(),
        **{part: record[part] for part in ("split", "scores", "seconds")},
        "kept": {model: {"epoch": one["best_epoch"], "valid": one["valid_best"]} for model, one in history},
        "graph": made.results["graph"],
        "config": config.identity(),
        "environment": made.results["environment"],
        "code": deciding_code(config),
    }


def silently(seed: int, stage: str) -> Progress:
    """No stage has a listener that does anything."""
    return silent


def measure(entry: Entry, options: argparse.Namespace) -> dict[str, Any] | None:
    """The line of a run; `None` if another process is at it. The folder tells the settings."""
    config = entry.config(data_root=options.data_root, cache=options.work / "cache")
    folder = options.work / f"{entry.dataset}-{entry.setting}-{entry.seed}-{entry.row}"
    folder = folder / digest_json(config.identity())[:8]
    with claimed(folder.with_name(f"{folder.name}.run")) as mine:
        if not mine:
            return None
        return line_of(entry, config, run(config.model_copy(update={"out": folder}), silently, pages=False))


def told(line: dict[str, Any]) -> str:
    """A line on the terminal: AUC and Hits@20 of all pairs."""
    cells = [f"{model} {_cell(scores['overall'])}" for model, scores in line["scores"].items()]
    seconds = sum(line["seconds"].values())
    return f"{line['dataset']} {line['setting']} {line['seed']} {line['row']}: {', '.join(cells)}; {seconds:.0f} s"


def _cell(scores: dict[str, float]) -> str:
    return " ".join(f"{100 * scores[metric]:.1f}" for metric in ("auc", "hits@20") if metric in scores)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-root", type=Path, help="folder with raw data; default $GNN2MLP_DATA")
    parser.add_argument("--datasets", nargs="+", choices=DATASETS, default=DATASETS, help="which data sets")
    parser.add_argument("--settings", nargs="+", choices=SETTINGS, default=SETTINGS, help="which settings")
    parser.add_argument("--only", nargs="+", choices=RUNS, default=tuple(RUNS), help="which runs of a split")
    parser.add_argument("--seeds", type=int, default=SPLITS, help="how many splits")
    parser.add_argument("--work", type=Path, default=Path("runs/links"), help="folder of the full runs")
    parser.add_argument("--results", type=Path, default=RESULTS, help="file of the lines")
    parser.add_argument("--list", action="store_true", help="say what is missing, and run nothing")
    parser.add_argument("--absent", action="store_true", help="only runs without any line, however old")
    parser.add_argument("--table", action="store_true", help="write the page of what was run")
    parser.add_argument("--check", action="store_true", help="with --table: only say whether it is up to date")
    options = parser.parse_args(arguments)
    if options.table:
        return renew(PAGE, page(options.results), options.check, SCRIPT)
    for entry in wanted(options):
        if missing(entry, options.results, options.absent):
            if options.list:
                print(*entry)
            elif line := measure(entry, options):
                ledger.put(options.results, line, key_of)
                print(told(line), flush=True)
    return 0


def page(results: Path = RESULTS) -> str:
    """The page, as the lines and the measurements have it."""
    assert __doc__ is not None
    how = __doc__.split("\n\n", 2)[2].strip()
    return links_page.page(how, ledger.read(results))


if __name__ == "__main__":
    sys.exit(main())
