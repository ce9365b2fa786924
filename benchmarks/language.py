"""Language models as teachers of nodes with texts: what the encoder, the graph and the contrast each bring.

    python benchmarks/language.py --data-root DATA [--splits 5] [--only NAME ...]   # some minutes a split on one core
    python benchmarks/language.py --table [--check]                                 # writes LANGUAGE.md

cora-cane, inductive setting, the first splits of the literature's protocol: 20 labels a class train, 30 validate, a
fifth of the other nodes is unseen. Features are a bag of words. Each teacher is trained once a split; its students
begin with the same weights, so that every difference is paired. Validation nodes choose epochs and penalties; test
nodes are scored once. Components have their defaults and nothing was tuned. Encoders that are fitted (LSA) see observed
texts alone; what language models make of texts is kept in the cache. hepth-cane has no classes and no row.
Started again, it trains what has no line yet.
"""

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import torch
from figures import markdown, percent, renew

from gnn2mlp import RunConfig
from gnn2mlp.core.environment import environment
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS, Full, NodeData, Observed, Split, load_dataset
from gnn2mlp.distill import Distiller
from gnn2mlp.distill.learner import Learner
from gnn2mlp.distill.networks import as_teacher
from gnn2mlp.evaluate import Outcome, Paired, paired
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods import METHODS
from gnn2mlp.nn.csr import compute_form
from gnn2mlp.pipeline.views import scoring_view, training_view
from gnn2mlp.students import STUDENTS
from gnn2mlp.studies import ledger
from gnn2mlp.studies.versions import counted, deciding_code
from gnn2mlp.teachers import TEACHERS, Teacher
from gnn2mlp.teachers.language import Language

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "language.jsonl"
PAGE = HERE / "LANGUAGE.md"
DATASET = "cora-cane"
POPULATIONS = ("seen", "unseen")
BOTH = {"name": "side_by_side", "encoders": ["minilm", "lsa"]}
KEYS = ("logits", "hop_embeddings")


def language(encoder: Any, **options: Any) -> Spec:
    """A teacher that reads texts."""
    return Spec("language", encoder=encoder, **options)


ENCODERS: Mapping[str, Any] = {
    "TF-IDF": "tfidf",
    "LSA": "lsa",
    "WordLlama": "wordllama",
    "MiniLM": "minilm",
    "MiniLM + LSA": BOTH,
}
TEACHERS_OF: Mapping[str, Spec] = {
    "GCN on the bag of words": Spec("gcn"),
    "APPNP on the bag of words": Spec("appnp"),
    **{f"{name}, text alone": language(encoder, hops=0) for name, encoder in ENCODERS.items()},
    **{f"{name}, 2 hops": language(encoder) for name, encoder in ENCODERS.items() if name != "TF-IDF"},
}
GCN, PLAIN, BARE, BEST = "GCN on the bag of words", "GLNN of GCN", "plain MLP", "MiniLM + LSA, 2 hops"
FULL = "LinguGKD (hard and soft labels + 0.1 contrast)"
# Its last two hidden layers meet hops 1 and 2, as in the paper, whose student is a GNN.
NETWORK = Spec("gnn", encoder={"name": "gcn", "layers": 3})


class Entry(NamedTuple):
    """A student: the teacher that it learns from, by which method, and whether it reads embeddings, not words.

    `student` is one that needs the graph; `None`: the MLP.
    """

    teacher: str | None
    method: Spec
    embeddings: bool = False
    student: Spec | None = None


def gkd(hard: float, soft: float) -> Spec:
    """LinguGKD with these weights of labels."""
    return Spec("lingu_gkd", hard_weight=hard, soft_weight=soft)


