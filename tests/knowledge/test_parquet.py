import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.knowledge import KEYS, TeacherKnowledge
from gnn2mlp.knowledge.batches import KnowledgeFile
from gnn2mlp.knowledge.parquet import join_parts, read_parquet, write_parquet
from tests.cuda import needs_cuda
from tests.tiny import random_knowledge

IDS = torch.tensor([7, 2, 5])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "knowledge.parquet"


def foreign(path: Path, **columns: object) -> Path:
    """A table as another tool writes it."""
    pq.write_table(pa.table({"node_id": [7, 2, 5], **columns}), path)
    return path


def test_knowledge_comes_back_as_it_was(path: Path) -> None:
    knowledge = random_knowledge(torch.arange(100).flip(0))
    write_parquet(knowledge, path)
    again = read_parquet(path)
    assert again.digest == knowledge.digest
    assert again.card == knowledge.card
    assert again.values.keys() == KEYS.keys()
    assert {k: v.dtype for k, v in again.values.items()} == {k: v.dtype for k, v in knowledge.values.items()}


@needs_cuda
def test_knowledge_is_written_from_any_device(path: Path) -> None:
    knowledge = random_knowledge(torch.arange(10))
    write_parquet(knowledge.to("cuda"), path)
    assert read_parquet(path).digest == knowledge.digest


def test_an_empty_table_comes_back_as_well(path: Path) -> None:
    knowledge = TeacherKnowledge(torch.zeros(0, dtype=torch.int64), {"code": torch.zeros(0, dtype=torch.int64)})
    write_parquet(knowledge, path)
    assert read_parquet(path).digest == knowledge.digest


def test_other_tools_read_the_columns(path: Path) -> None:
    write_parquet(random_knowledge(IDS).select(["logits", "code", "codebook"]), path)
    table = pq.read_table(path)
    assert table.column_names == ["node_id", "code", "logits"]
    assert table["node_id"].to_pylist() == [7, 2, 5]
    assert len(table["logits"][0]) == 3
    assert table["logits"].type.value_type == pa.float32()


@pytest.mark.parametrize("form", [pa.list_(pa.float64()), pa.list_(pa.float16(), 2), pa.large_list(pa.float32())])
def test_logits_of_another_tool_are_read_whatever_their_width(path: Path, form: pa.DataType) -> None:
    logits = [[1, 2], [0.5, -1], [0, 4]]
    values = pa.array([[np.float16(x) for x in row] for row in logits], type=form)
    made = read_parquet(foreign(path, logits=values, remark=["a", "b", None]))
    assert made.node_ids.tolist() == [7, 2, 5]
    assert made["logits"].tolist() == logits
    assert made["logits"].dtype == torch.float32
    assert set(made.values) == {"logits"}


def test_probabilities_stand_for_logits(path: Path) -> None:
    made = read_parquet(foreign(path, probabilities=[[0.25, 0.75], [1.0, 0.0], [0.5, 0.5]]))
    torch.testing.assert_close(made["logits"].softmax(-1), torch.tensor([[0.25, 0.75], [1, 0], [0.5, 0.5]]))
    assert torch.isfinite(made["logits"]).all()


def test_logits_win_over_probabilities(path: Path) -> None:
    both = foreign(path, probabilities=[[0.5, 0.5]] * 3, logits=[[1.0, 2.0]] * 3)
    assert read_parquet(both)["logits"].tolist() == [[1, 2]] * 3


