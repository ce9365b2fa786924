import numpy as np

from gnn2mlp.encoders._words import chosen, csr, spread


def test_rows_are_scipys() -> None:
    made = csr(np.float32([1, 2]), np.array([1, 0]), np.array([0, 1, 1, 2]), 3)
    made.check_format(full_check=True)
    assert made.toarray().tolist() == [[0, 1, 0], [0, 0, 0], [2, 0, 0]]


def test_words_in_enough_rows_by_how_often_they_are_there() -> None:
    counts = [("rare", 1, 9), ("b", 2, 3), ("a", 2, 3), ("often", 3, 4)]
    assert chosen(counts, least=2, most=2) == ["a", "often"]
    assert chosen(counts, least=1, most=9) == ["a", "b", "often", "rare"]


def test_some_rows_are_evenly_spread() -> None:
    assert spread(3, 5).tolist() == [0, 1, 2]
    assert spread(101, 3).tolist() == [0, 50, 100]
