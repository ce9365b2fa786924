import numpy as np

from gnn2mlp.deploy.monitoring.drift import Limits
from gnn2mlp.deploy.monitoring.word_frame import WordFrame, words_of
from gnn2mlp.encoders.reading import read


def texts(rows: int, words: list[str], seed: int) -> list[str]:
    random = np.random.default_rng(seed)
    return [" ".join(random.choice(words, 4)) for _ in range(rows)]


def test_words_of_texts_and_items_of_lists() -> None:
    assert words_of(read(["Red house!", None, "a red DOOR"])).each == [["red", "house"], ["red", "door"]]
    assert np.isnan(words_of(read(["x y", None])).lengths()[1])
    lists = words_of(read([["a", "b"], [], None, ["a"]]))
    assert list(lists.grouped()) == [(["a", "b"], 1), ([], 1), (["a"], 1)]


def test_a_word_of_few_rows_is_not_kept() -> None:
    frame = WordFrame.fit(read(["common word"] * 40 + ["secret name"] * 9))
    assert set(frame.words) == {"common", "word"}


def test_new_words_other_words_and_other_lengths_are_noticed() -> None:
    known = [f"word{k}" for k in range(12)]
    frame = WordFrame.fit(read(texts(2000, known, 0)))
    then = frame.count(read(texts(2000, known, 0)))

    def found(rows: list[str]) -> dict[str, tuple[float, float]]:
        return {one.what: (one.effect, one.p) for one in frame.checks(then, frame.count(read(rows)), Limits())}

    same = found(texts(500, known, 1))
    assert all(p > 0.001 for _, p in same.values())
    assert found(texts(500, ["alien", "thing"], 1))["unknown words"][0] == 1.0
    effect, p = found(texts(500, known[:4], 1))["words"]
    assert effect > 0.2
    assert p < 1e-9
    assert found([f"{text} {text}" for text in texts(500, known, 1)])["lengths"][1] < 1e-9


def test_columns_without_words_are_no_error() -> None:
    frame = WordFrame.fit(read(["x"] * 20))
    counts = frame.count(read([None, "x"]))
    assert [check.what for check in frame.checks(counts, counts, Limits())] == ["unknown words", "lengths"]