@pytest.mark.parametrize(
    ("columns", "match"),
    [
        ({}, "the column node_id and one of logits, .* or probabilities, got node_id$"),
        ({"logits": [1.0, 2.0, 3.0]}, "'logits': expected lists of numbers, got double"),
        ({"code": [[1], [2], [3]]}, "'code': expected numbers, got list"),
        ({"code": [1.5, 2, 3]}, "'code': expected whole numbers"),
        ({"code": ["a", "b", "c"]}, "'code': expected numbers, got string"),
        ({"logits": [[1.0, 2.0], None, [1.0, 2.0]]}, "'logits': expected a value in every row, got 1 without"),
        ({"logits": [[1.0, 2.0], [None, 1.0], [1.0, 2.0]]}, "'logits': expected numbers without gaps"),
        (
            {"logits": [[1.0, 2.0], [1.0], [1.0, 2.0]]},
            "'logits': expected lists of equal length, got lengths from 1 to 2",
        ),
        ({"logits": [[1.0, float("nan")]] * 3}, "NaN or infinite"),
        ({"probabilities": [[1.0, 2.0]] * 3}, "add up to 1, got sums from 3 to 3"),
        ({"probabilities": [[-0.5, 1.5]] * 3}, "numbers from 0 that add up to 1"),
        ({"node_id": [1, 1, 2], "code": [1, 2, 3]}, "node_ids must be unique"),
        ({"node_id": [0.5, 1, 2], "code": [1, 2, 3]}, "'node_id': expected whole numbers"),
        ({"node_id": ["a", "b", "c"], "code": [1, 2, 3]}, "'node_id': expected whole numbers.*got string; tables with"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(path: Path, columns: dict[str, object], match: str) -> None:
    with pytest.raises(DataError, match=match):
        read_parquet(foreign(path, **columns))


def test_a_flipped_bit_is_never_another_number(path: Path) -> None:
    knowledge = random_knowledge(torch.arange(20))
    write_parquet(knowledge, path)
    intact, noticed = path.read_bytes(), 0
    for place in range(0, len(intact), 17):
        damaged = bytearray(intact)
        damaged[place] ^= 4
        path.write_bytes(damaged)
        try:
            again = read_parquet(path)
        except (ArtefactError, DataError):
            noticed += 1
        else:  # a byte that no value depends on, such as the name of the writing library
            assert again.digest == knowledge.digest
            assert again.card == knowledge.card
    assert noticed > 0.5 * len(intact) / 17


def test_a_file_that_lost_its_metadata_is_not_taken_for_another_tools(path: Path) -> None:
    write_parquet(random_knowledge(torch.arange(20)), path)
    intact = path.read_bytes()
    # The header of the field before the list of metadata in the footer: with it, a reader passes over all of them.
    place = intact.index(b"\x19", intact.rindex(b"gnn2mlp.card") - 6)
    assert intact[place : place + 5] == b"\x19L\x18\x0cg"
    damaged = bytearray(intact)
    damaged[place] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(ArtefactError):
        read_parquet(path)


def test_metadata_count_whatever_arrow_makes_of_its_own(path: Path) -> None:
    knowledge = random_knowledge(torch.arange(20))
    write_parquet(knowledge, path)
    intact = path.read_bytes()
    start = intact.rindex(b"ARROW:schema") + 40
    for place in range(start, start + 1200, 61):
        damaged = bytearray(intact)
        damaged[place] ^= 2
        path.write_bytes(damaged)
        try:
            again = read_parquet(path)
        except (ArtefactError, DataError):
            continue
        assert (again.digest, again.card) == (knowledge.digest, knowledge.card)


def test_what_is_no_table_is_named(path: Path) -> None:
    with pytest.raises(ArtefactError, match="expected a Parquet table at"):
        read_parquet(path)
    path.write_bytes(b"PAR1 and nothing else")
    with pytest.raises(ArtefactError, match="expected a Parquet table at"):
        read_parquet(path)


def test_an_altered_card_is_noticed(path: Path) -> None:
    write_parquet(random_knowledge(IDS), path)
    table = pq.read_table(path)
    metadata = {**table.schema.metadata, b"gnn2mlp.card": b'{"teacher": "another"}'}
    pq.write_table(table.replace_schema_metadata(metadata), path)
    with pytest.raises(ArtefactError, match="the file was altered"):
        read_parquet(path)


def test_without_pyarrow_the_extra_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigError, match=r"install the extra: pip install 'gnn2mlp\[parquet\]'"):
        write_parquet(random_knowledge(IDS), path)
    assert not path.exists()


def test_joined_parts_are_the_table_that_is_written_at_once(tmp_path: Path) -> None:
    logits = torch.randn(9, 3, generator=torch.Generator().manual_seed(0))
    whole = TeacherKnowledge(torch.arange(9) * 5, {"logits": logits}, {"teacher": {"name": "sign"}})
    parts = []
    for number, rows in enumerate(torch.arange(9).split(4)):
        columns = {"node_id": whole.node_ids[rows].numpy(), "logits": [*logits[rows].numpy()]}
        pq.write_table(pa.table(columns), tmp_path / f"{number}.parquet")
        parts.append(tmp_path / f"{number}.parquet")
    assert join_parts(parts, tmp_path / "whole.parquet", whole.card) == whole.digest
    again = read_parquet(tmp_path / "whole.parquet")
    assert (again.digest, again.card) == (whole.digest, whole.card)


@pytest.mark.parametrize(
    "ids",
    [pa.array([f"n{i}" for i in range(9)]), pa.array(range(2**63, 2**63 + 9), pa.uint64()), pa.array([0.0] * 9)],
    ids=["text", "unsigned", "floats"],
)
def test_joined_parts_with_any_ids_are_checked(tmp_path: Path, ids: pa.Array) -> None:
    parts = []
    for number, begin in enumerate((0, 4, 8)):
        some = ids.slice(begin, 4)
        pq.write_table(pa.table({"node_id": some, "logits": [[1.0, 2.0]] * len(some)}), tmp_path / f"{number}.parquet")
        parts.append(tmp_path / f"{number}.parquet")
    path = tmp_path / "whole.parquet"
    join_parts(parts, path, {"classes": ["a", "b"]})
    (batch,) = KnowledgeFile(path).batches()
    assert batch.ids.to_pylist() == ids.to_pylist()
    assert batch.knowledge.card == {"classes": ["a", "b"]}
    table = pq.read_table(path)
    changed = table.set_column(0, table.schema.field(0), pa.chunked_array([ids.slice(1), ids.slice(0, 1)]))
    pq.write_table(
        changed.set_column(1, table.schema.field(1), pa.array([[2.0, 1.0]] * 9, table.schema.types[1])), path
    )
    with pytest.raises(ArtefactError, match="the file was altered"):
        list(KnowledgeFile(path).batches())


def test_half_precision_stays_half_precision(path: Path) -> None:
    values = {"hop_embeddings": torch.arange(12.0).view(2, 3, 2).half(), "logits": torch.ones(2, 2)}
    made = TeacherKnowledge(torch.arange(2), values)
    write_parquet(made, path)
    again = read_parquet(path)
    assert again["hop_embeddings"].dtype == torch.float16
    assert again.digest == made.digest
    assert again["logits"].dtype == torch.float32
