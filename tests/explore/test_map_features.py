import numpy as np
import pytest
import scipy.sparse as sp

from gnn2mlp.core.errors import DataError
from gnn2mlp.explore.map_features import TypicalFeatures, typical_features
from gnn2mlp.nn import CSR

WORDS = sp.csr_matrix(np.array([[1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 1, 1], [0, 0, 0, 0]], dtype=np.float32))
NAMES = ["the", "graph", "film", "actor"]


def _of(found: TypicalFeatures, row: int) -> list[str]:
    return [found.names[one] for one in found.feature[found.start[row] : found.start[row + 1]]]


@pytest.mark.parametrize("form", ["scipy", "own"])
def test_the_rarest_words_of_a_node_come_first(form: str) -> None:
    words = WORDS if form == "scipy" else CSR.from_scipy(WORDS)
    found = typical_features(words, np.array([0, 2, 3]), NAMES, most=2)
    assert [_of(found, row) for row in range(3)] == [["graph", "the"], ["actor", "film"], []]
    assert found.words


def test_dense_features_that_are_far_from_their_mean_come_first() -> None:
    table = np.array([[0.0, 5.0, 1.0], [0.1, 5.0, 1.1], [-0.1, 5.0, 9.0], [3.0, 5.0, 1.0]])
    found = typical_features(table, np.array([2, 3]), most=1)
    assert [_of(found, row) for row in range(2)] == [["feature 2"], ["feature 0"]]
    assert found.value.tolist() == [9.0, 3.0]
    assert not found.words


def test_a_dense_bag_of_words_tells_the_words_that_are_there() -> None:
    found = typical_features(WORDS.toarray(), np.array([0, 3]), NAMES, most=4)
    assert set(_of(found, 0)) == {"the", "graph"}
    assert _of(found, 1) == []
    assert found.words


def test_names_of_other_features_are_refused() -> None:
    with pytest.raises(DataError, match=r"a name for each feature, got the shape \(4, 4\) and 1 names"):
        typical_features(WORDS, np.array([0]), ["the"])
