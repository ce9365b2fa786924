import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import DataError, MissingKnowledgeError
from gnn2mlp.explore import Codebook
from gnn2mlp.explore.book_map import soft_codes
from gnn2mlp.explore.map_packing import unpack
from gnn2mlp.explore.placement import CodePlacement
from tests.explore.test_book import _book, _knowledge


def test_it_shows_the_nodes_by_name_and_describes_the_codes() -> None:
    found = _book().map({"followers": np.arange(6)}, noun="pages", title="Pages")
    assert sorted(found.ids) == sorted(["town", "city", "news", "soap", "film"])  # the teacher did not see "new"
    assert {"class", "student", "student is", "followers"} <= set(found.columns)
    header, arrays = unpack(found.packed)
    assert header["title"] == "Pages"
    assert header["codes"]["texts"] == {str(code): _book().describe(code, "pages") for code in (0, 2)}
    assert header["codes"]["nodes"] == [3, 0, 2]
    assert arrays["degree"].sum() == 8


def test_without_probabilities_nodes_lie_where_the_student_places_them() -> None:
    book = _book()
    book.knowledge = _knowledge(code_indices=None, code_probabilities=None)
    found = unpack(book.map().packed)[1]
    assert len(found["x"]) == 5
    assert np.ptp(found["x"]) > 0


def test_knowledge_that_tells_neither_is_refused() -> None:
    knowledge = _knowledge(code_indices=None, code_probabilities=None)
    with pytest.raises(MissingKnowledgeError, match="code_indices"):
        Codebook(knowledge).map()


def test_a_column_of_other_nodes_is_refused() -> None:
    with pytest.raises(DataError, match="column 'size'"):
        _book().map({"size": [1, 2]})


def test_codes_that_are_not_used_attract_nothing() -> None:
    used = np.array([True, False, True])
    placement = CodePlacement(np.eye(2), np.zeros(2), np.array([[1.0, 0], [0.9, 0.1], [0, 1]]), True, used)
    codes, probabilities = soft_codes(placement, np.array([[0.0, 0.0], [5.0, 1.0]]))
    assert set(codes.ravel().tolist()) == {0, 2}
    torch.testing.assert_close(torch.from_numpy(probabilities).sum(dim=1), torch.ones(2))
