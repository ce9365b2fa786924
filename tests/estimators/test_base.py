"""What both estimators share: random states, and parameters that a file can hold."""

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.encoders import ENCODERS
from gnn2mlp.estimators import NodeClassifier
from gnn2mlp.estimators._base import _seed, _storable
from gnn2mlp.objectives import HardLabels
from tests.helpers import tiny_arrays


def test_random_states() -> None:
    assert _seed(3) == _seed(np.int64(3)) == 3
    assert _seed(None) != _seed(None)
    for wrong in (-1, True, 1.5):
        with pytest.raises(ConfigError, match="random_state: expected an integer from 0 upwards"):
            _seed(wrong)  # type: ignore[arg-type]


def test_generators_move_on() -> None:
    for state in (np.random.RandomState(0), np.random.default_rng(0)):
        assert _seed(state) != _seed(state)
    assert _seed(np.random.RandomState(5)) == _seed(np.random.RandomState(5))
    assert _storable(np.random.RandomState(5)) is None


def test_an_objective_is_stored_as_the_method_that_it_makes() -> None:
    assert _storable(1.0 * HardLabels())["name"] == "composed"
    assert _storable("glnn") == "glnn"


class Counting(HardLabels):
    """Hard labels, and how many threads computed them."""

    threads: ClassVar[set[int]] = set()

    def forward(self, batch):
        self.threads.add(torch.get_num_threads())
        return super().forward(batch)


def test_a_small_graph_is_learnt_on_one_thread() -> None:
    """A second one would only wait for the first, and keep a core busy with it."""
    x, y, edges = tiny_arrays()
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        NodeClassifier(method=1.0 * Counting(), distill={"epochs": 1}).fit(x, y, edge_index=edges)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert Counting.threads == {1}


def dated(rows: int = 40) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Columns with dates written as text, labels, and edges by row number."""
    days = pd.date_range("2019-01-01", periods=rows, freq="17D")
    table = pd.DataFrame({"since": days.strftime("%Y-%m-%d"), "price": np.random.default_rng(0).lognormal(size=rows)})
    return table, np.arange(rows) % 2, np.stack([np.arange(rows - 2), np.arange(2, rows)])


def trained(**changes: Any) -> NodeClassifier:
    table, y, edges = dated()
    return NodeClassifier(method="mlp", distill={"epochs": 3}, **changes).fit(table, y, edges=edges)


def test_dates_may_come_as_dates_where_training_read_texts(tmp_path: Path) -> None:
    table, *_ = dated()
    model = trained()
    model.save(tmp_path)
    expected = model.predict_proba(table)
    days = pd.to_datetime(table["since"])
    for since in (days, days.dt.tz_localize("UTC"), days.dt.date, days.astype("datetime64[s]")):
        for one in (model, NodeClassifier.load(tmp_path)):
            np.testing.assert_array_equal(one.predict_proba(table.assign(since=since)), expected)
    for first in (days[0], days[0].to_pydatetime()):
        np.testing.assert_allclose(model.predict_proba({**table.iloc[0], "since": first}), expected[:1], atol=1e-6)


def test_encoders_that_were_given_as_objects_are_saved(tmp_path: Path) -> None:
    table, y, edges = dated()
    encoder = ENCODERS.get("category")(most=3)
    model = trained(columns={"price": ENCODERS.get("log")(), "since": encoder})
    model.save(tmp_path)
    loaded = NodeClassifier.load(tmp_path)
    assert Spec.parse(loaded.columns["since"]) == encoder.spec()  # type: ignore[index]
    np.testing.assert_array_equal(loaded.predict_proba(table), model.predict_proba(table))
    again = clone(loaded).fit(table, y, edges=edges)
    assert [column.encoder.spec() for column in again.predictor_.columns.columns] == [encoder.spec(), Spec("log")]
    np.testing.assert_array_equal(again.predict_proba(table), model.predict_proba(table))