GLNN = Spec("glnn")
STUDENTS_OF: Mapping[str, Entry] = {
    BARE: Entry(None, Spec("mlp")),
    PLAIN: Entry(GCN, GLNN),
    **{f"GLNN of {name}, 2 hops": Entry(f"{name}, 2 hops", GLNN) for name in ENCODERS if name != "TF-IDF"},
    "hard labels + 0.1 contrast": Entry(BEST, gkd(1, 0)),
    FULL: Entry(BEST, gkd(1, 1)),
    "plain MLP on embeddings": Entry(None, Spec("mlp"), True),
    "GLNN of MiniLM + LSA, 2 hops, on embeddings": Entry(BEST, GLNN, True),
    "GCN, labels alone": Entry(None, Spec("mlp"), student=NETWORK),
    f"GCN, soft labels of {BEST}": Entry(BEST, GLNN, student=NETWORK),
    "GCN, hard labels + 0.1 contrast": Entry(BEST, gkd(1, 0), student=NETWORK),
    f"GCN, {FULL}": Entry(BEST, gkd(1, 1), student=NETWORK),
}
NEEDING = {name: entry for name, entry in STUDENTS_OF.items() if entry.student is not None}
GRAPH_FREE = {name: entry for name, entry in STUDENTS_OF.items() if name not in NEEDING}
ALONE, SOFT = "GCN, labels alone", f"GCN, soft labels of {BEST}"
# Each row, the one that it is held against, the population, and by how many points it was to differ at least.
TARGETS: Sequence[tuple[str, str | None, str, float]] = (
    (f"GLNN of {BEST}", PLAIN, "seen", 1.5),
    (f"GLNN of {BEST}", PLAIN, "unseen", -1.5),
    ("GLNN of MiniLM + LSA, 2 hops, on embeddings", None, "unseen", 80.0),
    ("hard labels + 0.1 contrast", BARE, "seen", 12.0),
)


class Cell:
    """A split: teachers are trained when the first student asks for them."""

    def __init__(self, config: RunConfig, graph: NodeData, seed: int):
        self.config = config
        self.graph = graph
        self.seed = seed
        self._teachers: dict[str, Teacher] = {}

    @cached_property
    def split(self) -> Split:
        """Who trains, validates and is tested."""
        assert self.config.split is not None, "resolved"
        return self.config.split.build(SPLITTERS).split(self.graph, self.seed, "inductive", self.config.unseen_fraction)

    @cached_property
    def observed(self) -> Observed:
        """What training sees."""
        return training_view(self.graph, self.split)

    @cached_property
    def full(self) -> Full:
        """What scoring sees."""
        return scoring_view(self.graph, self.split)

    def teacher(self, name: str) -> Teacher:
        """Trained."""
        if name not in self._teachers:
            made = TEACHERS_OF[name].build(TEACHERS)
            made.fit(self.observed, seed=self.seed)
            self._teachers[name] = made
        return self._teachers[name]

    def knowledge(self, name: str, keys: Iterable[str]) -> TeacherKnowledge:
        """What a teacher writes down."""
        return self.teacher(name).export(self.observed, sorted({"logits", *keys}), seed=self.seed)

    def taught(self, name: str) -> dict[str, Any]:
        """Scores of a teacher: seen nodes on observed edges, unseen ones on all of them."""
        made = self.teacher(name)
        return {"scores": self.scored(self.predicted(made)), "seconds": made.history_.seconds}

    def predicted(self, made: Teacher) -> dict[str, torch.Tensor]:
        """Logits of all nodes by what a network that reads the graph sees."""
        whole = made.predict(self.full.graph)
        alone = torch.full_like(whole, float("nan"))
        alone[self.observed.node_ids] = made.predict(self.observed.graph)
        return {"seen": alone, "unseen": whole}

    def student(self, entry: Entry) -> dict[str, Any]:
        """Scores of a student, and how its training went."""
        method = entry.method.build(METHODS)
        known = None if entry.teacher is None else self.knowledge(entry.teacher, method.teacher_keys)
        observed, graph = self.observed, self.full.graph
        if entry.embeddings:
            reader = self.teacher(BEST)
            assert isinstance(reader, Language)
            observed, graph = replace(observed, graph=reader.embedded(observed.graph)), reader.embedded(graph)
        made = (entry.student or self.config.student).build(STUDENTS)
        result = method.learn(Learner(Distiller(**self.config.distill), made, observed, known, seed=self.seed))
        if made.needs_graph:
            logits = self.predicted(as_teacher(result))
        else:
            with torch.inference_mode():
                logits = dict.fromkeys(POPULATIONS, result.module(compute_form(graph.features)).logits.clone())
        kept = {"seconds": result.history.seconds, "kept": result.history.best_epoch}
        return {"scores": self.scored(logits), **kept}

    def scored(self, logits: Mapping[str, torch.Tensor]) -> dict[str, float]:
        """Accuracy by population."""
        labels, task = self.graph.labels, self.observed.task
        nodes = {"seen": self.split.seen, "unseen": self.split.unseen}
        return {name: task.accuracy(logits[name][ids], labels[ids]) for name, ids in nodes.items()}


