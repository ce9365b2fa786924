"""What a stage is given decides it: every input is changed in turn, and exactly what depends on it is made anew."""

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from gnn2mlp import RunConfig, run
from gnn2mlp.core import source
from gnn2mlp.core.progress import silent
from gnn2mlp.core.source import forget_sources, locate
from gnn2mlp.data import NodeData, Split
from gnn2mlp.data.graph import GraphData
from gnn2mlp.knowledge import Store, TeacherKnowledge
from gnn2mlp.pipeline import seed as wiring
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.seed import plan
from gnn2mlp.pipeline.stage import Stage
from tests.helpers import tiny_arrays, tiny_graph
from tests.tiny import views_of

TEACHER, KNOWLEDGE, MLP, STUDENT, RECORD = "teacher", "knowledge", "mlp", "student", "record"
ALL = {TEACHER, KNOWLEDGE, MLP, STUDENT, RECORD}
TAUGHT = {TEACHER, KNOWLEDGE, STUDENT, RECORD}
WRITTEN = {KNOWLEDGE, STUDENT, RECORD}
STUDENTS = {MLP, STUDENT, RECORD}
DISTILLED = {STUDENT, RECORD}
NAMED = {KNOWLEDGE, MLP, STUDENT, RECORD}
SCORED = {RECORD}

MAKERS = {"fit_teacher": TEACHER, "export_knowledge": KNOWLEDGE, "score": RECORD}


class Bench:
    """A tiny inductive seed whose data and settings can be changed; `made` runs it and says what was made anew."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch):
        self.folder = folder
        self.made_now: list[str] = []
        self.edited: set[str] = set()
        self.graph: NodeData = tiny_graph(nodes=60)
        self.split: Split = views_of(self.graph, "inductive").full.split
        self.settings: dict[str, Any] = {
            "dataset": "digits",
            "setting": "inductive",
            "teacher": {"name": "gcn", "hidden": 4, "epochs": 2},
            "student": {"name": "mlp", "hidden": 4},
            "method": {"name": "glnn"},
            "distill": {"epochs": 2},
        }
        self.seed = 0
        self._count(monkeypatch)
        read = source.read_bytes
        altered = lambda path: read(path) + (b"# edited\n" if path in map(locate, self.edited) else b"")  # noqa: E731
        monkeypatch.setattr(source, "read_bytes", altered)

    def _count(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, stage in MAKERS.items():
            monkeypatch.setattr(wiring, name, counted(getattr(wiring, name), lambda _, s=stage: s, self.made_now))
        role = lambda given: MLP if given["method"].name == "mlp" else STUDENT  # noqa: E731
        monkeypatch.setattr(wiring, "distil_student", counted(wiring.distil_student, role, self.made_now))

    def made(self) -> set[str]:
        """Run the seed; the stages that were made and not found."""
        self.made_now.clear()
        if self.edited:
            forget_sources()
        _ = self.stages()[RECORD].value
        assert len(self.made_now) == len(set(self.made_now))
        return set(self.made_now)

    def stages(self) -> dict[str, Stage[Any]]:
        """Every stage of the seed, none of which has begun."""
        config = RunConfig(**self.settings).resolve()
        job = FixedSplit(
            config, self.graph, self.folder / "out", Store(self.folder / "cache"), torch.device("cpu"), quiet
        )
        object.__setattr__(job, "fixed", self.split)
        seed = plan(job, self.seed)
        return {name: getattr(seed, name) for name in (TEACHER, KNOWLEDGE, MLP, STUDENT, RECORD)}


class FixedSplit(Job):
    """A job whose split is given."""

    def split(self, seed: int) -> Split:
        return self.fixed  # type: ignore[attr-defined, no-any-return]


def quiet(seed: int, stage: str) -> Any:
    return silent


def counted(make: Callable[..., Any], stage: Callable[[Any], str], made: list[str]) -> Callable[..., Any]:
    """The same function, for the module that it is from, which notes that it was called."""

    def counting(**given: Any) -> Any:
        made.append(stage(given))
        return make(**given)

    counting.__module__ = make.__module__
    return counting


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a bench on which all has been made."""
    folder = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch:
        bench = Bench(folder, patch)
        assert bench.made() == ALL
        assert bench.made() == set()
    return folder


