from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError, MissingKnowledgeError
from gnn2mlp.explore import Codebook
from gnn2mlp.explore.map_packing import unpack
from gnn2mlp.knowledge import TeacherKnowledge
from tests.explore.test_book_student import Says

WORDS = ["council", "show", "the"]
LABELS = np.array([0, 0, 1, 1, -1, 1])
NAMES = np.array(["town", "city", "news", "soap", "film", "new"])


def _knowledge(**values: Any) -> TeacherKnowledge:
    """Five of six nodes: 0, 1, 2 have the code 0, and 3, 4 the code 2 of three."""
    every: dict[str, Any] = {
        "code": torch.tensor([0, 0, 0, 2, 2]),
        "codebook": torch.tensor([[1.0, 0.0], [5.0, 5.0], [0.0, 1.0]]),
        "code_unit_length": torch.tensor(False),
        "code_indices": torch.tensor([[0, 2], [0, 2], [0, 1], [2, 0], [2, 1]], dtype=torch.int32),
        "code_probabilities": torch.tensor([[0.7, 0.2], [0.9, 0.1], [0.8, 0.1], [0.6, 0.3], [1.0, 0.0]]),
        **values,
    }
    return TeacherKnowledge(torch.arange(5), {key: value for key, value in every.items() if value is not None})


def _book(**changes: Any) -> Codebook:
    rows = np.array([[1, 0, 1], [1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 1], [1, 0, 0]], dtype=float)
    given: dict[str, Any] = {
        "features": rows,
        "edge_index": [[0, 1, 2, 3, 4], [1, 2, 3, 4, 5]],
        "labels": LABELS,
        "names": NAMES,
        "feature_names": WORDS,
        "class_names": ["b", "a"],
        "student": Says(),
    }
    return Codebook(_knowledge(), **{**given, **changes})


def test_two_codebooks_are_compared_by_the_names_of_nodes() -> None:
    other = Codebook(_knowledge(code=torch.tensor([1, 1, 1, 0, 0])), names=NAMES[[0, 1, 2, 3, 5, 4]])
    found = _book().compare(other)
    assert found.nodes == 4  # "film" and "new" are each known to one of the two
    assert found.frame()["other"].to_dict() == {0: 1, 2: 0}
    with pytest.raises(DataError, match="none in common"):
        _book().compare(Codebook(_knowledge()))


def test_knowledge_alone_is_enough_for_what_it_tells() -> None:
    book = Codebook(_knowledge(code=None, code_indices=_knowledge()["code_indices"]))
    assert repr(book) == "Codebook(3 codes, 2 used; 5 nodes)"
    table = book.table()
    assert table.columns.tolist() == ["nodes", "degree", "typical", "medoids", "nearest"]
    assert table["medoids"].tolist() == [[1, 2, 0], [], [4, 3]]  # by probability
    assert book.describe(0) == "Code 0 is: 3 nodes; nodes: 1, 2, 0."
    assert book.merge_map().cut(2).tolist() == [0, -1, 1]
    with pytest.raises(ConfigError, match="expected a codebook with a student"):
        book.of([[1.0]])
    with pytest.raises(ConfigError, match="expected the edges of a graph"):
        book.neighbourhoods(0)


def test_a_node_is_found_by_its_name() -> None:
    assert _book().node("soap") == 3
    with pytest.raises(DataError, match="did you mean 'town'"):
        _book().node("towm")


def test_nodes_are_found_by_what_is_written_and_never_by_chance() -> None:
    numbered = Codebook(_book().knowledge, names=np.arange(6) + 2**53)
    assert numbered.node(2**53 + 3) == numbered.node(str(2**53 + 3)) == 3
    with pytest.raises(DataError, match="6 nodes are called 'page'; give each node a name of its own"):
        Codebook(_book().knowledge, names=["page"] * 6).node("page")


def test_knowledge_without_codes_and_codes_that_are_not_there_are_refused() -> None:
    with pytest.raises(MissingKnowledgeError, match="codebook"):
        Codebook(TeacherKnowledge(torch.arange(2), {"logits": torch.zeros(2, 2)}))
    with pytest.raises(DataError, match="expected one of 0..2, got 3"):
        _book().describe(3)


def test_the_map_shows_what_the_codebook_knows() -> None:
    found = _book().map({"age": np.arange(6.0)}, noun="pages", title="Pages")
    frame = found.frame().set_index("id").loc[["town", "city", "news", "soap", "film"]]
    assert frame["class"].tolist()[:4] == ["b", "b", "a", "a"]
    assert frame["age"].tolist() == [0, 1, 2, 3, 4]
    assert "Code 2 is: 2 pages" in str(unpack(found.packed)[0])
    assert "Pages" in repr(found)


def test_a_map_takes_probabilities_of_codes() -> None:
    with pytest.raises(MissingKnowledgeError, match="code_probabilities"):
        Codebook(_knowledge(code_probabilities=None)).map()
