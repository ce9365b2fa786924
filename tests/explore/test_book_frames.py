import numpy as np
import scipy.sparse as sp
import torch
from matplotlib.figure import Figure

from gnn2mlp.explore import Codebook
from gnn2mlp.knowledge import TeacherKnowledge
from tests.explore.test_book import _book


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
