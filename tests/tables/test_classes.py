import pyarrow as pa
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.tables.classes import Classes, LabelKind


def encode(classes: Classes, values: list) -> list[int]:
    return classes.encode(pa.chunked_array([values]), "f.parquet: column 'label'").tolist()


def test_names_are_the_teachers_columns() -> None:
    classes = Classes.of_teacher(3, ["pear", "apple", "fig"])
    assert encode(classes, ["fig", None, "pear", "fig"]) == [2, -1, 0, 2]
    assert classes.labels == ("pear", "apple", "fig")


def test_numbers_are_columns_where_nothing_is_stated() -> None:
    classes = Classes.of_teacher(3, None)
    assert encode(classes, [2, None, 0, -1]) == [2, -1, 0, -1]
    assert encode(classes, [2.0, 1.0]) == [2, 1]
    assert encode(classes, [None, None]) == [-1, -1]
    assert classes.labels == (0, 1, 2)


def test_numbers_may_be_names() -> None:
    assert encode(Classes.of_teacher(2, [10, 20]), [20, 10, None]) == [1, 0, -1]
    assert encode(Classes.of_teacher(2, [-1, 1]), [1, -1, None]) == [1, 0, -1]


@pytest.mark.parametrize(
    ("stated", "labels", "answered", "values", "codes"),
    [
        (["10", "20"], pa.int8(), (10, 20), [20, None, 10], [1, -1, 0]),
        (["10", "20"], pa.float64(), (10, 20), [20.0, float("nan"), 10.0], [1, -1, 0]),
        ([10, 20], pa.string(), ("10", "20"), ["20", "10"], [1, 0]),
        (["no", "yes"], pa.dictionary(pa.int8(), pa.string()), ("no", "yes"), ["yes", "no"], [1, 0]),
        (["False", "True"], pa.bool_(), (False, True), [True, None, False], [1, -1, 0]),
        (None, pa.bool_(), (False, True), [True, None, False], [1, -1, 0]),
        (None, pa.uint16(), (0, 1), [1, 0], [1, 0]),
        (["a", "20"], pa.int64(), ("a", "20"), [None], [-1]),
    ],
)
def test_labels_are_answered_as_the_user_wrote_them(
    stated: list | None, labels: pa.DataType, answered: tuple, values: list, codes: list[int]
) -> None:
    classes = Classes.of_teacher(2, stated, LabelKind.of(labels, "here"))
    assert classes.labels == answered
    assert list(map(type, classes.labels)) == list(map(type, answered))
    assert encode(classes, values) == codes


def test_what_is_no_label_is_refused() -> None:
    with pytest.raises(DataError, match="here: expected labels that are whole numbers, booleans or text, got list"):
        LabelKind.of(pa.list_(pa.int64()), "here")


@pytest.mark.parametrize(
    ("logits", "stated", "values", "match"),
    [
        (3, None, ["fig"], "names such as 'fig', and the knowledge does not say .* --classes"),
        (3, None, [3], r"expected labels 0\.\.2, or null for none, got 3"),
        (3, None, [-2], r"expected labels 0\.\.2, or null for none, got -2"),
        (3, None, [0.5], "got 0.5"),
        (2, ["a", "b"], ["c"], r"label 'c' is none of the 2 classes \(a, b\)"),
        (2, ["a", "b"], [0], "label 0 is none of"),
        (2, None, [True], "got True"),
        (3, ["a", "b"], [], "a name for each of the teacher's 3 columns, got 2"),
        (2, ["a", "a"], [], "each name once"),
        (None, None, [], "holds no logits"),
    ],
)
def test_nothing_is_guessed(logits: int | None, stated: list | None, values: list, match: str) -> None:
    with pytest.raises(DataError, match=match):
        encode(Classes.of_teacher(logits, stated), values)
