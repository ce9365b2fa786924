"""What every registered data set promises. Those whose raw files are not at hand are skipped."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets import DATASETS, load_dataset, resolve_dataset
from gnn2mlp.data.graph import GraphData, graph_from_arrays
from gnn2mlp.data.hypergraph import HypergraphData, hypergraph_from_arrays
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.split import SPLITTERS
from gnn2mlp.data.view import Views
from gnn2mlp.nn.csr import CSR
from tests.conftest import find_data_root

# Nodes, undirected edges, features, classes: as published, for the form that the class documents.
GRAPHS = {
    "acm": (3025, 13128, 1870, 3),
    "actor": (7600, 26659, 932, 5),
    "airports-brazil": (131, 1003, 131, 4),
    "airports-europe": (399, 5993, 399, 4),
    "airports-usa": (1190, 13599, 1190, 4),
    "amazon-ratings": (24492, 93050, 300, 5),
    "ba-bottle": (700, 1974, 10, 4),
    "ba-community": (1400, 4457, 10, 8),
    "ba-grid": (1020, 2540, 10, 2),
    "ba-house": (700, 2055, 10, 4),
    "blogcatalog": (5196, 171743, 8189, 6),
    "chameleon": (2277, 31371, 2325, 5),
    "chameleon-filtered": (890, 8854, 2325, 5),
    "citeseer": (3327, 4552, 3703, 6),
    "citeseer-full": (4230, 5337, 602, 6),
    "coauthor-cs": (18333, 81894, 6805, 15),
    "coauthor-physics": (34493, 247962, 8415, 5),
    "cora": (2708, 5278, 1433, 7),
    "cora-ml": (2995, 8158, 2879, 7),
    "cora-cane": (2277, 4771, 2574, 7),
    "cornell": (183, 277, 1703, 5),
    "cpf-a-computer": (13381, 245778, 767, 10),
    "cpf-a-photo": (7487, 119043, 745, 8),
    "cpf-citeseer": (2110, 3668, 3703, 6),
    "cpf-cora": (2485, 5069, 1433, 7),
    "cpf-pubmed": (19717, 44324, 500, 3),
    "digits": (1797, 12339, 64, 10),
    "facebook-pages": (22470, 170823, 4714, 4),
    "fb100-amherst": (2235, 90954, 1193, 2),
    "fb100-cornell": (18660, 790777, 4735, 2),
    "fb100-hopkins": (5180, 186586, 2406, 2),
    "fb100-reed": (962, 18812, 745, 2),
    "flickr": (7575, 239738, 12047, 9),
    "github-developers": (37700, 289003, 4005, 2),
    "hepth-cane": (1038, 1974, 725, 1),
    "minesweeper": (10000, 39402, 7, 2),
    "ogbn-arxiv": (169343, 1166243, 128, 40),
    "ogbn-products": (2449029, 61859140, 100, 47),
    "pubmed": (19717, 44324, 500, 3),
    "questions": (48921, 153540, 301, 2),
    "roman-empire": (22662, 32927, 300, 18),
    "squirrel": (5201, 198353, 2089, 5),
    "squirrel-filtered": (2223, 46998, 2089, 5),
    "synthetic-arxiv": (169343, 1166243, 128, 40),
    "synthetic-products": (2449029, 61859140, 100, 47),
    "texas": (183, 279, 1703, 5),
    "tolokers": (11758, 519000, 10, 2),
    "tree-cycle": (871, 939, 10, 2),
    "tree-grid": (1231, 1566, 10, 2),
    "twitch-de": (9498, 153138, 3170, 2),
    "twitch-en": (7126, 35324, 3170, 2),
    "twitch-es": (4648, 59382, 3170, 2),
    "twitch-fr": (6549, 112666, 3170, 2),
    "twitch-pt": (1912, 31299, 3170, 2),
    "twitch-ru": (4385, 37304, 3170, 2),
    "twitch-tw": (2772, 63462, 3170, 2),
    "uai2010": (3067, 28308, 4973, 19),
    "wisconsin": (251, 450, 1703, 5),
}
# Nodes, hyperedges, incidences, features, classes.
HYPERGRAPHS = {
    "acm4k": (4019, 7227, 17426, 1902, 3),
    "acm4k-author": (4019, 7167, 13407, 1902, 3),
    "acm4k-subject": (4019, 60, 4019, 1902, 3),
    "coauthorship-cora": (2708, 1072, 4585, 1433, 7),
    "coauthorship-dblp": (41302, 22363, 99561, 32, 6),
    "cocitation-citeseer": (3312, 1079, 3453, 3703, 6),
    "cocitation-cora": (2708, 1579, 4786, 1433, 7),
    "cocitation-pubmed": (19717, 7963, 34629, 32, 3),
    "congress-bills": (1718, 84799, 733994, 32, 2),
    "contact-high-school": (327, 7818, 18192, 32, 9),
    "contact-primary-school": (242, 12704, 30729, 32, 11),
    "dblp4k": (4057, 22071, 119535, 334, 4),
    "dblp4k-conf": (4057, 20, 9205, 334, 4),
    "dblp4k-paper": (4057, 14328, 19645, 334, 4),
    "dblp4k-term": (4057, 7723, 90685, 334, 4),
    "house-committees": (1290, 341, 11843, 32, 2),
    "mushroom": (8124, 117, 178728, 117, 2),
    "senate-committees": (282, 315, 5408, 32, 2),
    "walmart-trips": (88860, 69906, 460630, 32, 11),
    "zoo": (101, 36, 1616, 36, 7),
}
SIZES: dict[str, tuple[int, ...]] = {**GRAPHS, **HYPERGRAPHS}
# Whose links are predicted: nodes have no classes, and a pair one score.
OF_LINKS = {"hepth-cane"}
# Published without features: here they are made of degrees, and their number is not part of the description.
CONSTRUCTED = {
    "coauthorship-dblp",
    "cocitation-pubmed",
    "congress-bills",
    "contact-high-school",
    "contact-primary-school",
    "house-committees",
    "senate-committees",
    "walmart-trips",
}
# OGB counts links before double ones are merged.
COUNTED_BEFORE_MERGING = {"ogbn-arxiv", "ogbn-products"}
# Features of these are dense in their files; a bag of words among them becomes sparse where it is computed with.
HETEROPHILOUS = {
    "amazon-ratings",
    "chameleon",
    "chameleon-filtered",
    "minesweeper",
    "questions",
    "roman-empire",
    "squirrel",
    "squirrel-filtered",
    "tolokers",
}
MOTIFS = {"ba-bottle", "ba-community", "ba-grid", "ba-house", "tree-cycle", "tree-grid"}
DENSE = {"digits", "ogbn-arxiv", "ogbn-products", "synthetic-arxiv", *MOTIFS, *CONSTRUCTED, *HETEROPHILOUS}
UNNAMED = {
    "npz",
    "hypergraph_of",
    "stored",
    "synthetic",
}  # they take a path, a data set or sizes, and have tests of their own
EMBEDDED = {"digits", "synthetic-arxiv"}  # no files
HUGE = {"synthetic-products"}  # takes minutes and gigabytes: `benchmarks/` draws it
NAMED = [name for name in DATASETS.names() if name not in UNNAMED]


@cache
def _load(name: str, root: Path | None) -> NodeData | str:
    if name in HUGE:
        return "takes minutes and gigabytes"
    if root is None and name not in EMBEDDED:
        return "no raw data: set GNN2MLP_DATA to a folder in the standard layouts"
    try:
        return load_dataset(name, root)
    except DataError as error:
        if "expected the raw file" not in str(error):
            raise
        return str(error)


def _made_again(data: NodeData) -> NodeData:
    """What its own arrays give when they come in from outside."""
    names: dict[str, Any] = {"task": data.task, "feature_names": data.feature_names, "texts": data.texts}
    if isinstance(data, GraphData):
        labels = None if data.task.unit == "pair" else data.labels
        return graph_from_arrays(data.features, labels, data.edge_index, **names)
    assert isinstance(data, HypergraphData)
    index, weight = {}, {}
    for number, which in enumerate(data.relation_names):
        own = data.relation == number
        index[which] = data.hyperedge_index[:, own[data.hyperedge_index[1]]]
        index[which] = index[which] - torch.tensor([[0], [int(own.nonzero()[0])]])
        weight[which] = data.weight[own]
    return hypergraph_from_arrays(data.features, data.labels, index, hyperedge_weight=weight, **names)


@pytest.fixture
def graph(name: str) -> NodeData:
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
            nodes, *links, features, classes = SIZES[name]
            told = {nodes, *links} if name in OF_LINKS else {nodes, *links, classes}
            told |= set() if name in CONSTRUCTED else {features}
            assert told <= numbers, first
            assert first.endswith(", no features.") == (name in CONSTRUCTED)
        assert first.endswith(".")

    def test_its_default_split_builds(self, name: str) -> None:
        DATASETS.get(name).split.resolved(SPLITTERS)


@pytest.mark.parametrize("name", NAMED)
class TestRecipe:
    def test_it_has_known_parts(self, name: str) -> None:
        recipe = DATASETS.get(name).recipe
        assert set(recipe) <= {"teacher", "student", "distill"}
        assert "mlp" in recipe.get("student", {"mlp": {}})
        if recipe and name in GRAPHS:  # teachers of hypergraphs have their published settings as defaults
            assert {"gcn", "sage", "gat"} <= set(recipe["teacher"])

    def test_it_fits_the_components(self, name: str) -> None:
        from gnn2mlp.distill.distiller import Distiller
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
    def test_sizes_are_as_published(self, name: str, graph: NodeData) -> None:
        sizes = dict(zip(graph.sizes, SIZES[name], strict=True))
        if name in COUNTED_BEFORE_MERGING:
            assert 0.98 * sizes["edges"] < graph.sizes["edges"] <= sizes["edges"]
            sizes["edges"] = graph.sizes["edges"]
        assert graph.sizes == sizes
        assert graph.kind == ("graph" if name in GRAPHS else "hypergraph")
        assert graph.name == name

    def test_bags_of_words_stay_sparse(self, name: str, graph: NodeData) -> None:
        assert isinstance(graph.features, torch.Tensor if name in DENSE else CSR)

    def test_it_is_canonical(self, name: str, graph: NodeData) -> None:
        again = _made_again(graph)
        assert again.digest == graph.digest
        assert again.notes == {}
        # A graph's edges are sorted by their first end, incidences by the hyperedge, the second row.
        pairs = graph.edge_index if isinstance(graph, GraphData) else graph.structure["hyperedge_index"].flip(0)
        keys = pairs[0] * graph.num_nodes + pairs[1]
        assert bool((keys.diff() > 0).all())

    def test_every_class_occurs(self, name: str, graph: NodeData) -> None:
        if name in OF_LINKS:
            assert not bool((graph.labels >= 0).any())
        else:
            assert graph.labels[graph.labels >= 0].unique().tolist() == list(range(graph.task.num_outputs))

    def test_its_default_split_works_in_both_settings(self, name: str, graph: NodeData) -> None:
        if name in OF_LINKS:
            pytest.skip("links are split, not nodes")
        splitter = resolve_dataset(name).default_split().build(SPLITTERS)
        for setting in ("transductive", "inductive"):
            split = splitter.split(graph, 0, setting)  # type: ignore[arg-type]
            observed = Views.of(graph, split).observed
            assert observed.graph.num_nodes == graph.num_nodes - split.unseen.numel()
            assert int((observed.graph.labels >= 0).sum()) == split.train.numel() + split.valid.numel()

    def test_loading_twice_gives_the_same(self, name: str, graph: NodeData) -> None:
        assert load_dataset(name, find_data_root()).digest == graph.digest


def test_loading_leaves_the_data_root_as_it_was(data_root: Path) -> None:
    def listing() -> list[tuple[str, int, int]]:
        return sorted((str(p), p.stat().st_size, p.stat().st_mtime_ns) for p in data_root.rglob("*"))

    before = listing()
    _load.cache_clear()
    for name in NAMED:
        _load(name, data_root)
    assert listing() == before
