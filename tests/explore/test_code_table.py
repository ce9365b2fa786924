import numpy as np

from gnn2mlp.explore.code_table import code_figures

CODE = np.array([0, 0, 0, 1, 1, -1])
LABELS = np.array([1, 1, 0, 0, -1, 1])
# Both directions of 0-1, 1-2, 2-3, 3-4; all between observed nodes.
EDGES = np.array([[0, 1, 1, 2, 2, 3, 3, 4], [1, 0, 2, 1, 3, 2, 4, 3]])


def test_shares_purity_and_the_largest_class() -> None:
    found = code_figures(CODE, 3, LABELS, 2)
    assert found.nodes.tolist() == [3, 2, 0]
    np.testing.assert_allclose(found.classes, [[1 / 3, 2 / 3], [1, 0], [np.nan, np.nan]])
    assert found.largest.tolist() == [1, 0, -1]
    np.testing.assert_allclose(found.purity, [2 / 3, 1, np.nan])


def test_homophily_counts_links_with_a_known_class_at_both_ends_and_degree_all() -> None:
    found = code_figures(CODE, 3, LABELS, 2, EDGES)
    # Code 0 sends 0-1, 1-0 (alike), 1-2, 2-1 (not), 2-3 (alike); code 1 sends 3-2 (alike).
    np.testing.assert_allclose(found.homophily, [3 / 5, 1, np.nan])
    np.testing.assert_allclose(found.degree, [2, 1.5, np.nan])


def test_what_the_student_makes_of_codes() -> None:
    student, answer = np.array([0, 1, 1, 1, 1, 0]), np.array([1, 1, 1, 0, 0, 0])
    found = code_figures(CODE, 3, LABELS, 2, None, student, answer)
    np.testing.assert_allclose(found.agreement, [1 / 3, 1, np.nan])
    assert found.confused.tolist() == [1, -1, -1]
    np.testing.assert_allclose(found.confusion, [2 / 3, 0, np.nan])
    np.testing.assert_allclose(found.accuracy, [2 / 3, 1, np.nan])


def test_without_labels_nothing_is_pure() -> None:
    found = code_figures(CODE, 3, np.full(6, -1), 0)
    assert np.isnan(found.purity).all()
    assert (found.largest == -1).all()
