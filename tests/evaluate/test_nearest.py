"""Nearest rows against all pairs, dense and sparse, whole and in blocks."""

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.metrics.pairwise import cosine_similarity

from gnn2mlp.evaluate import nearest
from gnn2mlp.evaluate.nearest import nearest_by_cosine

RANDOM = np.random.default_rng(0)
ROWS, OTHERS = RANDOM.normal(size=(23, 5)), RANDOM.normal(size=(31, 5))


@pytest.mark.parametrize("blocks", [(4096, 1024), (10, 7), (1, 1)])
@pytest.mark.parametrize("form", [np.asarray, sp.csr_matrix, sp.csr_array])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_nearest_of_all_pairs(
    monkeypatch: pytest.MonkeyPatch, blocks: tuple[int, int], form: type, dtype: type
) -> None:
    monkeypatch.setattr(nearest, "_ROWS", blocks[0])
    monkeypatch.setattr(nearest, "_OTHERS", blocks[1])
    found = nearest_by_cosine(form(ROWS.astype(dtype)), form(OTHERS.astype(dtype)), 4)
    np.testing.assert_array_equal(found, np.argsort(-cosine_similarity(ROWS, OTHERS), axis=1)[:, :4])


def test_length_does_not_count_and_zeros_are_near_to_none() -> None:
    assert nearest_by_cosine([[1, 0]], [[0, 0], [9, 9], [0, 5]], 2).tolist()[0][0] == 1
    assert sorted(nearest_by_cosine(np.zeros((1, 2)), np.eye(2), 2)[0]) == [0, 1]


def test_no_rows() -> None:
    assert nearest_by_cosine(ROWS[:0], OTHERS, 3).shape == (0, 3)
