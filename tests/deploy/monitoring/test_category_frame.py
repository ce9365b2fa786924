import numpy as np

from gnn2mlp.deploy.monitoring.category_frame import NAMES, CategoryFrame
from gnn2mlp.deploy.monitoring.drift import Limits
from gnn2mlp.encoders.reading import read


def test_what_few_rows_have_is_not_named() -> None:
    column = read(["Ada"] * 9 + ["Bob"] * 10 + ["Eve"] * 30 + [None])
    frame = CategoryFrame.fit(column)
    assert frame.facts() == {"names": ["Eve", "Bob"]}
    assert frame.count(column)["bins"].tolist() == [30, 10, 9]
    assert len(CategoryFrame.fit(read([f"n{k % 500}" for k in range(10_000)])).names) == NAMES


def test_values_without_a_name_are_counted() -> None:
    frame = CategoryFrame(["a", "b"])
    then, now = frame.count(read(["a", "b"] * 500)), frame.count(read(["a", "b", "zoo", "a"] * 100))
    values, unknown = frame.checks(then, now, Limits())
    assert unknown.what == "unknown values"
    assert unknown.now == 0.25
    assert unknown.p < 1e-9
    assert values.effect > 0.2


def test_numbers_and_truths_are_read_as_their_texts() -> None:
    frame = CategoryFrame.fit(read(np.repeat([3, 4], 20)))
    assert frame.names == ("3", "4")
    assert CategoryFrame.fit(read(np.repeat([True, False], 20))).names == ("False", "True")
