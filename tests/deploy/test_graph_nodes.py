import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import ArtefactError, DataError
from gnn2mlp.deploy import graph_nodes
from gnn2mlp.deploy.graph_nodes import GraphNodes
from gnn2mlp.deploy.node_columns import NodeColumns
from gnn2mlp.tables.lookup import NodeIds
from tests.deploy.graph_tables import ARRAYS, FIELDS, GRAPHS, NODES, write
from tests.helpers import full_disk


def made(folder: Path, asked: list[str], errors: str = "raise") -> GraphNodes:
    place = folder / "work"
    place.mkdir(exist_ok=True)
    nodes = folder / "nodes.parquet"
    return GraphNodes.make(NodeColumns(FIELDS), nodes, "graph", NodeIds(asked), place, errors)  # type: ignore[arg-type]


def test_nodes_come_in_the_order_of_their_graphs(tmp_path: Path) -> None:
    found = made(write(tmp_path), GRAPHS["graph"])
    for number, (codes, features) in enumerate(ARRAYS):
        nodes = found.of(np.array([number]))
        np.testing.assert_array_equal(nodes.codes, codes)
        np.testing.assert_array_equal(nodes.features, features)
    both = found.of(np.array([2, 0]))
    assert both.offsets.tolist() == [0, 3, 4]
    np.testing.assert_array_equal(both.features, [[1], [3], [6], [5]])


@pytest.mark.parametrize("names", [[1, 2, 3, 2, 2, 1], list("abcbba"), [uuid.UUID(int=n) for n in (1, 2, 3, 2, 2, 1)]])
def test_a_node_that_is_there_twice_is_told(tmp_path: Path, names: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_nodes, "_AT_ONCE", 2)
    write(tmp_path, {**NODES, "node": names})  # in m1: 2, 2; in m2: 1, 3, 1; in m3: 2
    found = made(tmp_path, GRAPHS["graph"], "null")
    assert found.reasons == {1: "a node is there twice", 2: "a node is there twice"}
    assert not (tmp_path / "work" / "keys.i64").exists()
    with pytest.raises(DataError, match=r"expected nodes that can be read, each once.*'m1' \(a node is there twice\)"):
        made(tmp_path, GRAPHS["graph"])


@pytest.mark.parametrize("reserves", [True, False])
def test_the_space_of_files_is_taken_before_they_are_filled(
    tmp_path: Path, reserves: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of a mapped file that a full disk has no room for ends the process, and says nothing."""
    if not reserves:
        monkeypatch.delattr("os.posix_fallocate")
    found = graph_nodes._reserved(tmp_path / "codes.i32", np.int32, (100_000, 2))
    assert (tmp_path / "codes.i32").stat().st_blocks * 512 >= found.nbytes == 800_000
    assert not found.any()
    write(tmp_path, {name: values * 1000 for name, values in NODES.items()})
    with full_disk(10_000), pytest.raises(ArtefactError, match="could not write into .*; free some space, or choose"):
        made(tmp_path, GRAPHS["graph"])


def test_nodes_without_ids_are_read_as_they_are(tmp_path: Path) -> None:
    write(tmp_path, {**NODES, "node": [1, None, 1, 1, 1, 1]})
    assert made(tmp_path, GRAPHS["graph"]).reasons == {}


def test_what_is_there_is_not_read_again(tmp_path: Path) -> None:
    made(write(tmp_path), GRAPHS["graph"])
    (tmp_path / "work" / "codes.i32").write_bytes(np.full((6, 3), 1, np.int32).tobytes())
    again = made(tmp_path, GRAPHS["graph"])
    assert again.of(np.array([1])).codes.tolist() == [[1, 1, 1]] * 2  # type: ignore[union-attr]


def test_graphs_without_a_node_or_with_a_bad_one_have_a_reason(tmp_path: Path) -> None:
    write(tmp_path, {**NODES, "mass": [1.0, 2.0, float("nan"), 4.0, 5.0, 6.0]})
    found = made(tmp_path, ["m1", "m2", "m9"], "null")
    assert found.reasons == {1: "a number of a node is missing, NaN or infinite", 2: "it has no node"}
    with pytest.raises(DataError, match=r"got 2 graphs without an answer: 'm2' \(a number .* 'm9' \(it has no node\)"):
        made(tmp_path, ["m1", "m2", "m9"])
