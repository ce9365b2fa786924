from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gnn2mlp.core.errors import ArtefactError, DataError
from gnn2mlp.tables.classes import Classes
from gnn2mlp.tables.features import FeatureTable

CLASSES = Classes(3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "f.parquet"


def table(path: Path, **columns: object) -> FeatureTable:
    pq.write_table(pa.table({"node_id": [7, 2], **columns}), path)
    return FeatureTable(path)


def test_columns_are_features_in_the_order_of_the_file(path: Path) -> None:
    found = table(path, width=[1, 2], label=[None, 1], age=[0.5, 1.5], role=["test", None])
    assert (found.names, found.rows) == (("width", "age"), 2)
    (piece,) = found.pieces(CLASSES)
    assert piece.ids.tolist() == [7, 2]
    assert piece.x.tolist() == [[1, 0.5], [2, 1.5]]
    assert piece.labels.tolist() == [-1, 1]
    assert piece.roles.tolist() == [2, 0]


def test_a_list_column_has_no_names(path: Path) -> None:
    found = table(path, features=[[1, 2], [3, 4]])
    assert found.names is None
    (piece,) = found.pieces(CLASSES)
    assert piece.x.tolist() == [[1, 2], [3, 4]]
    assert piece.labels.tolist() == [-1, -1]


def test_a_number_called_features_is_a_feature(path: Path) -> None:
    assert table(path, features=[1.0, 2.0], b=[1, 2]).names == ("features", "b")


@pytest.mark.parametrize(
    ("columns", "match"),
    [
        ({}, r"expected the column node_id and either 'features', .*; got node_id \(int64\)"),
        ({"a": [1, 2], "b": ["x", "y"]}, r"got b \(string\); rename or drop"),
        ({"features": [[1], [2]], "b": [1, 2]}, r"got b \(int64\)"),
        ({"a": [1.0, None]}, "column 'a': expected a value in every row, got 1 without"),
        ({"a": [1.0, np.inf]}, r"features must be finite, got NaN or infinity \(first: node 2\)"),
        ({"features": [[1], [2, 3]]}, "lists of equal length"),
        ({"a": [1, 2], "role": ["train", "vlaid"]}, "expected train, valid, test or null, got 'vlaid'"),
        ({"a": [1, 2], "label": ["x", "y"]}, "f.parquet: column 'label': labels are names such as 'x'"),
    ],
)
def test_what_does_not_fit_is_refused(path: Path, columns: dict[str, object], match: str) -> None:
    with pytest.raises(DataError, match=match):
        list(table(path, **columns).pieces(CLASSES))


def test_what_is_no_table_is_named(path: Path) -> None:
    with pytest.raises(ArtefactError, match="expected a Parquet table at"):
        FeatureTable(path)
