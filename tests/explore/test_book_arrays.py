from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from tests.explore.test_book import _book


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"labels": [0, 1]}, "labels: expected one for each of 6 nodes"),
        ({"names": ["a"]}, "names: expected one for each of 6 nodes"),
        ({"features": np.eye(3)}, "features: expected a row for each node of the full graph, at least 5"),
        ({"edge_index": [[0], [9]]}, "edge_index: expected"),
        ({"feature_names": ["a"]}, "feature_names: expected one per feature"),
    ],
)
def test_what_does_not_fit_the_graph_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        _book(**changes)
