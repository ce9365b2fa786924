"""What every registered data set promises. Those whose raw files are not at hand are skipped."""

import re
from functools import cache
from pathlib import Path

import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets import DATASETS, load_dataset, resolve_dataset
from gnn2mlp.data.graph import GraphData, graph_from_arrays
from gnn2mlp.data.split import SPLITTERS
from gnn2mlp.data.view import Task
from gnn2mlp.nn.csr import CSR
from tests.conftest import find_data_root

# Nodes, undirected edges, features, classes: as published, for the form that the class documents.
SIZES = {
    "citeseer": (3327, 4552, 3703, 6),
    "coauthor-cs": (18333, 81894, 6805, 15),
    "coauthor-physics": (34493, 247962, 8415, 5),
    "cora": (2708, 5278, 1433, 7),
    "cpf-a-computer": (13381, 245778, 767, 10),
    "cpf-a-photo": (7487, 119043, 745, 8),
    "cpf-citeseer": (2110, 3668, 3703, 6),
    "cpf-cora": (2485, 5069, 1433, 7),
    "cpf-pubmed": (19717, 44324, 500, 3),
    "digits": (1797, 12339, 64, 10),
    "ogbn-arxiv": (169343, 1166243, 128, 40),
    "ogbn-products": (2449029, 61859140, 100, 47),
    "pubmed": (19717, 44324, 500, 3),
}
# OGB counts links before double ones are merged.
COUNTED_BEFORE_MERGING = {"ogbn-arxiv", "ogbn-products"}
DENSE = {"digits", "ogbn-arxiv", "ogbn-products"}
NAMED = [name for name in DATASETS.names() if name != "npz"]  # npz takes a path; it has tests of its own


@cache
def _load(name: str, root: Path | None) -> GraphData | str:
    if root is None and name != "digits":
        return "no raw data: set GNN2MLP_DATA to a folder in the standard layouts"
    try:
        return load_dataset(name, root)
    except DataError as error:
        if "expected the raw file" not in str(error):
            raise
        return str(error)


@pytest.fixture
def graph(name: str) -> GraphData:
    loaded = _load(name, find_data_root())
    if isinstance(loaded, str):
        pytest.skip(loaded)
    return loaded


def test_every_name_has_its_sizes_here() -> None:
    assert sorted(SIZES) == NAMED


@pytest.mark.parametrize("name", DATASETS.names())
class TestDescription:
    def test_it_has_a_citation(self, name: str) -> None:
        assert len(DATASETS.get(name).citation) > 15

    def test_its_first_line_has_the_sizes(self, name: str) -> None:
        first = (DATASETS.get(name).__doc__ or "").splitlines()[0]
        if name in SIZES:
            numbers = {int(n.replace(",", "")) for n in re.findall(r"[\d,]*\d", first)}
            assert set(SIZES[name]) <= numbers, first
        assert first.endswith(".")

    def test_its_default_split_builds(self, name: str) -> None:
        DATASETS.get(name).split.resolved(SPLITTERS)

    def test_its_recipe_has_known_parts(self, name: str) -> None:
        recipe = DATASETS.get(name).recipe
        assert set(recipe) <= {"teacher", "student", "distill"}
        if name != "npz":
            assert {"gcn", "sage", "gat"} <= set(recipe["teacher"])
            assert "mlp" in recipe["student"]

    def test_its_recipe_fits_the_components(self, name: str) -> None:
        from gnn2mlp.distill.trainer import Distiller
        from gnn2mlp.students import STUDENTS
        from gnn2mlp.teachers import TEACHERS

        recipe = DATASETS.get(name).recipe
        for teacher, options in recipe.get("teacher", {}).items():
            Spec(teacher, **options).build(TEACHERS)
        for student, options in recipe.get("student", {}).items():
            Spec(student, **options).build(STUDENTS)
        Spec("distill", **recipe.get("distill", {})).checked(Distiller, "distill")


@pytest.mark.parametrize("name", NAMED)
class TestContent:
    def test_sizes_are_as_published(self, name: str, graph: GraphData) -> None:
        nodes, edges, features, classes = SIZES[name]
        assert (graph.num_nodes, graph.num_features, graph.num_classes) == (nodes, features, classes)
        assert 0.98 * edges < graph.num_edges <= edges if name in COUNTED_BEFORE_MERGING else graph.num_edges == edges
        assert graph.name == name

    def test_bags_of_words_stay_sparse(self, name: str, graph: GraphData) -> None:
        assert isinstance(graph.features, torch.Tensor if name in DENSE else CSR)

    def test_it_is_canonical(self, name: str, graph: GraphData) -> None:
        again = graph_from_arrays(graph.features, graph.labels, graph.edge_index, class_names=graph.class_names)
        assert again.digest == graph.digest
        assert again.notes == {}
        keys = graph.edge_index[0] * graph.num_nodes + graph.edge_index[1]
        assert bool((keys.diff() > 0).all())

    def test_every_class_occurs(self, name: str, graph: GraphData) -> None:
        assert graph.labels[graph.labels >= 0].unique().tolist() == list(range(graph.num_classes))

    def test_its_default_split_works_in_both_settings(self, name: str, graph: GraphData) -> None:
        splitter = resolve_dataset(name).default_split().build(SPLITTERS)
        for setting in ("transductive", "inductive"):
            split = splitter.split(graph, 0, setting)  # type: ignore[arg-type]
            observed = Task(graph, split).observed
            assert observed.graph.num_nodes == graph.num_nodes - split.unseen.numel()
            assert int((observed.graph.labels >= 0).sum()) == split.train.numel() + split.valid.numel()

    def test_loading_twice_gives_the_same(self, name: str, graph: GraphData) -> None:
        assert load_dataset(name, find_data_root()).digest == graph.digest


def test_loading_leaves_the_data_root_as_it_was(data_root: Path) -> None:
    def listing() -> list[tuple[str, int, int]]:
        return sorted((str(p), p.stat().st_size, p.stat().st_mtime_ns) for p in data_root.rglob("*"))

    before = listing()
    _load.cache_clear()
    for name in NAMED:
        _load(name, data_root)
    assert listing() == before
