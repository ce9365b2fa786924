"""Embeddings of nodes on disk."""

from pathlib import Path

import numpy as np
import pytest

from gnn2mlp.core.errors import ArtefactError, DataError
from gnn2mlp.deploy import node_embeddings
from gnn2mlp.deploy.node_embeddings import NodeEmbeddings, embedded
from gnn2mlp.deploy.node_table import NodeTable
from tests.deploy.linked import linked_model, nodes_of


def test_every_node_is_embedded_once_and_read_by_row(tmp_path: Path) -> None:
    expected = linked_model().embed(nodes_of(10, tmp_path / "nodes.parquet"))
    model = linked_model()
    made = NodeEmbeddings.make(model, NodeTable(tmp_path / "nodes.parquet", "page"), tmp_path)
    assert model.embedded == 10
    assert np.allclose(made.vectors, expected)
    assert np.allclose(made.of(np.array([7, 2, 7])), expected[[7, 2, 7]])


def test_what_was_interrupted_goes_on_behind_what_was_made_sure_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = linked_model().embed(nodes_of(10, tmp_path / "nodes.parquet"))
    monkeypatch.setattr(node_embeddings, "_STEP", 1)
    monkeypatch.setattr("gnn2mlp.deploy.node_table.BATCH_ROWS", 4)

    def stop(done: int, total: int, note: str = "") -> None:
        if done >= 8:
            raise KeyboardInterrupt

    nodes, model = NodeTable(tmp_path / "nodes.parquet", "page"), linked_model()
    with pytest.raises(KeyboardInterrupt):
        NodeEmbeddings.make(model, nodes, tmp_path, progress=stop)
    with (tmp_path / "embeddings.f32").open("ab") as file:
        file.write(b"torn")
    made = NodeEmbeddings.make(model, nodes, tmp_path)
    assert model.embedded == 10
    assert np.allclose(made.vectors, expected)
    again = NodeEmbeddings.make(model, nodes, tmp_path)
    assert model.embedded == 10
    assert np.allclose(again.vectors, expected)


def test_a_node_that_cannot_be_read_has_a_reason_or_raises(tmp_path: Path) -> None:
    nodes_of(6, tmp_path / "nodes.parquet", bad=5)
    nodes = NodeTable(tmp_path / "nodes.parquet", "page")
    with pytest.raises(DataError, match=r"nodes.parquet, rows 0 to 5: "):
        NodeEmbeddings.make(linked_model(), nodes, tmp_path)
    made = NodeEmbeddings.make(linked_model(), nodes, tmp_path, "null")
    assert made.reasons == {5: "a feature is missing, NaN or infinite"}
    assert NodeEmbeddings.make(linked_model(), nodes, tmp_path, "null").reasons == made.reasons


def test_a_table_is_embedded_in_memory_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = linked_model().embed(nodes_of(10, tmp_path / "nodes.parquet"))
    monkeypatch.setattr("gnn2mlp.deploy.node_table.BATCH_ROWS", 4)
    told: list[tuple[int, int]] = []
    nodes = NodeTable(tmp_path / "nodes.parquet", "page")
    made = embedded(linked_model(), nodes, lambda done, total, note="": told.append((done, total)))
    np.testing.assert_allclose(made, expected, rtol=1e-6)
    assert (made.dtype, told[-1], len(told)) == (np.float32, (10, 10), 3)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("embeddings")]
    nodes_of(11, tmp_path / "nodes.parquet")  # another table in its place
    with pytest.raises(ArtefactError, match=r"expected 10 nodes in .*, got 11: it changed meanwhile"):
        embedded(linked_model(), nodes)
    nodes_of(10, tmp_path / "nodes.parquet", bad=6)
    with pytest.raises(DataError, match=r"nodes\.parquet, rows 4 to 7: "):
        embedded(linked_model(), NodeTable(tmp_path / "nodes.parquet", "page"))
