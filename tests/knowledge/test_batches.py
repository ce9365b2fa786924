from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from gnn2mlp.core import parquet
from gnn2mlp.core.errors import ArtefactError, DataError
from gnn2mlp.knowledge import KEYS, TeacherKnowledge
from gnn2mlp.knowledge.batches import KnowledgeFile
from gnn2mlp.knowledge.parquet import write_parquet
from tests.tiny import random_knowledge

NAMES = ["k.safetensors", "k.parquet"]


def write(knowledge: TeacherKnowledge, path: Path) -> KnowledgeFile:
    knowledge.save(path) if path.suffix == ".safetensors" else write_parquet(knowledge, path)
    return KnowledgeFile(path)


@pytest.mark.parametrize("name", NAMES)
def test_batches_of_either_file_are_the_table(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "BATCH_ROWS", 30)
    whole = random_knowledge(torch.randperm(100, generator=torch.Generator().manual_seed(0)))
    file = write(whole, tmp_path / name)
    assert (file.id_column, file.id_type, file.unused) == ("node_id", pa.int64(), ())
    batches = list(file.batches())
    assert [len(batch.ids) for batch in batches] == [30, 30, 30, 10]
    assert [value for batch in batches for value in batch.ids.to_pylist()] == whole.node_ids.tolist()
    assert torch.equal(torch.cat([batch.knowledge.node_ids for batch in batches]), torch.arange(100))
    for key in ("logits", "code", "code_indices"):
        assert torch.equal(torch.cat([batch.knowledge[key] for batch in batches]), whole[key])
    for batch in batches:
        assert torch.equal(batch.knowledge["codebook"], whole["codebook"])
        assert batch.knowledge.card == whole.card


@pytest.mark.parametrize("rows", [0, 3])
@pytest.mark.parametrize("name", NAMES)
def test_small_tables_are_one_batch(tmp_path: Path, name: str, rows: int) -> None:
    whole = random_knowledge(torch.arange(rows))
    (batch,) = write(whole, tmp_path / name).batches()
    assert batch.ids.to_pylist() == list(range(rows))
    assert batch.knowledge.digest == whole.digest


def test_ids_may_be_of_any_type_and_called_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "k.parquet"
    pq.write_table(pa.table({"user": ["b", "a"], "logits": [[1.0, 2.0], [3.0, 4.0]], "note": ["x", "y"]}), path)
    file = KnowledgeFile(path, "user")
    assert (file.id_column, file.unused) == ("user", ("note",))
    (batch,) = file.batches()
    assert batch.ids.to_pylist() == ["b", "a"]
    assert set(batch.knowledge.values) == {"logits"}
    assert KEYS["logits"].per_node
    with pytest.raises(DataError, match="the column node_id and one of"):
        KnowledgeFile(path)
    pq.write_table(pa.table({"node_id": [1, 2], "code": [1, 2]}), path)
    assert KnowledgeFile(path, "user").id_column == "node_id"


def test_an_altered_table_is_noticed_before_the_first_batch(tmp_path: Path) -> None:
    path = tmp_path / "k.parquet"
    write_parquet(random_knowledge(torch.arange(5)), path)
    table = pq.read_table(path)
    swapped = table.take([1, 0, 2, 3, 4])
    pq.write_table(swapped.replace_schema_metadata(table.schema.metadata), path)
    with pytest.raises(ArtefactError, match="the file was altered"):
        next(KnowledgeFile(path).batches())
    with pytest.raises(ArtefactError, match="absent"):
        KnowledgeFile(tmp_path / "absent.parquet")
