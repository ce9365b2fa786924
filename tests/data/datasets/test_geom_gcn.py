from pathlib import Path

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.datasets import load_dataset, resolve_dataset
from gnn2mlp.data.split import SPLITTERS
from gnn2mlp.explore.homophily import homophily

NODES = {
    "Actor": ["2\t1,3\t0", "0\t0,3,3\t1", "1\t2\t0", "3\t0\t1"],
    "WebKB/texas": ["2\t0,1,0\t1", "0\t1,0,1\t1", "1\t0,0,0\t0", "3\t1,1,1\t0"],
}


def write(root: Path, folder: str, file: str, nodes: list[str] | None = None) -> Path:
    raw = root / folder / "raw"
    raw.mkdir(parents=True)
    lines = ["node_id\tfeature\tlabel", *(NODES[folder] if nodes is None else nodes)]
    (raw / "out1_node_feature_label.txt").write_text("\n".join(lines) + "\n")
    (raw / "out1_graph_edges.txt").write_text("node_id\tnode_id\n0\t1\n1\t0\n2\t3\n3\t3\n")
    for number in range(10):
        place = (np.arange(4) + number) % 4
        masks = {"train_mask": place < 2, "val_mask": place == 2, "test_mask": place == 3}
        np.savez(raw / f"{file}_split_0.6_0.2_{number}.npz", **{k: mask.astype(np.uint8) for k, mask in masks.items()})
    return root


def test_actors_have_numbers_of_words(tmp_path: Path) -> None:
    graph = load_dataset("actor", write(tmp_path, "Actor", "film"))
    assert graph.features.to_dense().tolist() == [[1, 0, 0, 1], [0, 0, 1, 0], [0, 1, 0, 1], [1, 0, 0, 0]]
    assert graph.labels.tolist() == [1, 0, 0, 1]
    assert graph.edge_index.tolist() == [[0, 1, 2, 3], [1, 0, 3, 2]]  # type: ignore[attr-defined]
    assert dict(graph.notes) == {"self_loops": 1}


def test_pages_have_a_value_for_each_word(tmp_path: Path) -> None:
    graph = load_dataset("texas", write(tmp_path, "WebKB/texas", "texas"))
    assert graph.features.to_dense().tolist() == [[1, 0, 1], [0, 0, 0], [0, 1, 0], [1, 1, 1]]


def test_the_ten_published_splits_are_the_default(tmp_path: Path) -> None:
    graph = load_dataset("texas", write(tmp_path, "WebKB/texas", "texas"))
    splitter = resolve_dataset("texas").default_split().build(SPLITTERS)
    assert len(graph.own_splits) == 10
    for seed, train, valid, test in ((0, [0, 1], [2], [3]), (1, [0, 3], [1], [2]), (11, [0, 3], [1], [2])):
        split = splitter.split(graph, seed)
        assert (split.train.tolist(), split.valid.tolist(), split.test.tolist()) == (train, valid, test)


@pytest.mark.parametrize(
    ("nodes", "match"),
    [
        (["0\t1\t0", "2\t1\t1"], "expected the nodes 0 to 1"),
        (["0\tone\t0"], "expected lines of node, features and label"),
        (["0\t1"], "expected lines of node, features and label"),
    ],
)
def test_damaged_files_are_a_data_error(tmp_path: Path, nodes: list[str], match: str) -> None:
    with pytest.raises(DataError, match=match):
        load_dataset("texas", write(tmp_path, "WebKB/texas", "texas", nodes))


@pytest.mark.parametrize(("name", "share"), [("actor", 0.22), ("cornell", 0.30), ("wisconsin", 0.18)])
def test_homophily_is_that_of_the_literature(data_root: Path, name: str, share: float) -> None:
    graph = load_dataset(name, data_root)
    assert homophily(graph.edge_index.numpy(), graph.labels.numpy()).edge == pytest.approx(share, abs=0.006)  # type: ignore[attr-defined]
    assert len(graph.own_splits) == 10
