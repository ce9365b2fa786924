from pathlib import Path

import pyarrow as pa
import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.knowledge.arrow import to_column, to_tensor

PATH = Path("table.parquet")


def test_columns_come_back() -> None:
    one, two = torch.arange(3), torch.arange(6.0).reshape(3, 2)
    table = pa.table({"one": to_column(one), "two": to_column(two)})
    assert torch.equal(to_tensor(table["one"], "one", torch.int64, False, PATH), one)
    assert torch.equal(to_tensor(table["two"], "two", torch.float32, True, PATH), two)


def test_arrays_can_be_written_to() -> None:
    made = to_tensor(pa.chunked_array([[1, 2]]), "x", torch.int64, False, PATH)
    made[0] = 7
    assert made.tolist() == [7, 2]


def test_messages_name_file_and_column() -> None:
    with pytest.raises(DataError, match=r"table\.parquet: column 'x': expected numbers, got list"):
        to_tensor(pa.chunked_array([[[1], [2]]]), "x", torch.int64, False, PATH)


def test_truths_come_back_and_are_no_numbers(tmp_path: Path) -> None:
    column = pa.chunked_array([to_column(torch.tensor([True, False]))])
    assert to_tensor(column, "x", torch.bool, 0, tmp_path).tolist() == [True, False]
    with pytest.raises(DataError, match="expected numbers, got bool"):
        to_tensor(column, "x", torch.int64, 0, tmp_path)
    with pytest.raises(DataError, match="expected true or false, got int64"):
        to_tensor(pa.chunked_array([[1, 0]]), "x", torch.bool, 0, tmp_path)
