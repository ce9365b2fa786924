from gnn2mlp.encoders._words import chosen


def test_words_in_enough_rows_by_how_often_they_are_there() -> None:
    counts = [("rare", 1, 9), ("b", 2, 3), ("a", 2, 3), ("often", 3, 4)]
    assert chosen(counts, least=2, most=2) == ["a", "often"]
    assert chosen(counts, least=1, most=9) == ["a", "b", "often", "rare"]
