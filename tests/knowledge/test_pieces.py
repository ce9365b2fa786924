from pathlib import Path

import pyarrow.parquet as pq
import pytest
import torch

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.knowledge import _arrow, pieces
from gnn2mlp.knowledge.parquet import write_parquet
from gnn2mlp.knowledge.pieces import knowledge_pieces
from tests.tiny import random_knowledge


@pytest.mark.parametrize("name", ["k.safetensors", "k.parquet"])
def test_pieces_of_either_file_are_the_table(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (_arrow, pieces):
        monkeypatch.setattr(module, "PIECE", 30)
    whole = random_knowledge(torch.randperm(100, generator=torch.Generator().manual_seed(0)))
    whole.save(tmp_path / name) if name.endswith("safetensors") else write_parquet(whole, tmp_path / name)
    parts = list(knowledge_pieces(tmp_path / name))
    assert [part.node_ids.numel() for part in parts] == [30, 30, 30, 10]
    assert torch.equal(torch.cat([part.node_ids for part in parts]), whole.node_ids)
    for key in ("logits", "code", "code_indices"):
        assert torch.equal(torch.cat([part[key] for part in parts]), whole[key])
    for part in parts:
        assert torch.equal(part["codebook"], whole["codebook"])
        assert part.card == whole.card


@pytest.mark.parametrize("rows", [0, 3])
@pytest.mark.parametrize("name", ["k.safetensors", "k.parquet"])
def test_small_tables_are_one_piece(tmp_path: Path, name: str, rows: int) -> None:
    whole = random_knowledge(torch.arange(rows))
    whole.save(tmp_path / name) if name.endswith("safetensors") else write_parquet(whole, tmp_path / name)
    assert [part.digest for part in knowledge_pieces(tmp_path / name)] == [whole.digest]


def test_an_altered_table_is_noticed_before_the_first_piece(tmp_path: Path) -> None:
    path = tmp_path / "k.parquet"
    write_parquet(random_knowledge(torch.arange(5)), path)
    table = pq.read_table(path)
    swapped = table.take([1, 0, 2, 3, 4])
    pq.write_table(swapped.replace_schema_metadata(table.schema.metadata), path)
    with pytest.raises(ArtefactError, match="the file was altered"):
        next(knowledge_pieces(path))
    with pytest.raises(ArtefactError, match="absent"):
        next(knowledge_pieces(tmp_path / "absent.parquet"))
