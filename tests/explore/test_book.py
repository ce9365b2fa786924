from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
import torch
from matplotlib.figure import Figure

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


def test_the_table_tells_of_each_code_what_it_stands_for() -> None:
    table = _book().table()
    assert table.index.tolist() == [0, 1, 2]
    assert table["nodes"].tolist() == [3, 0, 2]
    assert table["class"].tolist()[::2] == ["b", "a"]
    np.testing.assert_allclose(table["purity"], [2 / 3, np.nan, 1])
    # 0-1 twice alike, 1-2 and 2-1 not, 2-3 alike; then 3-2 alike, and 3-4 of unknown class.
    np.testing.assert_allclose(table["homophily"], [3 / 5, np.nan, 1])
    np.testing.assert_allclose(table["degree"], [2, np.nan, 1.5])  # the edge to node 5 was not seen
    assert table["typical"][2].startswith("show (")
    assert set(table["medoids"][0]) == {"town", "city", "news"}
    assert table["nearest"].tolist() == [[2], [0], [0]]  # code 1 has no nodes
    np.testing.assert_allclose(table["agreement"], [1, np.nan, 1])
    np.testing.assert_allclose(table["accuracy"], [2 / 3, np.nan, 1])
    np.testing.assert_allclose(table["share of a"], [1 / 3, np.nan, 1])


def test_sparse_features_give_the_same_table() -> None:
    book = _book()
    assert _book(features=sp.csr_matrix(book.features), rows=book.features).table().equals(book.table())


def test_new_rows_get_the_code_at_which_the_student_places_them() -> None:
    import pandas as pd

    rows = pd.DataFrame([[0.0, 1, 0], [1, 0, 0], [50, 0, 0]], index=["x", "y", "far"])
    found = _book().of(rows)
    assert (found.index.tolist(), found["code"].tolist(), found["second"].tolist()) == (
        ["x", "y", "far"], [2, 0, 0], [0, 2, 2],
    )  # fmt: skip
    assert found["farther_than"]["far"] == 1
    assert found["distance"]["far"] > found["distance"]["y"]


def test_members_are_by_name_most_probable_first() -> None:
    found = _book().members(0)
    assert found.index.tolist() == ["city", "news", "town"]
    np.testing.assert_allclose(found["probability"], [0.9, 0.8, 0.7])
    assert found["class"].tolist() == ["b", "a", "b"]
    assert found["answer"].tolist() == ["b", "b", "b"]
    assert found["right"].tolist() == [True, False, True]
    assert found["degree"].tolist() == [2, 2, 1]
    assert _book().members(1).empty


def test_classes_that_are_whole_numbers_stay_so_where_some_are_unknown() -> None:
    values = {"code": torch.zeros(3, dtype=torch.int64), "codebook": torch.eye(2)}
    values["code_unit_length"] = torch.tensor(False)
    book = Codebook(TeacherKnowledge(torch.arange(3), values), labels=[1, -1, 0], class_names=[8, 9])
    assert book.members(0)["class"].tolist() == [9, None, 8]
    assert [type(one) for one in book.members(0)["class"]] == [int, type(None), int]


def test_neighbourhoods_have_names_and_tell_right_from_wrong() -> None:
    found = _book().neighbourhoods(0, most=1)
    assert found.index.unique().tolist() == ["city"]
    assert found["node"].tolist() == ["city", "town", "news"]
    assert found["hop"].tolist() == [0, 1, 1]
    assert found["right"].tolist() == [True, True, False]
    figure = _book().plot_neighbourhoods(0)
    assert isinstance(figure, Figure)
    assert figure.axes[0].get_title() == "city · 2 neighbours"


def test_a_sentence_names_words_nodes_and_traits() -> None:
    said = _book().describe(2, noun="pages")
    assert said.startswith("Code 2 is: 2 pages, 100% a; words: show (")
    assert said.endswith("; pages: soap, film.")
    assert _book().describe(1) == "Code 1 is not used: it has no nodes."


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
