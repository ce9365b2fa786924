"""Objectives of general distillation beside soft labels alone, on unseen and seen nodes.

    python benchmarks/objectives.py --data-root DATA [--seeds 10] [--only NAME ...]   # some 40 s a split on one core
    python benchmarks/objectives.py --table [--check]                                 # writes OBJECTIVES.md

cpf-cora and cpf-citeseer, inductive setting, the literature's splits 0 to 9, teacher SAGE and student MLP with the
settings that GLNN's authors published for each set. The students of a split learn from the same teacher and begin with
the same weights, so that every difference is paired. Validation nodes choose the epoch; test nodes are scored once.
Nothing was tuned here: each term stands beside soft labels with one weight, fixed before, or takes their place.
Started again, it trains what has no line yet with the same settings (`--again`: also what other code has made).
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import torch
from figures import markdown, percent, renew

from gnn2mlp import RunConfig
from gnn2mlp.core.environment import environment
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS, NodeData, Split, load_dataset
from gnn2mlp.distill import Distiller
from gnn2mlp.distill.learner import Learner
from gnn2mlp.evaluate import Outcome, Paired, paired
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods import METHODS
from gnn2mlp.nn.csr import compute_form
from gnn2mlp.pipeline.views import scoring_view, training_view
from gnn2mlp.students import STUDENTS
from gnn2mlp.studies import ledger
from gnn2mlp.studies.lines import measures
from gnn2mlp.studies.versions import counted, deciding_code
from gnn2mlp.teachers import TEACHERS, Export, Teacher

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "objectives.jsonl"
PAGE = HERE / "OBJECTIVES.md"
DATASETS = ("cpf-cora", "cpf-citeseer")
POPULATIONS = ("seen", "unseen")
BASE, TEACHER = "soft labels", "teacher"
SOFT: dict[str, Any] = {"name": "soft_labels"}
FITNETS: dict[str, Any] = {"projector": "linear", "target": "raw", "loss": "squared"}


class Entry(NamedTuple):
    """A student that is compared: its method, and settings of training in which it departs from the others."""

    method: Mapping[str, Any]
    distill: Mapping[str, Any] = {}


def composed(*terms: Any) -> Entry:
    """A sum of objectives."""
    return Entry({"name": "composed", "objective": list(terms)})


def beside(weight: float, name: str, **options: Any) -> Entry:
    """Soft labels and a term."""
    return composed(SOFT, {"name": name, "weight": weight, **options})


ENTRIES: Mapping[str, Entry] = {
    BASE: composed(SOFT),
    "hard labels alone (plain MLP)": composed({"name": "hard_labels"}),
    "half soft, half hard labels": composed({**SOFT, "weight": 0.5}, {"name": "hard_labels", "weight": 0.5}),
    "+ 0.1 `hidden_match` (V_kD)": beside(0.1, "hidden_match"),
    "+ 1 `hidden_match` (V_kD)": beside(1.0, "hidden_match"),
    "+ 1 `hidden_match`, whitened": beside(1.0, "hidden_match", target="whitened"),
    "+ 0.1 `hidden_match` (FitNets)": beside(0.1, "hidden_match", **FITNETS),
    "+ 1 `relation_match` of hidden": beside(1.0, "relation_match"),
    "+ 0.1 `relation_match` of probabilities": beside(0.1, "relation_match", of="probabilities"),
    "+ 0.1 `reliable_neighbours`, all": beside(0.1, "reliable_neighbours", sample=False),
    "+ 0.1 `contrast` (InfoNCE)": beside(0.1, "contrast"),
    "+ 0.1 `decoupled`": beside(0.1, "decoupled"),
    "+ 0.1 `sinkhorn`": beside(0.1, "sinkhorn"),
    "+ 0.1 `dual_head`": beside(0.1, "dual_head"),
    "+ 1 `label_head`": beside(1.0, "label_head"),
    "method `dho`": Entry({"name": "dho"}),
    "half of the rows in each epoch": Entry({"name": "composed", "objective": [SOFT]}, {"rows_fraction": 0.5}),
    "`plackett_luce` in place of them": composed({"name": "plackett_luce"}),
    "`ofa` in place of them": composed({"name": "ofa"}),
    "`bd_kd` in place of them": composed({"name": "bd_kd"}),
    "`sampled_labels`, 50 draws, in place of them": composed({"name": "sampled_labels"}),
}


class Board(NamedTuple):
    """What the students of a data set have in common."""

    config: RunConfig
    graph: NodeData

    @classmethod
    def of(cls, dataset: str, root: Path | None) -> "Board":
        """With the settings published for the data set, and no recipe that was chosen for one method."""
        config = RunConfig(dataset=dataset, setting="inductive", teacher="sage", recipe=False, data_root=root)
        return cls(config.resolve(), load_dataset(config.dataset, root))

    def of_entry(self, entry: Entry) -> RunConfig:
        """The resolved configuration of a student."""
        distill = {**self.config.distill, **entry.distill}
        return self.config.model_copy(update={"method": Spec.parse(entry.method), "distill": distill}).resolve()


class Cell:
    """A split of a data set: its teacher is trained when the first student asks for it."""

    def __init__(self, board: Board, seed: int):
        self.board = board
        self.seed = seed

    @cached_property
    def split(self) -> Split:
        """Who trains, validates and is tested."""
        config = self.board.config
        assert config.split is not None, "resolved"
        splitter = config.split.build(SPLITTERS)
        return splitter.split(self.board.graph, self.seed, config.setting, config.unseen_fraction)

    @cached_property
    def observed(self) -> Any:
        """What training sees."""
        return training_view(self.board.graph, self.split)

    @cached_property
    def teacher(self) -> Teacher:
        """Trained."""
        made = self.board.config.teacher.build(TEACHERS)
        made.fit(self.observed, seed=self.seed)
        return made

    @cached_property
    def knowledge(self) -> TeacherKnowledge:
        """All that the students read of the teacher."""
        methods = [Spec.parse(entry.method).build(METHODS) for entry in ENTRIES.values()]
        keys = set().union(*(method.teacher_keys for method in methods))
        how = Export(**self.board.config.export)
        return self.teacher.export(self.observed, sorted({"logits", *keys}), how=how, seed=self.seed)

    def student(self, config: RunConfig) -> dict[str, Any]:
        """Scores of a trained student, and how its training went."""
        learner = Learner(
            Distiller(**config.distill), config.student.build(STUDENTS), self.observed, self.knowledge, seed=self.seed
        )
        result = config.method.build(METHODS).learn(learner)
        full = scoring_view(self.board.graph, self.split)
        with torch.inference_mode():
            logits = result.module(compute_form(full.graph.features)).logits.clone()
        history = result.history
        kept = {"epoch": history.best_epoch, "valid": history.valid[history.best_epoch - 1]}
        return {"scores": self.scored({"seen": logits, "unseen": logits, "test": logits}), "kept": kept} | {
            "seconds": history.seconds
        }

    def taught(self) -> dict[str, Any]:
        """Scores of the teacher: seen nodes on the observed edges, unseen ones on all of them."""
        whole = self.teacher.predict(scoring_view(self.board.graph, self.split).graph)
        alone = torch.full_like(whole, float("nan"))
        alone[self.observed.node_ids] = self.knowledge["logits"].to(whole.dtype)
        return {"scores": self.scored({"seen": alone, "unseen": whole, "test": whole})} | {
            "seconds": self.teacher.history_.seconds
        }

    def scored(self, logits: Mapping[str, torch.Tensor]) -> dict[str, float]:
        """Accuracy by population."""
        labels = self.board.graph.labels
        task = self.observed.task
        nodes = {"seen": self.split.seen, "unseen": self.split.unseen, "test": self.split.test}
        return {name: task.accuracy(logits[name][ids], labels[ids]) for name, ids in nodes.items()}


def line_of(cell: Cell, name: str, config: RunConfig, found: Mapping[str, Any]) -> dict[str, Any]:
    """All that the page needs of a student or teacher, and what made it."""
    split = {"digest": cell.split.digest, **cell.split.sizes}
    return {
        "row": name,
        "dataset": config.dataset.name,
        "seed": cell.seed,
        "split": split,
        **found,
        "config": config.identity(),
        "environment": environment(torch.device("cpu")),
        "code": deciding_code(config),
    }


def key_of(line: Mapping[str, Any]) -> tuple[str, int, str]:
    """What there is one line of."""
    return line["dataset"], line["seed"], line["row"]


def run(root: Path | None, seeds: Sequence[int], only: Sequence[str], again: bool) -> None:
    """Train what is missing, and write each line as it comes."""
    for seed in seeds:
        for dataset in DATASETS:
            cell = Cell(Board.of(dataset, root), seed)
            for name, config in wanted(cell.board, only):
                if not made(dataset, seed, name, config, again):
                    found = cell.taught() if name == TEACHER else cell.student(config)
                    ledger.put(RESULTS, line_of(cell, name, config, found), key_of)
                    print(f"{dataset} {seed} {name}: {percent([found['scores']['unseen']])[:5]}", flush=True)


def wanted(board: Board, only: Sequence[str]) -> Iterator[tuple[str, RunConfig]]:
    """Each row with its configuration, the teacher first."""
    yield TEACHER, board.config
    for name, entry in ENTRIES.items():
        if not only or any(word in name for word in only):
            yield name, board.of_entry(entry)


def made(dataset: str, seed: int, name: str, config: RunConfig, again: bool) -> bool:
    """Whether there is a line of these settings; with `again` of the present code, too."""
    lines = {key_of(line): line for line in ledger.read(RESULTS)}
    line = lines.get((dataset, seed, name))
    same = line is not None and measures(line, config)
    return same and not (again and line is not None and line["code"] != deciding_code(config))


def outcomes(lines: Iterable[Mapping[str, Any]], dataset: str, row: str, population: str) -> list[Outcome]:
    """The scores of a row by split."""
    return [
        Outcome.of({**line, row: line["scores"]}, row, population)
        for line in lines
        if line["dataset"] == dataset and line["row"] == row
    ]


def compared(
    lines: Sequence[Mapping[str, Any]], comparisons: int, test: str = "plain"
) -> dict[tuple[str, str, str], Paired]:
    """Each row but the base against it, by row, data set and population."""
    return {
        (row, dataset, population): paired(
            outcomes(lines, dataset, row, population), outcomes(lines, dataset, BASE, population), test, comparisons
        )
        for row in ENTRIES
        for dataset in DATASETS
        for population in POPULATIONS
        if row != BASE and outcomes(lines, dataset, row, population)
    }


def table(lines: Sequence[Mapping[str, Any]]) -> str:
    """Means and simultaneous intervals of the differences, in points."""
    found = compared(lines, len(compared(lines, 1)))
    columns = [(dataset, population) for dataset in DATASETS for population in POPULATIONS]
    rows = []
    for name in (TEACHER, *ENTRIES):
        if not any(line["row"] == name for line in lines):
            continue
        cells = [_cell(lines, name, *column, found.get((name, *column))) for column in columns]
        splits = [sum(key_of(line)[::2] == (dataset, name) for line in lines) for dataset in DATASETS]
        rows.append([name, *cells, " and ".join(map(str, splits)), _seconds(lines, name)])
    head = ["", *(f"{dataset}, {population}" for dataset, population in columns), "splits", "seconds"]
    return markdown(head, rows)


def _cell(lines: Sequence[Mapping[str, Any]], row: str, dataset: str, population: str, found: Paired | None) -> str:
    scores = [one.score for one in outcomes(lines, dataset, row, population)]
    if not scores:
        return ""
    if found is None or found.n == 1:
        return percent(scores)
    points = [100 * value for value in (found.difference, found.low, found.high)]
    mark = "**" if found.differs else ""
    return f"{mark}{points[0]:+.2f}{mark} [{points[1]:+.1f}, {points[2]:+.1f}]"


def _seconds(lines: Sequence[Mapping[str, Any]], row: str) -> str:
    found = [line["seconds"] for line in lines if line["row"] == row]
    return f"{median(found):.1f}" if found else ""


def verdict(lines: Sequence[Mapping[str, Any]]) -> str:
    """What the table says of which rows, in words."""
    count = len(compared(lines, 1))
    together, single = compared(lines, count), compared(lines, 1)
    strict = compared(lines, count, "corrected")
    return "\n".join(
        [
            f"- Better than soft labels on these graphs beyond chance: {_those(together, up=True)}.",
            f"- Worse: {_those(together, up=False)}.",
            f"- Of graphs like these (Nadeau and Bengio's test, which is far stricter where test nodes are many and "
            f"labels few): better {_those(strict, up=True)}, worse {_those(strict, up=False)}.",
            f"- Better if each were the only comparison: {_those(single, up=True)}; of {count} comparisons "
            f"{count / 40:.1f} are expected to seem better where there is no difference at all.",
        ]
    )


def _those(found: Mapping[tuple[str, str, str], Paired], up: bool) -> str:
    """The rows that differ, and where."""
    places: dict[str, list[str]] = {}
    for (row, dataset, population), one in found.items():
        if one.differs and (one.difference > 0) == up:
            places.setdefault(row, []).append(f"{dataset} {population}")
    return "; ".join(f"{row} ({', '.join(where)})" for row, where in places.items()) or "none"


def page(lines: Sequence[Mapping[str, Any]]) -> str:
    """The page: what was trained and how, the table, and what it says."""
    assert __doc__ is not None
    how = __doc__.split("\n\n", 2)[2].strip().replace("Started again", "\nStarted again")
    versions = "; ".join(f"{count} lines by {by}" for by, count, _ in counted(lines))
    reading = (
        "Accuracy in per cent. Of teacher and base mean ± standard deviation over splits; of others the mean paired "
        "difference to the base in points, with the paired t-test's interval, which speaks of further splits of these "
        f"graphs, widened so that all {len(compared(lines, 1))} of the table hold together 95 % of the time "
        "(Bonferroni); bold where it excludes 0. `splits` are those that have been trained, by data set. Seconds are "
        "the median of a training beside other work: orders of magnitude."
    )
    parts = ["# Objectives", f"Made by `benchmarks/objectives.py --table`. {how}", reading, table(lines)]
    return "\n\n".join([*parts, verdict(lines), f"Made by {versions}."]) + "\n"


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-root", type=Path, help="folder with raw data; default $GNN2MLP_DATA")
    parser.add_argument("--seeds", type=int, default=10, help="how many splits")
    parser.add_argument("--only", nargs="*", default=[], help="words in the names of the rows to train")
    parser.add_argument("--again", action="store_true", help="train anew what other code has made")
    parser.add_argument("--table", action="store_true", help="write the page of what was trained")
    parser.add_argument("--check", action="store_true", help="with --table: only say whether it is up to date")
    options = parser.parse_args()
    if options.table:
        return renew(PAGE, page(ledger.read(RESULTS)), options.check, "benchmarks/objectives.py --table")
    torch.set_num_threads(1)
    run(options.data_root, range(options.seeds), options.only, options.again)
    return 0


if __name__ == "__main__":
    sys.exit(main())
