import pytest

from tests.deploy.onnx_encoders.check import check

pytest.importorskip("onnx")


def test_known_unseen_rare_and_missing_values() -> None:
    kinds = ["shop", "bar", "ü", None, "shop", " ", "bar", "x" * 500, "shop"]
    table = {"kind": kinds, "size": [3, 10, 3, 10, 3, 3, 3, 10, 3], "open": [True, False, True] * 3}
    other = {"kind": ["never", "", "Shop", "?"], "size": [4, 3, None, 10], "open": [False, None, True, True]}
    limited = {"name": "category", "most": 2}
    encoder = check(table, other, kind=limited, size="category", open="category")
    assert [column.width for column in encoder.columns] == [3, 2, 2]
    check({"kind": kinds}, {"kind": other["kind"]})


def test_numbers_are_categories_by_how_they_are_written() -> None:
    check({"code": [1.0, 2.5, None, 1.0]}, {"code": [1, 2, 3]}, {"code": [2.5, None]}, code="category")
