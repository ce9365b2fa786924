import numpy as np
import pytest

from tests.deploy.onnx_encoders.check import check

pytest.importorskip("onnx")
TAGS = [["red", "blue", "red"], ["red"], None, [], ["ü x", "a\x1fb", ""], ["blue", "never"]]


@pytest.mark.parametrize("counts", [False, True])
def test_items_count_once_or_as_often_as_they_are_there(counts: bool) -> None:
    how = {"name": "bag", "least": 1, "counts": counts}
    check({"tags": TAGS}, {"tags": [["new"], None, ["red", "red"]]}, {"tags": [None, []]}, tags=how)


def test_items_that_are_numbers() -> None:
    check({"ids": [[3, 7], [7], [], [11, 3, 3]]}, {"ids": [np.array([7, 99])]}, ids={"name": "bag", "least": 1})
