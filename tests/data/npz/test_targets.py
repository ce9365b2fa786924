"""Classes, several labels, or numbers: as the reader of a file says."""

from pathlib import Path

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS, LinkViews, load_dataset, write_npz
from gnn2mlp.tasks import LinkPrediction, MultiLabel, NodeClassification, Regression
from tests.helpers import tiny_arrays, tiny_graph
from tests.links import tiny_link_split


def save(path: Path, **arrays: object) -> str:
    x, y, edges = tiny_arrays()
    np.savez(path, **{"x": x, "y": y, "edge_index": edges, **arrays})
    return str(path)


def test_classes_by_default(tmp_path: Path) -> None:
    assert load_dataset(save(tmp_path / "a.npz")).task == NodeClassification([0, 1, 2])


def test_several_labels_with_names_and_gaps(tmp_path: Path) -> None:
    y = np.stack([np.arange(60) % 2, np.arange(60) % 3 == 0], axis=1).astype(float)
    y[:4] = np.nan
    path = save(tmp_path / "b.npz", y=y, label_names=np.array(["odd", "third"]))
    graph = load_dataset(Spec("npz", path=path, target="labels"))
    assert graph.task == MultiLabel(["odd", "third"])
    assert graph.labels.shape == (60, 2)
    split = Spec("fraction").build(SPLITTERS).split(graph, 0)
    assert split.train.min() >= 4
    with pytest.raises(DataError, match="split 'per_class' draws a number of nodes from each class"):
        Spec("per_class").build(SPLITTERS).split(graph, 0)


def test_numbers(tmp_path: Path) -> None:
    graph = load_dataset(Spec("npz", path=save(tmp_path / "c.npz", y=np.linspace(0, 1, 60)), target="numbers"))
    assert graph.task == Regression([0])
    assert graph.labels.shape == (60, 1)


@pytest.mark.parametrize("more", [{}, {"y": np.arange(60) % 3, "class_names": np.array(["a", "b", "c"])}])
def test_links_ask_for_no_labels(more: dict[str, np.ndarray], tmp_path: Path) -> None:
    x, _, edges = tiny_arrays()
    np.savez(tmp_path / "d.npz", x=x, edge_index=edges, **more)  # type: ignore[arg-type]  (numpy's own stub)
    graph = load_dataset(Spec("npz", path=str(tmp_path / "d.npz"), target="links"))
    assert graph.task == LinkPrediction()
    assert graph.labels.isnan().all()
    assert graph.num_nodes == 60
    write_npz(tmp_path / "e.npz", graph)
    assert load_dataset(Spec("npz", path=str(tmp_path / "e.npz"), target="links")).digest == graph.digest
    assert LinkViews.of(graph, tiny_link_split(tiny_graph()), LinkPrediction()).observed.graph.num_nodes == 60


def test_where_there_are_no_labels_links_are_offered(tmp_path: Path) -> None:
    x, _, edges = tiny_arrays()
    np.savez(tmp_path / "f.npz", x=x, edge_index=edges)
    with pytest.raises(DataError, match=r"arrays y \(or set dataset.target=links, where links are to be"):
        load_dataset(str(tmp_path / "f.npz"))


@pytest.mark.parametrize(
    ("target", "arrays", "match"),
    [
        ("numbers", {"y": np.array(["a"] * 60)}, r"expected numbers of shape \(nodes, numbers\), got y of <U1"),
        ("labels", {"y": np.full((60, 2), 2)}, "given as 1 and 0"),
        ("labels", {"y": np.ones((60, 2)), "label_names": np.array(["a"])}, "for each of 2 columns, got 1"),
        ("labels", {"y": np.ones((60, 2)), "label_names": np.array(["a", "a"])}, "each once"),
    ],
)
def test_what_is_something_else_is_refused(tmp_path: Path, target: str, arrays: dict, match: str) -> None:
    with pytest.raises(DataError, match=match):
        load_dataset(Spec("npz", path=save(tmp_path / "d.npz", **arrays), target=target))