@pytest.fixture
def bench(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    made = Bench(tmp_path, monkeypatch)
    yield made
    if made.edited:
        forget_sources()


# Each changes one thing, and says what depends on it.


def relabel(ids: Callable[[Split], torch.Tensor]) -> Callable[[Bench], None]:
    def change(bench: Bench) -> None:
        labels = bench.graph.labels.clone()
        node = ids(bench.split)[0]
        labels[node] = (labels[node] + 1) % 3
        bench.graph = replace(bench.graph, labels=labels)

    return change


def disturb(ids: Callable[[Split], torch.Tensor]) -> Callable[[Bench], None]:
    def change(bench: Bench) -> None:
        features = bench.graph.features.clone()  # type: ignore[union-attr]
        features[ids(bench.split)[0], 0] += 1
        bench.graph = replace(bench.graph, features=features)

    return change


def unlink(unseen: bool) -> Callable[[Bench], None]:
    """Leave out an edge, of an unseen node or between two others."""

    def change(bench: Bench) -> None:
        assert isinstance(bench.graph, GraphData)
        edges = bench.graph.edge_index
        touches = torch.isin(edges, bench.split.unseen).any(0)
        a, b = edges[:, (touches if unseen else ~touches).nonzero()[0, 0]]
        gone = ((edges[0] == a) & (edges[1] == b)) | ((edges[0] == b) & (edges[1] == a))
        bench.graph = replace(bench.graph, edge_index=edges[:, ~gone])

    return change


def widen(bench: Bench) -> None:
    """A column without an entry: sparse features that differ in their width alone."""
    features = torch.cat([bench.graph.features, torch.zeros(bench.graph.num_nodes, 1)], dim=1)  # type: ignore[list-item]
    bench.graph = replace(bench.graph, features=features)


def rename(**fields: Any) -> Callable[[Bench], None]:
    def change(bench: Bench) -> None:
        bench.graph = replace(bench.graph, **fields)

    return change


def retask(**options: Any) -> Callable[[Bench], None]:
    def change(bench: Bench) -> None:
        bench.graph = replace(bench.graph, task=bench.graph.task._with(**options))

    return change


def move(source_part: str, target: str | None) -> Callable[[Bench], None]:
    """Take a node out of a part of the split, and put it into another."""

    def change(bench: Bench) -> None:
        members = getattr(bench.split, source_part)
        parts = {source_part: members[1:]}
        if target is not None:
            parts[target] = torch.cat([getattr(bench.split, target), members[:1]]).sort().values
        bench.split = replace(bench.split, **parts)

    return change


def option(component: str, key: str, value: Any) -> Callable[[Bench], None]:
    def change(bench: Bench) -> None:
        bench.settings[component] = {**bench.settings.get(component, {}), key: value}

    return change


def set_to(key: str, value: Any) -> Callable[[Bench], None]:
    def change(bench: Bench) -> None:
        bench.settings[key] = value

    return change


def edit(module: str) -> Callable[[Bench], None]:
    return lambda bench: bench.edited.add(module)


def reseed(bench: Bench) -> None:
    bench.seed = 1
    (bench.folder / "out" / "seeds").rename(bench.folder / "out" / "of-seed-0")


CHANGES: dict[str, tuple[Callable[[Bench], None], set[str]]] = {
    "a training label": (relabel(lambda s: s.train), ALL),
    "a validation label": (relabel(lambda s: s.valid), ALL),
    "a seen test label": (relabel(lambda s: s.seen), SCORED),
    "an unseen test label": (relabel(lambda s: s.unseen), SCORED),
    "a feature of a training node": (disturb(lambda s: s.train), ALL),
    "a feature of a seen test node": (disturb(lambda s: s.seen), ALL),
    "a feature of an unseen node": (disturb(lambda s: s.unseen), SCORED),
    "an observed edge": (unlink(unseen=False), ALL),
    "an edge of an unseen node": (unlink(unseen=True), SCORED),
    "the width": (widen, ALL),
    "names of classes": (retask(classes=(1, 0, 2)), NAMED),
    "the type of classes": (retask(classes=("0", "1", "2")), NAMED),
    "the metric": (retask(metric="macro_f1"), ALL),
    "weights of classes": (retask(class_weight="balanced"), ALL),
    "names of features": (rename(feature_names=tuple(f"f{n}" for n in range(12))), STUDENTS),
    "the name of the data": (rename(name="other"), NAMED),
    "what was canonicalised": (rename(notes={"duplicates": 3}), set()),
    "another published split": (rename(own_splits=({"train": torch.arange(3)},)), set()),
    "a training node that validates": (move("train", "valid"), ALL),
    "a validation node that is context": (move("valid", None), ALL),
    "a seen test node that is context": (move("seen", None), SCORED),
    "a seen test node that is unseen": (move("seen", "unseen"), ALL),
    "an unseen node that is seen": (move("unseen", "seen"), ALL),
    "the seed": (reseed, ALL),
    "the teacher": (set_to("teacher", {"name": "sage", "hidden": 4, "epochs": 2}), TAUGHT),
    "the teacher's width": (option("teacher", "hidden", 5), TAUGHT),
    "the teacher's rate": (option("teacher", "lr", 0.02), TAUGHT),
    "the teacher's dropout": (option("teacher", "dropout", 0.25), TAUGHT),
    "the teacher's epochs": (option("teacher", "epochs", 3), TAUGHT),
    "noise of the export": (option("export", "noise", 2.0), WRITTEN),
    "draws of the export": (option("export", "draws", 3), WRITTEN),
    "codes of the export": (option("export", "top", 3), WRITTEN),
    "the method": (set_to("method", {"name": "krd"}), WRITTEN),
    "the temperature": (option("method", "temperature", 2.0), DISTILLED),
    "the hard weight": (option("method", "hard_weight", 0.5), DISTILLED),
    "the update rule": (option("method", "update", "alternating"), DISTILLED),
    "the student's width": (option("student", "hidden", 5), STUDENTS),
    "the student's norm": (option("student", "norm", "batch"), STUDENTS),
    "the inputs": (set_to("inputs", {"name": "standardise"}), STUDENTS),
    "the distiller's rate": (option("distill", "lr", 0.02), STUDENTS),
    "the distiller's epochs": (option("distill", "epochs", 3), STUDENTS),
    "the distiller's batches": (option("distill", "batch_size", 20), STUDENTS),
    "the distiller's decay": (option("distill", "weight_decay", 0.125), STUDENTS),
    "the distiller's patience": (option("distill", "patience", 7), STUDENTS),
    "the share of unseen nodes in production": (set_to("unseen_fraction", 0.3), SCORED),
    "where nothing lies": (set_to("seeds", 5), set()),
    "the code of sparse products": (edit("gnn2mlp.nn.csr"), ALL),
    "the code of views": (edit("gnn2mlp.data.view"), ALL),
    "the code of accuracy": (edit("gnn2mlp.tasks.metrics"), ALL),
    "the code of named randomness": (edit("gnn2mlp.core.seeds"), ALL),
    "the code of the teacher": (edit("gnn2mlp.teachers.gcn"), TAUGHT),
    "the code of all teachers": (edit("gnn2mlp.teachers._training"), ALL),  # a student may be such a network
    "the code of knowledge": (edit("gnn2mlp.knowledge.knowledge"), ALL),
    "the code of another teacher": (edit("gnn2mlp.teachers.gat"), set()),
    "the code of the term": (edit("gnn2mlp.objectives.soft_labels"), DISTILLED),
    "the code of another term": (edit("gnn2mlp.objectives.reliable_hyperedges"), set()),
    "the code of the method": (edit("gnn2mlp.methods.glnn"), DISTILLED),
    "the code of another method": (edit("gnn2mlp.methods.krd"), set()),
    "the code of the distiller": (edit("gnn2mlp.distill.distiller"), STUDENTS),
    "the code of the student": (edit("gnn2mlp.students.mlp"), STUDENTS),
    "the code of the student's inputs": (edit("gnn2mlp.inputs.features"), STUDENTS),
    "the code of calibration": (edit("gnn2mlp.evaluate.calibration"), SCORED),
    "the code of scoring": (edit("gnn2mlp.pipeline.scoring"), SCORED),
    "the code of pages": (edit("gnn2mlp.report.page"), set()),
    "the code of a data set": (edit("gnn2mlp.data.datasets.digits"), set()),
    "the code of the command line": (edit("gnn2mlp.cli.run"), set()),
}


@pytest.mark.parametrize("name", CHANGES)
def test_exactly_what_depends_on_an_input_is_made_anew(bench: Bench, name: str) -> None:
    change, expected = CHANGES[name]
    change(bench)
    assert bench.made() == expected
    assert bench.made() == set()


@contextmanager
def in_double() -> Iterator[None]:
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)


