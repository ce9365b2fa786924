from pathlib import Path

import pytest
import torch

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.files import write_json
from gnn2mlp.tables.table import MANIFEST, RowChunk, RowTable
from tests.helpers import mapped_file
from tests.rowtables import tiny_table


def test_says_what_it_holds(tmp_path: Path) -> None:
    table = tiny_table(tmp_path)
    assert (table.num_features, table.feature_names, table.classes) == (4, ("f0", "f1", "f2", "f3"), (0, 1, 2))
    assert table.count("train") + table.count("valid") == 200
    assert table.judges == "accuracy"
    assert table.empty.knowledge["codebook"].shape == (6, 4)
    assert table.empty.knowledge["logits"].shape == (0, 3)
    assert table.empty.knowledge.card["teacher"] == {"name": "random"}
    assert RowTable.open(tmp_path / "table").digest == table.digest


def test_shards_are_mapped_and_rows_can_be_taken(tmp_path: Path) -> None:
    table = tiny_table(tmp_path)
    shard = table.shards("train")[0]
    chunk = table.load(shard)
    assert mapped_file(chunk.x) == table.path(shard.file)
    assert chunk.knowledge["codebook"].data_ptr() == table.empty.knowledge["codebook"].data_ptr()
    assert int((chunk.labels >= 0).sum()) == shard.labelled
    part = chunk.take(torch.tensor([3, 1]))
    assert torch.equal(part.x, chunk.x[[3, 1]])
    assert torch.equal(part.knowledge["logits"], chunk.knowledge["logits"][[3, 1]])
    whole = RowChunk.joined([chunk.take(slice(0, 2)), chunk.take(slice(2, shard.rows))])
    assert torch.equal(whole.x, chunk.x)
    assert torch.equal(whole.labels, chunk.labels)
    assert whole.knowledge.digest == chunk.to("cpu").knowledge.digest


def test_an_altered_shard_is_noticed(tmp_path: Path) -> None:
    table = tiny_table(tmp_path)
    shard = table.shards("train")[0]
    path = table.path(shard.file)
    damaged = bytearray(path.read_bytes())
    damaged[-1] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(ArtefactError, match="does not match its checksum"):
        table.load(shard)


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match=r"manifest\.json"):
        RowTable.open(tmp_path)
    write_json(tmp_path / MANIFEST, {"format": 1})
    with pytest.raises(ArtefactError, match="expected the manifest of a table of rows"):
        RowTable.open(tmp_path)
    write_json(tmp_path / MANIFEST, {"format": 1, "shards": {}})
    with pytest.raises(ArtefactError, match="has format 1 of an earlier release; join the tables again"):
        RowTable.open(tmp_path)
    write_json(tmp_path / MANIFEST, {"format": 99, "shards": {}})
    with pytest.raises(ArtefactError, match="has format 99.*upgrade"):
        RowTable.open(tmp_path)
