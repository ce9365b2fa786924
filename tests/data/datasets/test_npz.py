from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets import load_dataset, resolve_dataset
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.hypergraph import HypergraphData
from gnn2mlp.data.split import SPLITTERS, Split
from gnn2mlp.nn.csr import CSR
from tests.helpers import tiny_arrays

X, Y, EDGES = tiny_arrays()


def save(path: Path, **changes: Any) -> str:
    arrays = {"x": X, "y": Y, "edge_index": EDGES, **changes}
    np.savez(path, **{key: value for key, value in arrays.items() if value is not None})
    return str(path)


# Two relations: hyperedges of 20 nodes, and of 15.
THIRDS = np.stack([np.arange(60), np.arange(60) // 20])
QUARTERS = np.stack([np.arange(60), np.arange(60) % 4])


def save_hypergraph(path: Path, **changes: Any) -> str:
    return save(path, **{"edge_index": None, "hyperedge_index": THIRDS, **changes})


def save_relations(path: Path, **changes: Any) -> str:
    """The relation "third", of three hyperedges, before the relation "quarter", of four."""
    relations = {"hyperedge_index_third": THIRDS, "hyperedge_index_quarter": QUARTERS}
    return save(path, **{"edge_index": None, **relations, **changes})


def hypergraph(spec: Spec | str) -> HypergraphData:
    return HypergraphData.expect(load_dataset(spec), "the test")


def default_split(path: str, graph: GraphData, seed: int = 0) -> Split:
    return resolve_dataset(path).default_split().build(SPLITTERS).split(graph, seed)


def mask(*ids: range) -> np.ndarray:
    rows = np.zeros((len(ids), 60), dtype=bool)
    for row, positions in zip(rows, ids, strict=True):
        row[list(positions)] = True
    return rows


def test_dense_features(tmp_path: Path) -> None:
    graph = load_dataset(save(tmp_path / "mine.npz", class_names=np.array(["a", "b", "c"])))
    assert graph.name == "mine"
    assert torch.equal(graph.features, torch.from_numpy(X))
    assert graph.labels.tolist() == Y.tolist()
    assert graph.num_edges == EDGES.shape[1]
    assert graph.class_names == ("a", "b", "c")


def test_csr_parts_stay_sparse(tmp_path: Path) -> None:
    m = sp.csr_matrix(X)
    parts = {
        "x_data": m.data.astype(np.uint8),
        "x_indices": m.indices,
        "x_indptr": m.indptr,
        "x_shape": np.array(m.shape),
    }
    graph = load_dataset(save(tmp_path / "mine.npz", x=None, **parts))
    assert isinstance(graph.features, CSR)
    assert torch.equal(graph.features.to_dense(), torch.from_numpy(X))


def test_labels_that_start_at_1_are_renumbered(tmp_path: Path) -> None:
    y = np.where(np.arange(60) < 5, -1, np.array([1, 2, 7])[Y])
    graph = load_dataset(save(tmp_path / "mine.npz", y=y))
    assert graph.class_names == ("1", "2", "7")
    assert graph.labels.tolist() == [-1] * 5 + Y[5:].tolist()


def test_labels_that_are_text_are_classes(tmp_path: Path) -> None:
    graph = load_dataset(save(tmp_path / "mine.npz", y=np.array(["c", "a", "b"])[Y]))
    assert graph.class_names == ("a", "b", "c")
    assert graph.labels.tolist() == np.array([2, 0, 1])[Y].tolist()


def test_arrays_are_left_out_where_told(tmp_path: Path) -> None:
    path = save(tmp_path / "mine.npz", edge_weight=np.arange(EDGES.shape[1]))
    assert load_dataset(Spec(path, ignore=["edge_weight"])).num_nodes == 60
    with pytest.raises(ConfigError, match="dataset.ignore: mine has no array 'edge_weigth'; did you mean 'edge_wei"):
        load_dataset(Spec(path, ignore=["edge_weigth"]))


def test_without_a_split_of_its_own_fractions_are_drawn(tmp_path: Path) -> None:
    path = save(tmp_path / "mine.npz")
    split = default_split(path, load_dataset(path))
    assert split.sizes == {"train": 6, "valid": 6, "seen": 48, "unseen": 0}


@pytest.mark.parametrize("dtype", [bool, np.uint8])
def test_masks_are_the_default_split(tmp_path: Path, dtype: type) -> None:
    masks = {
        "train_mask": mask(range(6))[0].astype(dtype),
        "val_mask": mask(range(6, 12))[0].astype(dtype),
        "test_mask": mask(range(12, 30))[0].astype(dtype),
    }
    path = save(tmp_path / "mine.npz", **masks)
    split = default_split(path, load_dataset(path))
    assert split.train.tolist() == list(range(6))
    assert split.valid.tolist() == list(range(6, 12))
    assert split.seen.tolist() == list(range(12, 30))


def test_several_masks_go_by_seed(tmp_path: Path) -> None:
    masks = {
        "train_mask": mask(range(6), range(9)),
        "val_mask": mask(range(9, 12), range(9, 12)),
        "test_mask": mask(range(12, 30), range(12, 60)),
    }
    path = save(tmp_path / "mine.npz", **masks)
    graph = load_dataset(path)
    assert default_split(path, graph, seed=2).sizes == {"train": 6, "valid": 3, "seen": 18, "unseen": 0}
    assert default_split(path, graph, seed=3).sizes == {"train": 9, "valid": 3, "seen": 48, "unseen": 0}


def test_published_training_sets_leave_the_rest_to_test(tmp_path: Path) -> None:
    y = Y.copy()
    y[59] = -1
    train = np.array([range(6), range(3, 9)], dtype=np.int32)
    path = save(tmp_path / "mine.npz", y=y, train_idx=train)
    graph = load_dataset(path)
    split = default_split(path, graph, seed=1)
    assert split.train.tolist() == list(range(3, 9))
    assert sorted(split.valid.tolist() + split.seen.tolist()) == [0, 1, 2, *range(9, 59)]


def test_a_relative_path_is_looked_up_here_then_in_the_data_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, root = tmp_path / "here", tmp_path / "root"
    here.mkdir()
    (root / "sub").mkdir(parents=True)
    monkeypatch.chdir(here)
    save(root / "sub" / "g.npz")
    assert load_dataset("sub/g.npz", root).num_nodes == 60
    (here / "sub").mkdir()
    save(here / "sub" / "g.npz", x=X[:30], y=Y[:30], edge_index=EDGES[:, (EDGES < 30).all(0)])
    assert load_dataset("sub/g.npz", root).num_nodes == 30
    with pytest.raises(DataError, match=r"expected an .npz file at absent.npz or .*root/absent.npz, found none"):
        load_dataset("absent.npz", root)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"x": None}, "expected features in the arrays x, or x_data, x_indices, .* the file has edge_index, y"),
        ({"edge_index": None}, "expected edges in the arrays edge_index, or hyperedge_index; the file has x, y"),
        ({"y": None}, "expected labels in the arrays y .* the file has edge_index, x"),
        ({"x": X[:50]}, "one label per node, got 50 rows of features and 60 labels"),
        ({"x": np.full_like(X, np.nan)}, "must be finite"),
        ({"edge_index": EDGES + 30}, r"edge ends must lie in 0\.\.59"),
        ({"y": np.full(60, -1)}, "every node is unlabelled"),
        ({"y": Y.astype(float) + 0.5}, "labels must be integers"),
        ({"y": np.array(3)}, r"one label per node, y of shape \(nodes,\), got shape \(\)"),
        ({"class_names": np.array(["a"])}, r"labels must lie in 0\.\.0"),
        ({"train_mask": mask(range(6))[0], "test_mask": mask(range(6, 9), range(7))}, "0 in train and test"),
        ({"test_mask": mask(range(6))[0]}, "as many training as validation and test sets, got {'test': 1}"),
        (
            {"train_mask": mask(range(6))[0], "test_mask": mask(range(5, 9))[0]},
            "got node 5 in train and test",
        ),
    ],
)
def test_unusable_files_are_refused(tmp_path: Path, changes: dict[str, Any], match: str) -> None:
    path = save(tmp_path / "mine.npz", **changes)
    with pytest.raises(DataError, match=match):
        load_dataset(path)