@contextmanager
def on_threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def test_the_default_precision_decides_all(bench: Bench) -> None:
    here = {name: stage.identity for name, stage in bench.stages().items()}
    with in_double():
        there = {name: stage.identity for name, stage in bench.stages().items()}
    assert here.keys() == ALL
    for name in ALL:
        assert here[name]["execution"] != there[name]["execution"]


def test_the_number_of_threads_decides_all(bench: Bench) -> None:
    with on_threads(2):
        assert bench.made() == ALL
    # The cache still holds the teacher and knowledge of before, the folder the newest of all else.
    assert bench.made() == STUDENTS


def test_a_composed_method_follows_the_terms_that_it_finds_by_name(bench: Bench) -> None:
    bench.settings["method"] = {"name": "composed", "objective": ["soft_labels", "hard_labels"]}
    assert bench.made() == DISTILLED
    bench.edited.add("gnn2mlp.objectives.soft_labels")
    assert bench.made() == DISTILLED


def test_a_tokenizer_follows_its_encoder(bench: Bench) -> None:
    bench.settings["teacher"] = {"name": "vq", "codes": 4, "encoder": {"name": "sage", "hidden": 4, "epochs": 2}}
    assert bench.made() == TAUGHT
    bench.edited.add("gnn2mlp.teachers.gat")
    assert bench.made() == set()
    bench.edited.add("gnn2mlp.teachers.sage")
    assert bench.made() == TAUGHT