def line_of(cell: Cell, kind: str, name: str, setting: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """All that the page needs of a row, and what made it."""
    return {
        "kind": kind,
        "row": name,
        "seed": cell.seed,
        "split": {"digest": cell.split.digest, **cell.split.sizes},
        **found,
        "setting": setting,
        "environment": environment(torch.device("cpu")),
        "code": deciding_code(cell.config),
    }


def key_of(line: Mapping[str, Any]) -> tuple[str, str, int]:
    """What there is one line of."""
    return line["kind"], line["row"], line["seed"]


def settings() -> dict[tuple[str, str], dict[str, Any]]:
    """Of each row, teachers first, all that was chosen."""
    taught = {("teacher", name): spec.to_dict() for name, spec in TEACHERS_OF.items()}
    return taught | {
        ("student", name): {"teacher": one.teacher, "method": one.method.to_dict(), "embeddings": one.embeddings}
        | ({} if one.student is None else {"student": one.student.to_dict()})
        for name, one in STUDENTS_OF.items()
    }


def run(root: Path | None, seeds: Iterable[int], only: Sequence[str]) -> None:
    """Train what is missing, and write each line as it comes."""
    config = RunConfig(dataset=DATASET, setting="inductive", recipe=False, data_root=root).resolve()
    graph = load_dataset(config.dataset, root)
    for seed in seeds:
        cell = Cell(config, graph, seed)
        for (kind, name), setting in settings().items():
            known = {key_of(line): line["setting"] for line in ledger.read(RESULTS)}
            if known.get((kind, name, seed)) == setting or (only and not any(word in name for word in only)):
                continue
            found = cell.taught(name) if kind == "teacher" else cell.student(STUDENTS_OF[name])
            ledger.put(RESULTS, line_of(cell, kind, name, setting, found), key_of)
            print(f"{seed} {kind} {name}: {percent([found['scores']['seen']])[:5]}", flush=True)


def outcomes(lines: Iterable[Mapping[str, Any]], kind: str, row: str, population: str) -> list[Outcome]:
    """The scores of a row by split."""
    chosen = [line for line in lines if (line["kind"], line["row"]) == (kind, row)]
    return [Outcome.of({**line, row: line["scores"]}, row, population) for line in chosen]


def compared(lines: Sequence[Mapping[str, Any]], row: str, base: str, population: str, test: str) -> Paired | None:
    """A student against another, if both are there."""
    ours, theirs = (outcomes(lines, "student", name, population) for name in (row, base))
    return paired(ours, theirs, test) if ours and theirs and row != base else None


def teachers_table(lines: Sequence[Mapping[str, Any]]) -> str:
    """Means and deviations of teachers and probes."""
    rows = []
    for name in TEACHERS_OF:
        found = [outcomes(lines, "teacher", name, population) for population in POPULATIONS]
        if all(found):
            rows.append([name, *(percent([one.score for one in each]) for each in found), str(len(found[0]))])
    return markdown(["", "seen", "unseen", "splits"], rows)


def students_table(lines: Sequence[Mapping[str, Any]]) -> str:
    """Means of students, and their differences to GLNN of a GCN and to the plain MLP, corrected for shared nodes."""
    rows = []
    for name, entry in GRAPH_FREE.items():
        found = [outcomes(lines, "student", name, population) for population in POPULATIONS]
        if not all(found):
            continue
        cells = [percent([one.score for one in each]) for each in found]
        cells += [_difference(compared(lines, name, PLAIN, population, "corrected")) for population in POPULATIONS]
        cells.append(_difference(compared(lines, name, BARE, "seen", "corrected")))
        rows.append([name, "embeddings" if entry.embeddings else "words", *cells, str(len(found[0]))])
    head = ["", "reads", "seen", "unseen", f"seen - {PLAIN}", f"unseen - {PLAIN}", f"seen - {BARE}", "splits"]
    return markdown(head, rows)


def networks_table(lines: Sequence[Mapping[str, Any]]) -> str:
    """Means of students that need the graph, and their differences to the same network without a teacher."""
    rows = []
    for name in NEEDING:
        found = [outcomes(lines, "student", name, population) for population in POPULATIONS]
        if all(found):
            cells = [percent([one.score for one in each]) for each in found]
            cells += [_difference(compared(lines, name, ALONE, population, "corrected")) for population in POPULATIONS]
            rows.append([name, *cells, str(len(found[0]))])
    return markdown(
        ["needs the graph", "seen", "unseen", "seen - labels alone", "unseen - labels alone", "splits"], rows
    )


def networks(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    """The part of the page on students that need the graph; empty before there is a line of one."""
    if not any((line["kind"], line["row"]) == ("student", name) for line in lines for name in NEEDING):
        return []
    how = (
        "The paper's own student: a GCN of three layers that reads the words, distilled with the same objectives, and "
        "scored as a teacher is. Hop 2 meets its last hidden layer, hops 1 and 0 the one before. These rows **need the "
        "graph** when they answer and compete with teachers, not with the students above."
    )
    name = f"GCN, {FULL}"
    same = [_difference(compared(lines, name, SOFT, population, "corrected")) or "-" for population in POPULATIONS]
    beside = f"LinguGKD minus the same GCN under soft labels: seen {same[0]}, unseen {same[1]} points."
    return ["## Students that need the graph", how, networks_table(lines), beside]


def _difference(found: Paired | None) -> str:
    if found is None:
        return ""
    points = [100 * value for value in (found.difference, found.low, found.high)]
    mark = "**" if found.differs else ""
    return f"{mark}{points[0]:+.1f}{mark} [{points[1]:+.1f}, {points[2]:+.1f}]"


def targets(lines: Sequence[Mapping[str, Any]]) -> str:
    """What was aimed at before, and what came of it."""
    rows = []
    for row, base, population, least in TARGETS:
        ours = outcomes(lines, "student", row, population)
        if not ours:
            continue
        if base is None:
            value = 100 * sum(one.score for one in ours) / len(ours)
            aim, got = f"at least {least:.0f}", f"{value:.1f}"
        else:
            found = compared(lines, row, base, population, "corrected")
            assert found is not None
            value = 100 * found.difference
            aim, got = f"{base} {least:+.1f} at least", _difference(found)
        rows.append([row, population, aim, got, "reached" if value >= least else "missed"])
    return markdown(["Student", "nodes", "aim", "got", ""], rows)


def page(lines: Sequence[Mapping[str, Any]]) -> str:
    """The page: what was trained and how, tables, and what they say."""
    assert __doc__ is not None
    how = " ".join(__doc__.split("\n\n", 2)[2].split())
    versions = "; ".join(f"{count} lines by {by}" for by, count, _ in counted(lines))
    splits = len({line["seed"] for line in lines})
    reading = (
        f"Accuracy in per cent, mean ± standard deviation over the splits that have been trained, of {splits} so far; "
        "five were planned, and what is missing the script trains. Differences are paired, in points, "
        "with the 95 % interval of Nadeau and Bengio's corrected test; bold where it excludes 0. They are single "
        "comparisons: of twenty one is expected to seem to differ by chance."
    )
    words = (
        "`text alone` is logistic regression on what the encoder makes of a node's own text; `2 hops` the same on its "
        "mean over neighbours, twice: the default of teacher `language`. Students of the first part read the words of "
        "their own node, as GLNN's do; those on embeddings need the encoder in production too."
    )
    parts = ["# Language models as teachers", f"Made by `benchmarks/language.py --table`. {how}", reading, words]
    same = [_difference(compared(lines, FULL, f"GLNN of {BEST}", p, "corrected")) for p in POPULATIONS]
    beside = f"LinguGKD minus GLNN of the same teacher, on the splits of both: seen {same[0]}, unseen {same[1]} points."
    aims = "Reached or missed by the mean; an interval that holds 0 shows no difference."
    parts += ["## Teachers and probes", teachers_table(lines), "## Students", students_table(lines), beside]
    parts += networks(lines)
    return "\n\n".join([*parts, "## What was aimed at", aims, targets(lines), f"Made by {versions}."]) + "\n"


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-root", type=Path, help="folder with raw data; default $GNN2MLP_DATA")
    parser.add_argument("--splits", type=int, default=5, help="how many")
    parser.add_argument("--only", nargs="*", default=[], help="words in the names of the rows to train")
    parser.add_argument("--table", action="store_true", help="write the page of what was trained")
    parser.add_argument("--check", action="store_true", help="with --table: only say whether it is up to date")
    options = parser.parse_args()
    if options.table:
        return renew(PAGE, page(ledger.read(RESULTS)), options.check, "benchmarks/language.py --table")
    torch.set_num_threads(1)
    run(options.data_root, range(options.splits), options.only)
    return 0


if __name__ == "__main__":
    sys.exit(main())