def test_a_hypergraph_of_one_relation(tmp_path: Path) -> None:
    masks = {"train_mask": mask(range(6))[0], "test_mask": mask(range(12, 30))[0]}
    path = save_hypergraph(tmp_path / "mine.npz", **masks)
    made = hypergraph(path)
    assert made.name == "mine"
    assert torch.equal(made.hyperedge_index, torch.from_numpy(THIRDS))
    assert made.weight.tolist() == [1, 1, 1]
    assert made.relation_names == ("all",)
    assert torch.equal(made.features, torch.from_numpy(X))
    assert made.own_splits[0]["test"].tolist() == list(range(12, 30))
    split = resolve_dataset(path).default_split().build(SPLITTERS).split(made, 0)
    assert split.train.tolist() == list(range(6))


def test_relations_are_stacked_in_the_files_order(tmp_path: Path) -> None:
    made = hypergraph(save_relations(tmp_path / "mine.npz"))
    assert made.relation_names == ("third", "quarter")
    assert made.relation.tolist() == [0] * 3 + [1] * 4
    assert made.members.to_dense().sum(1).tolist() == [20] * 3 + [15] * 4


def test_relations_are_chosen_and_stacked_in_the_order_asked_for(tmp_path: Path) -> None:
    path = save_relations(tmp_path / "mine.npz")
    turned = hypergraph(Spec(path, relations=["quarter", "third"]))
    assert turned.relation_names == ("quarter", "third")
    assert turned.members.to_dense().sum(1).tolist() == [15] * 4 + [20] * 3
    one = hypergraph(Spec("npz", path=path, relations=["quarter"]))
    assert one.relation_names == ("quarter",)
    assert one.num_hyperedges == 4
    assert one.sizes["incidences"] == 60


