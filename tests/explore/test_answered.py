from dataclasses import replace

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from tests.explore.disagreeing import weak_spot


def test_models_populations_and_seeds_are_told() -> None:
    table = weak_spot(seeds=2, nodes=60).answered
    assert table.models == ("teacher", "student", "mlp")
    assert table.tested == ("unseen", "seen")
    assert table.seeds == [0, 1]
    assert table.is_share
    assert len(table.rows_of("seen")) == 60
    with pytest.raises(DataError, match="expected one of unseen, seen, got 'test'"):
        table.rows_of("test")


def test_what_does_not_fit_is_refused() -> None:
    table = weak_spot(nodes=60).answered
    with pytest.raises(DataError, match="errors of mlp: expected one for each of 60"):
        replace(table, errors={**table.errors, "mlp": np.zeros(3)})
    with pytest.raises(DataError, match="answers of a student, got those of teacher"):
        replace(table, errors={"teacher": table.errors["teacher"]})
    with pytest.raises(DataError, match="label: expected one for each of 60 nodes"):
        replace(table, label=np.zeros(3, int))
