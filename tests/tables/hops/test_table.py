from pathlib import Path

import numpy as np
import pytest

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.files import write_json
from gnn2mlp.tables.hops import HopTable, propagate_hops
from tests.hops import cut_finely, draw, write_graph


def test_chunks_are_the_nodes_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_finely(monkeypatch)
    x, pairs = draw()
    propagate_hops(*write_graph(tmp_path, x, pairs), tmp_path / "hops", hops=2)
    table = HopTable.open(tmp_path / "hops")
    assert (table.rows, table.width, table.hops, table.id_column) == (60, 5, 2, "node_id")
    chunks = list(table.chunks())
    assert [chunk.x.shape for chunk in chunks] == [(8, 3, 5)] * 7 + [(4, 3, 5)]
    assert np.array_equal(np.concatenate([chunk.x[:, 0] for chunk in chunks]), x)
    assert chunks[1].ids.to_pylist() == [7 * i + 3 for i in range(8, 16)]
    assert table.chunk(7, hops=0).x.shape == (4, 1, 5)


def test_what_is_no_table_of_hops_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="expected finished hop features in .*gnn2mlp propagate"):
        HopTable.open(tmp_path)
    write_json(tmp_path / "manifest.json", {"hops": 2, "format": 9})
    with pytest.raises(ArtefactError, match="format 9, this release reads up to 1: upgrade"):
        HopTable.open(tmp_path)