def test_weights_of_hyperedges_are_read(tmp_path: Path) -> None:
    weight = np.array([0.5, 1.0, 2.0])
    one = hypergraph(save_hypergraph(tmp_path / "one.npz", hyperedge_weight=weight))
    assert one.weight.tolist() == [0.5, 1, 2]
    path = save_relations(tmp_path / "two.npz", hyperedge_weight_third=weight)
    assert hypergraph(path).weight.tolist() == [0.5, 1, 2, 1, 1, 1, 1]
    assert hypergraph(Spec(path, relations=["quarter", "third"])).weight.tolist() == [1, 1, 1, 1, 0.5, 1, 2]
    assert hypergraph(Spec(path, relations=["quarter"])).weight.tolist() == [1, 1, 1, 1]


def test_codes_are_one_hot_encoded(tmp_path: Path) -> None:
    codes = np.stack([np.arange(60) % 2, np.arange(60) % 5 + 10], axis=1)
    made = hypergraph(Spec(save_hypergraph(tmp_path / "mine.npz", x=codes), features="codes"))
    assert isinstance(made.features, CSR)
    expected = np.concatenate([np.eye(2)[codes[:, 0]], np.eye(5)[codes[:, 1] - 10]], axis=1)
    assert made.features.to_dense().tolist() == expected.tolist()


def test_features_are_constructed_where_the_file_has_none(tmp_path: Path) -> None:
    path = save_relations(tmp_path / "mine.npz", x=None)
    by_degree = hypergraph(Spec(path, features="degree"))
    assert isinstance(by_degree.features, torch.Tensor)
    assert by_degree.features.argmax(1).tolist() == [1] * 60  # each node lies in two
    exact = load_dataset(Spec(path, features="noisy_labels", noise=0))
    assert torch.equal(exact.features.to("cpu"), torch.eye(3)[Y])
    graph = load_dataset(Spec(save(tmp_path / "graph.npz", x=None), features="one_hot"))
    assert isinstance(graph.features, CSR)
    assert torch.equal(graph.features.to_dense(), torch.eye(60))


def test_a_relation_is_read_once(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="each relation once, got third, third"):
        load_dataset(Spec(save_relations(tmp_path / "mine.npz"), relations=["third", "third"]))


def test_constructed_features_win_over_those_of_the_file(tmp_path: Path) -> None:
    made = load_dataset(Spec(save_hypergraph(tmp_path / "mine.npz"), features="one_hot"))
    assert made.num_features == 60