@pytest.mark.parametrize("number", range(20))
def test_random_mutations(bench: Bench, number: int) -> None:
    """Two or three changes at once: what depends on any of them is made anew, and nothing else."""
    draw = random.Random(number)
    names = draw.sample(sorted(set(CHANGES) - {"the seed", "the teacher", "the method"}), draw.randint(2, 3))
    expected: set[str] = set()
    for name in names:
        change, dependent = CHANGES[name]
        change(bench)
        expected |= dependent
    assert bench.made() == expected, names
    assert bench.made() == set()


# The same, seen from outside.


def write(path: Path, sparse: bool = False, columns: int = 12, **changes: Any) -> None:
    x, y, edges = tiny_arrays(nodes=90)
    order = np.arange(90)
    arrays = {"y": y, "edge_index": edges, "train_idx": order[:15], "val_idx": order[15:40], "test_idx": order[40:]}
    if sparse:
        x = sp.csr_matrix((lambda m: (m.data, m.indices, m.indptr))(sp.csr_matrix(x)), shape=(90, columns))
        arrays |= {"x_data": x.data, "x_indices": x.indices, "x_indptr": x.indptr, "x_shape": np.array(x.shape)}
    else:
        arrays["x"] = x
    np.savez(path, **{**arrays, **changes})


def rerun(settings: dict[str, Any], path: Path, **changes: Any) -> Any:
    return run(RunConfig(**{**settings, "dataset": str(path), "split": None, "seeds": 1, **changes}))


def test_flipped_test_labels_change_the_accuracy(settings: dict[str, Any], tmp_path: Path) -> None:
    path, y = tmp_path / "g.npz", tiny_arrays(nodes=90)[1]
    settings |= {"distill": {"epochs": 60}, "teacher": {"name": "gcn", "hidden": 8, "epochs": 60}}
    write(path)
    first = rerun(settings, path).results
    write(path, y=np.where(np.arange(90) >= 40, (y + 1) % 3, y))
    second = rerun(settings, path).results
    assert second["seeds"][0]["student"]["test"] < 0.5 < first["seeds"][0]["student"]["test"]
    assert second["seeds"][0]["seconds"] == first["seeds"][0]["seconds"], "nothing was trained again"
    write(path, test_idx=np.arange(80, 90))
    assert rerun(settings, path).results["seeds"][0]["split"]["seen"] == 10


def test_swapped_names_reach_student_and_knowledge(settings: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "g.npz"
    for names in (["red", "green", "blue"], ["green", "red", "blue"]):
        write(path, class_names=np.array(names))
        result = rerun(settings, path)
        assert result.predictor().classes_.tolist() == names
        assert TeacherKnowledge.load(result.out / "knowledge" / "seed-000.safetensors").card["classes"] == names


def test_wider_sparse_features_reach_the_student(settings: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "g.npz"
    for columns in (12, 20):
        write(path, sparse=True, columns=columns)
        result = rerun(settings, path)
        assert result.predictor().num_features == columns == result.results["graph"]["features"]
