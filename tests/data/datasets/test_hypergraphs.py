from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets import DATASETS, load_dataset, resolve_dataset
from gnn2mlp.data.datasets.hypergraphs import HypergraphOf
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.hypergraph import HypergraphData, hypergraph_of
from gnn2mlp.data.split import SPLITTERS
from gnn2mlp.data.view import Views
from gnn2mlp.nn.csr import CSR
from tests.helpers import tiny_arrays

X, Y, EDGES = tiny_arrays()
# Sets that come without features.
FEATURELESS = [
    name for name, cls in DATASETS.classes.items() if cls.constructor_options().keys() == {"features", "noise"}
]


@pytest.fixture
def graph_file(tmp_path: Path) -> str:
    np.savez(tmp_path / "mine.npz", x=X, y=Y, edge_index=EDGES)
    return str(tmp_path / "mine.npz")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A data root in which the Senate has 60 members and two committees."""
    (tmp_path / "hypergraph").mkdir()
    members = np.array([[*range(30), *range(20, 60)], [0] * 30 + [1] * 40])
    np.savez(tmp_path / "hypergraph" / "senate_committees.npz", y=Y, hyperedge_index=members)
    return tmp_path


def hypergraph(spec: Spec | str, root: Path | None = None) -> HypergraphData:
    return HypergraphData.expect(load_dataset(spec, root), "the test")


def test_any_graph_is_a_hypergraph_of_its_edges_and_neighbourhoods(graph_file: str) -> None:
    made = hypergraph(Spec("hypergraph_of", graph=graph_file))
    graph = GraphData.expect(load_dataset(graph_file), "the test")
    assert made.digest == hypergraph_of(graph).digest
    assert made.name == "mine"
    assert made.num_hyperedges == EDGES.shape[1] + 60


def test_one_kind_of_hyperedges_can_be_chosen(graph_file: str) -> None:
    made = hypergraph(Spec("hypergraph_of", graph=graph_file, hyperedges=["neighbourhoods"]))
    assert made.relation_names == ("neighbourhoods",)
    assert made.num_hyperedges == 60
    with pytest.raises(DataError, match="expected some of edges, neighbourhoods, each once, got .'triangles'.$"):
        load_dataset(Spec("hypergraph_of", graph=graph_file, hyperedges=["triangles"]))


def test_the_graph_may_have_options_of_its_own(graph_file: str) -> None:
    graph = {"name": "npz", "path": graph_file, "features": "one_hot"}
    assert hypergraph(Spec("hypergraph_of", graph=graph)).num_features == 60
    with pytest.raises(ConfigError, match="dataset 'npz' has no option 'feature'"):
        HypergraphOf({"name": "npz", "path": graph_file, "feature": "one_hot"})


def test_its_spec_builds_it_again() -> None:
    for graph in ("cpf-cora", Spec("npz", path="a.npz", features="one_hot"), "a.npz"):
        dataset = HypergraphOf(graph, ("edges",))
        again = Spec.parse(dataset.spec().to_dict()).build(DATASETS)
        assert again == dataset
        assert isinstance(again, HypergraphOf)
        assert again.source == dataset.source
    assert HypergraphOf("cpf-cora") != HypergraphOf("cpf-citeseer")


def test_its_recipe_is_that_of_the_graph_without_its_teachers() -> None:
    cora = DATASETS.get("cpf-cora").recipe
    assert "teacher" in cora
    assert HypergraphOf("cpf-cora").recipe == {"student": cora["student"], "distill": cora["distill"]}
    assert HypergraphOf("a.npz").recipe == {}


def test_its_default_split_is_that_of_the_graph(graph_file: str) -> None:
    assert HypergraphOf("cpf-cora").default_split() == Spec("cpf")
    assert HypergraphOf("digits").default_split() == resolve_dataset("digits").default_split()
    split = HypergraphOf(graph_file).default_split().build(SPLITTERS).split(load_dataset(graph_file), 0)
    assert split.sizes == {"train": 6, "valid": 6, "seen": 48, "unseen": 0}


def test_what_training_sees_is_the_hypergraph_of_the_observed_graph(graph_file: str) -> None:
    graph = GraphData.expect(load_dataset(graph_file), "the test")
    split = Spec("fraction").build(SPLITTERS).split(graph, 0, "inductive")
    made = Views.of(hypergraph(Spec("hypergraph_of", graph=graph_file)), split).observed.graph
    observed = GraphData.expect(Views.of(graph, split).observed.graph, "the test")
    assert observed.num_edges < graph.num_edges
    assert made.digest == hypergraph_of(observed).digest


def test_a_hypergraph_is_not_made_one_again(root: Path) -> None:
    with pytest.raises(DataError, match="dataset 'hypergraph_of' works on a graph; senate-committees is a hypergraph"):
        load_dataset(Spec("hypergraph_of", graph="senate-committees"), root)
    with pytest.raises(ConfigError, match="dataset 'hypergraph_of' needs the option 'graph'; set dataset.graph"):
        resolve_dataset("hypergraph_of")


def test_a_set_without_features_has_magnitudes_of_degrees_by_default(root: Path) -> None:
    made = hypergraph("senate-committees", root)
    assert made.name == "senate-committees"
    assert made.degree.tolist() == [1] * 20 + [2] * 10 + [1] * 30
    assert isinstance(made.features, torch.Tensor)
    assert made.features.argmax(1).tolist() == [1] * 60


def test_a_set_without_features_takes_other_constructions(root: Path) -> None:
    one_hot = hypergraph(Spec("senate-committees", features="one_hot"), root)
    assert isinstance(one_hot.features, CSR)
    assert torch.equal(one_hot.features.to_dense(), torch.eye(60))
    exact = hypergraph(Spec("senate-committees", features="noisy_labels", noise=0), root)
    noisy = hypergraph(Spec("senate-committees", features="noisy_labels", noise=0.5), root)
    by_default = hypergraph(Spec("senate-committees", features="noisy_labels"), root)
    assert isinstance(exact.features, torch.Tensor)
    assert torch.equal(exact.features, torch.eye(3)[Y])
    torch.testing.assert_close(by_default.features - exact.features, 2 * (noisy.features - exact.features))
    assert torch.equal(one_hot.hyperedge_index, exact.hyperedge_index)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"features": "own"}, "dataset.features: expected .*'degree', 'one_hot', 'noisy_labels'.* got 'own'"),
        ({"noise": -1}, "dataset.noise: expected at least 0, got -1"),
    ],
)
@pytest.mark.parametrize("name", FEATURELESS)
def test_other_options_are_refused(name: str, options: dict[str, Any], match: str) -> None:
    with pytest.raises(ConfigError, match=match):
        Spec(name, **options).build(DATASETS)


def test_sets_with_features_have_no_such_option() -> None:
    told = [name for name, cls in DATASETS.classes.items() if ", no features." in (cls.__doc__ or "")]
    assert told == FEATURELESS
    assert len(told) == 8
    with pytest.raises(ConfigError, match="dataset 'zoo' has no option 'features'"):
        resolve_dataset(Spec("zoo", features="degree"))


@pytest.mark.parametrize("name", ["zoo", "dblp4k-term", "senate-committees"])
def test_a_missing_file_is_asked_for(name: str, tmp_path: Path) -> None:
    file = {"zoo": "zoo", "dblp4k-term": "dblp4k", "senate-committees": "senate_committees"}[name]
    with pytest.raises(DataError, match=f"expected the raw file hypergraph/{file}.npz under the data root {tmp_path}"):
        load_dataset(name, tmp_path)
    with pytest.raises(DataError, match=f"hypergraph/{file}.npz has no public download; pass the folder"):
        load_dataset(name)


def test_relations_of_a_real_set_are_those_of_the_whole(data_root: Path) -> None:
    whole = hypergraph("dblp4k", data_root)
    assert whole.relation_names == ("paper", "conf", "term")
    assert torch.bincount(whole.relation).tolist() == [14328, 20, 7723]
    members = whole.members.to_scipy()
    for number, which in enumerate(whole.relation_names):
        part = hypergraph(f"dblp4k-{which}", data_root)
        assert part.relation_names == (which,)
        assert (members[(whole.relation == number).numpy()] != part.members.to_scipy()).nnz == 0


@pytest.mark.parametrize("name", ["zoo", "mushroom"])
def test_codes_of_a_real_set_are_the_values_behind_its_hyperedges(data_root: Path, name: str) -> None:
    made = hypergraph(name, data_root)
    assert isinstance(made.features, CSR)
    assert torch.equal(made.features.to_dense().T, made.members.to_dense())


def test_published_training_sets_of_a_real_set_can_be_asked_for(data_root: Path) -> None:
    cora = hypergraph("cocitation-cora", data_root)
    assert len(cora.own_splits) == 10
    split = Spec("own").build(SPLITTERS).split(cora, 3)
    assert torch.equal(split.train, cora.own_splits[3]["train"])
    assert split.sizes == {"train": 140, "valid": 257, "seen": 2311, "unseen": 0}
