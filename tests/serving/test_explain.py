"""What drove an answer."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from gnn2mlp.serving import explain
from gnn2mlp.serving.explain import blanked, contributions
from gnn2mlp.serving.model import ServedModel
from gnn2mlp.serving.predictions import Judged, judged
from gnn2mlp.serving.refusal import RefusalError
from gnn2mlp.serving.rows import rows_of
from tests.serving import served


def explained(model: ServedModel, row: dict[str, Any]) -> dict[str, Any]:
    names, rows = blanked(model, row)
    (found,) = model.judge([rows_of(rows, model.predictor, 100)])
    assert isinstance(found, Judged)
    return contributions(model, names, found)


def test_each_column_that_has_a_value_is_left_blank_once(model: ServedModel) -> None:
    names, rows = blanked(model, {**served.ROW, "kind": None})
    assert names == ("likes", "open", "since", "note", "tags", "place")
    assert rows[0]["likes"] == 10
    assert [row["likes"] for row in rows[1:]] == [None, *[10] * 5, None]


class Weighted(NamedTuple):
    """A model whose logits are weighted sums."""

    predictor: Any


def test_contributions_of_weighted_sums_are_exact(numbers: ServedModel) -> None:
    weights = np.array([[1.0, 0.0, -1.0], [0.0, 2.0, 0.0], [3.0, 1.0, 0.0], [0.5, 0.5, 1.0]], np.float32)
    names, rows = blanked(numbers, {"p": 1.0, "q": 1.0, "r": 2.0, "s": -1.0})
    logits = np.array([[row[name] for name in "pqrs"] for row in rows], np.float32) @ weights
    found = contributions(Weighted(numbers.predictor), names, judged(numbers.predictor, logits))  # type: ignore[arg-type]
    temperature = 1.5  # of `models_of`
    # Of "ant", by hand: r gives 2 (3 - 4/3), divided by the temperature.
    assert (found["of"], found["exact"]) == ("ant", True)
    assert found["columns"][0]["name"] == "r"
    assert found["columns"][0]["contribution"] == pytest.approx(2 * (3 - 4 / 3) / temperature, abs=1e-5)
    assert sum(one["contribution"] for one in found["columns"]) == pytest.approx(found["together"], abs=1e-5)


def test_the_largest_comes_first_with_the_probability_without_it(model: ServedModel) -> None:
    found = explained(model, served.ROW)
    columns = found["columns"]
    assert found["blank"] == "no value"
    sizes = [abs(one["contribution"]) for one in columns]
    assert sizes == sorted(sizes, reverse=True)
    first = columns[0]
    (without,) = model.judge([rows_of({**served.ROW, first["name"]: None}, model.predictor, 1)])
    assert isinstance(without, Judged)
    assert without.probabilities is not None
    assert first["probability"] == pytest.approx(
        float(without.probabilities[0, served.CLASSES.index(str(found["of"]))]), abs=1e-5
    )


@pytest.mark.parametrize("kind", ["classes", "labels", "values"])
def test_numbers_are_blank_at_0(kind: str, tmp_path: Path) -> None:
    model = served.loaded(tmp_path / kind, served.of_numbers(kind))
    found = explained(model, {"p": 1.0, "q": 0.0, "r": 2.0, "s": -1.0})
    assert {one["name"] for one in found["columns"]} == {"p", "r", "s"}
    assert (found["of"] is None) == (kind == "values")


def test_features_without_names_are_counted_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = served.loaded(tmp_path / "plain", served.of_numbers(names=False))
    row = {"features": [0.0, 2.0, 0.0, 1.0]}
    names, rows = blanked(model, row)
    assert names == ("features[1]", "features[3]")
    assert np.array([one["features"] for one in rows]).tolist() == [[0, 2, 0, 1], [0, 0, 0, 1], [0, 2, 0, 0], [0] * 4]
    monkeypatch.setattr(explain, "MOST", 1)
    with pytest.raises(RefusalError, match="at most 1 columns that are not blank, got 2"):
        blanked(model, row)