@pytest.mark.parametrize(
    ("changes", "options", "match"),
    [
        ({"hyperedge_index": THIRDS + 60}, {}, r"nodes of hyperedges \(first row\) must lie in 0\.\.59, got 60"),
        ({"hyperedge_weight": np.ones(2)}, {}, "a number as weight of each hyperedge, 3 in all"),
        ({"hyperedge_weight_third": np.ones(3)}, {}, "the hyperedges of hyperedge_weight_third in the arrays hyper"),
        (
            {"hyperedge_index": None, "hyperedge_index_a": THIRDS, "hyperedge_weight": np.ones(3)},
            {},
            "of hyperedge_wei",
        ),
        ({"hyperedge_index_a": THIRDS}, {}, "has one relation without a name, .* to be the only one, .* got a$"),
        ({}, {"relations": ["a"]}, "has one relation without a name, .* none to be asked for, got a$"),
        (
            {"hyperedge_index": None, "hyperedge_index_a": THIRDS, "hyperedge_index_b": THIRDS},
            {"relations": ["a", "c", "d"]},
            "expected relations among a, b, got c, d$",
        ),
        ({"x": None}, {}, r"expected features .* \(or constructed ones: --set dataset.features=degree, one_hot,"),
        (
            {"x": None},
            {"features": "codes"},
            "expected category codes in the arrays x; the file has hyperedge_index, y",
        ),
        ({"x": X + 0.5}, {"features": "codes"}, "category codes must be integers"),
    ],
)
def test_unusable_hypergraphs_are_refused(
    tmp_path: Path, changes: dict[str, Any], options: dict[str, Any], match: str
) -> None:
    path = save_hypergraph(tmp_path / "mine.npz", **changes)
    with pytest.raises(DataError, match=match):
        load_dataset(Spec(path, **options))


def test_options_of_hypergraphs_are_refused_for_graphs(tmp_path: Path) -> None:
    path = save(tmp_path / "mine.npz")
    with pytest.raises(DataError, match="mine: expected hyperedges of the relations a, b, got a graph"):
        load_dataset(Spec(path, relations=["a", "b"]))
    with pytest.raises(DataError, match="features made of degrees count neighbours"):
        load_dataset(Spec(path, features="degree"))


def test_options_are_checked_before_the_file_is_read() -> None:
    with pytest.raises(ConfigError, match="dataset.noise: expected at least 0, got -1"):
        resolve_dataset(Spec("absent.npz", noise=-1))
    with pytest.raises(ConfigError, match="dataset.features: expected .* got 'degrees'"):
        resolve_dataset(Spec("absent.npz", features="degrees"))


@pytest.mark.parametrize(
    ("path", "sizes"),
    [
        ("attributed/acm.npz", (3025, 13128, 1870, 3)),
        ("attributed/blogcatalog.npz", (5196, 171743, 8189, 6)),
        ("attributed/uai.npz", (3067, 28308, 4973, 19)),
        ("musae/twitch_PT.npz", (1912, 31299, 3170, 2)),
        ("wikipedia/chameleon_filtered.npz", (890, 8854, 2325, 5)),
    ],
)
def test_real_files_have_their_published_sizes(data_root: Path, path: str, sizes: tuple[int, ...]) -> None:
    graph = load_dataset(path, data_root)
    assert (graph.num_nodes, graph.num_edges, graph.num_features, graph.task.num_outputs) == sizes


@pytest.mark.parametrize(
    ("path", "match"),
    [
        ("attributed/polblogs.npz", "expected features"),
        ("fb100/reed98.npz", "expected features"),
        (
            "hypergraph/coauthorship_dblp_nofeatures.npz",
            "expected .* --set dataset.features=degree, one_hot,",
        ),
        ("text_attributed/cora_cane/graph.npz", "expected features"),
        ("pubmed_structure/pubmed_structure.npz", "one label per node, got 1060 rows of features and 19717 labels"),
    ],
)
def test_real_files_without_features_or_edges_say_so(data_root: Path, path: str, match: str) -> None:
    with pytest.raises(DataError, match=match):
        load_dataset(path, data_root)
