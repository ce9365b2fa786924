from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gnn2mlp.core import parquet
from gnn2mlp.core.errors import ArtefactError, DataError
from gnn2mlp.tables.classes import Classes, LabelKind
from gnn2mlp.tables.features import MAX_CATEGORIES, FeatureTable
from gnn2mlp.tables.schema import ColumnNames

CLASSES = Classes(3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "f.parquet"


def table(path: Path, **columns: object) -> FeatureTable:
    pq.write_table(pa.table({"node_id": [7, 2], **columns}), path)
    return FeatureTable(path)


def test_columns_are_features_in_the_order_of_the_file(path: Path) -> None:
    found = table(path, width=[1, 2], label=[None, 1], age=[0.5, 1.5], role=["test", None])
    assert (found.columns.names, found.rows, found.has_roles) == (("width", "age"), 2, True)
    assert found.label_kind is LabelKind.NUMBER
    (batch,) = found.batches(CLASSES)
    assert batch.ids.to_pylist() == [7, 2]
    assert batch.x.tolist() == [[1, 0.5], [2, 1.5]]
    assert batch.labels.tolist() == [-1, 1]
    assert batch.roles.tolist() == [2, 0]


def test_a_list_column_has_no_names(path: Path) -> None:
    found = table(path, features=[[1, 2], [3, 4]])
    assert (found.columns.names, found.label_kind) == (None, None)
    (batch,) = found.batches(CLASSES)
    assert batch.x.tolist() == [[1, 2], [3, 4]]
    assert batch.labels.tolist() == [-1, -1]


def test_a_number_called_features_is_a_feature(path: Path) -> None:
    assert table(path, features=[1.0, 2.0], b=[1, 2]).columns.names == ("features", "b")


def test_booleans_are_zero_and_one(path: Path) -> None:
    (batch,) = table(path, a=[True, False]).batches(CLASSES)
    assert batch.x.tolist() == [[1], [0]]


def test_categories_are_known_from_the_whole_table(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "BATCH_ROWS", 2)
    frame = pd.DataFrame({"node_id": range(5), "town": ["Ulm", "Bonn", None, "Bonn", "Aue"], "a": range(5)})
    frame["size"] = pd.Categorical(["S", "L", "L", "S", "L"], categories=["S", "M", "L"])
    frame.to_parquet(path)
    found = FeatureTable(path)
    assert found.columns.names == ("town=Aue", "town=Bonn", "town=Ulm", "a", "size=L", "size=S")
    x = np.concatenate([batch.x for batch in found.batches(CLASSES)])
    assert x.tolist() == [
        [0, 0, 1, 0, 0, 1],
        [0, 1, 0, 1, 1, 0],
        [0, 0, 0, 2, 1, 0],
        [0, 1, 0, 3, 0, 1],
        [1, 0, 0, 4, 1, 0],
    ]
    assert np.array_equal(found.columns.matrix(frame), x)


def test_a_text_of_many_values_is_no_category(path: Path) -> None:
    def written(values: int) -> FeatureTable:
        texts = [f"t{i:03d}" for i in range(values)]
        pq.write_table(pa.table({"node_id": range(values), "remark": texts}), path)
        return FeatureTable(path)

    assert len(written(MAX_CATEGORIES).columns.names or ()) == MAX_CATEGORIES
    with pytest.raises(DataError, match="'remark': expected a category of at most 50 different values, got more, such"):
        written(MAX_CATEGORIES + 1)


def test_columns_may_be_called_as_the_user_likes(path: Path) -> None:
    columns = {"user": ["x", "y"], "grade": ["b", "a"], "part": ["valid", "train"], "a": [1, 2], "b": [3, 4]}
    pq.write_table(pa.table(columns), path)
    found = FeatureTable(path, ColumnNames("user", "grade", "part", ("b",)))
    assert (found.label_kind, found.schema.unused) == (LabelKind.TEXT, ("a",))
    (batch,) = found.batches(Classes(2, ("a", "b")))
    assert (batch.ids.to_pylist(), batch.x.tolist()) == (["x", "y"], [[3], [4]])
    assert (batch.labels.tolist(), batch.roles.tolist()) == ([1, 0], [1, 0])


@pytest.mark.parametrize(
    ("columns", "match"),
    [
        ({}, r"expected either 'features', .*; got node_id \(int64\)"),
        ({"a": [1.0, None]}, "column 'a': expected a value in every row, got 1 without"),
        ({"a": [True, None]}, "column 'a': expected a value in every row, got 1 without"),
        ({"a": [1.0, np.inf]}, r"features must be finite, got NaN or infinity \(first: node 2\)"),
        ({"features": [[1], [2, 3]]}, "lists of equal length"),
        ({"a": [1, 2], "role": ["train", "vlaid"]}, "expected train, valid, test or null, got 'vlaid'"),
        ({"a": [1, 2], "role": [0, 1]}, "expected train, valid, test or null, got '0'"),
        ({"a": [1, 2], "label": ["x", "y"]}, "f.parquet: column 'label': labels are names such as 'x'"),
    ],
)
def test_what_does_not_fit_is_refused(path: Path, columns: dict[str, object], match: str) -> None:
    with pytest.raises(DataError, match=match):
        list(table(path, **columns).batches(CLASSES))


def test_what_is_no_table_is_named(path: Path) -> None:
    with pytest.raises(ArtefactError, match="expected a Parquet table at"):
        FeatureTable(path)


@pytest.mark.parametrize(
    ("labels", "refused"), [([-1, 1], True), ([None, 1], False), ([-1, 0, 1], False), ([float("nan"), 1.0], False)]
)
def test_two_classes_of_which_one_is_called_as_unlabelled_rows_are(
    path: Path, labels: list[float | None], refused: bool
) -> None:
    rows = len(labels)
    pq.write_table(pa.table({"node_id": range(rows), "f": [1.0] * rows, "label": labels}), path)
    batches = FeatureTable(path).batches(Classes(2))
    if refused:
        with pytest.raises(DataError, match=r"column 'label': labels are -1 and 1 alone; .* write 0 and 1"):
            list(batches)
    else:
        assert sum(len(batch.labels) for batch in batches) == rows


def test_labels_and_roles_are_read_without_the_features(path: Path) -> None:
    found = table(path, features=[[1, 2], [3, 4]], label=[None, 1], role=["test", None])
    ((labels, roles),) = found.answers(CLASSES)
    assert (labels.tolist(), roles.tolist()) == ([-1, 1], [2, 0])
    ((ids, x),) = found.rows_alone()
    assert (ids.to_pylist(), x.tolist()) == ([7, 2], [[1, 2], [3, 4]])


@pytest.mark.parametrize(
    ("label", "expected"),
    [([None, 4], [4]), ([-1, 2], [2]), (["b", "a"], ["a", "b"]), ([True, False], [False, True]), ([1.0, np.nan], [1])],
)
def test_different_labels_are_told(path: Path, label: list[object], expected: list[object]) -> None:
    assert table(path, width=[1, 2], label=label).distinct_labels() == expected
