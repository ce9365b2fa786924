"""What columns contribute: by hand, against scikit-learn, and on tables of every library."""

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression, LogisticRegression

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate import column_importance
from tests.deploy.test_predictor import X, make

RANDOM = np.random.default_rng(0)
VALUES = RANDOM.normal(size=(200, 3))
LABELS = np.where(2 * VALUES[:, 0] + VALUES[:, 2] > 0, "yes", "no")


def test_arrays_give_what_scikit_learn_gives() -> None:
    model = LogisticRegression().fit(VALUES, LABELS)
    theirs = permutation_importance(model, VALUES, LABELS, n_repeats=5, random_state=0)
    found = column_importance(model, VALUES, LABELS)
    order = np.argsort(-theirs.importances_mean)
    assert found.names == tuple(f"column {k}" for k in order)
    np.testing.assert_allclose(found.drops, theirs.importances[order])
    np.testing.assert_allclose(found.std, theirs.importances_std[order])
    assert found.score == model.score(VALUES, LABELS)
    assert [line["tells"] for line in found.records()] == [True, True, False]


class ByName:
    """Reads columns "a" and "c" of any table; "b" does not matter."""

    feature_names, classes_ = ("c", "a"), np.array(["no", "yes"])

    def predict(self, table: Any) -> np.ndarray:
        a, c = (np.asarray(table[name], dtype=float) for name in ("a", "c"))
        return np.where(2 * a + c > 0, "yes", "no")


@pytest.mark.parametrize(
    "form",
    [
        lambda x: dict(zip("abc", x.T, strict=True)),
        lambda x: dict(zip("abc", x.T.tolist(), strict=True)),
        lambda x: pd.DataFrame(x, columns=list("abc"), index=RANDOM.permutation(len(x))),
        lambda x: pl.DataFrame(x, schema=list("abc")),
        lambda x: pa.table(dict(zip("abc", x.T, strict=True))),
    ],
)
def test_tables_of_every_library_give_the_same(form: Any) -> None:
    expected = column_importance(ByName(), dict(zip("abc", VALUES.T, strict=True)), LABELS)
    found = column_importance(ByName(), form(VALUES), LABELS)
    assert found.names == ("a", "c")
    np.testing.assert_array_equal(found.drops, expected.drops)
    assert found.score == 1.0


def test_a_student_of_named_columns() -> None:
    made = make(names=list("fedcba"))
    frame = pd.DataFrame(X, columns=list("fedcba")).assign(id=[f"n{k}" for k in range(20)])
    found = column_importance(made, frame, np.tile(["a", "b", "c"], 7)[:20], scoring="neg_log_loss")
    assert set(found.names) == set("fedcba")
    assert found.scoring == "neg_log_loss"
    assert (np.diff(found.mean) <= 0).all()


def test_numbers_are_scored_by_the_share_of_variance() -> None:
    target = 3 * VALUES[:, 1]
    found = column_importance(LinearRegression().fit(VALUES, target), VALUES, target)
    assert (found.names[0], found.scoring) == ("column 1", "r2")
    assert found.score == pytest.approx(1)
    assert found.mean[0] > 1


def test_rows_without_a_label_are_left_out_and_many_are_drawn() -> None:
    labels: list[Any] = [*LABELS[:150], *[None] * 50]
    found = column_importance(ByName(), dict(zip("abc", VALUES.T, strict=True)), labels)
    assert (found.rows, found.score) == (150, 1.0)
    table = dict(zip("abc", VALUES.T, strict=True))
    few = column_importance(ByName(), table, LABELS, most_rows=40)
    assert few.rows == 40
    np.testing.assert_array_equal(few.drops, column_importance(ByName(), table, LABELS, most_rows=40).drops)
    other = column_importance(ByName(), table, LABELS, most_rows=40, seed=1)
    assert (few.drops != other.drops).any()


def test_what_cannot_be_judged() -> None:
    with pytest.raises(DataError, match="a label for each, got 200 and 3"):
        column_importance(ByName(), VALUES, ["yes"] * 3)
    with pytest.raises(DataError, match="got 3 columns of a sparse matrix"):
        column_importance(ByName(), sp.csr_array(VALUES), LABELS)
    with pytest.raises(DataError, match="a table with names or an array, got list"):
        column_importance(ByName(), VALUES.tolist(), LABELS)
