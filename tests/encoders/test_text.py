import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.encoders import text
from gnn2mlp.encoders.text import Text

TEXTS = ["A red house, a RED door", "the blue house", "x", "Straße 22 und x_y; red-house", "house house 22"]


@pytest.mark.parametrize("least", [1, 2])
def test_is_fitted_as_scikit_learn_would(least: int) -> None:
    theirs = TfidfVectorizer(min_df=least)
    expected = theirs.fit_transform([one.replace("_", " ") for one in TEXTS])
    encoder = Text(least=least).fit(TEXTS)
    assert encoder.words_ == tuple(theirs.get_feature_names_out())
    np.testing.assert_allclose(encoder.transform(TEXTS).toarray(), expected.toarray(), rtol=1e-6)


def test_words_end_where_signs_of_any_script_stand() -> None:
    encoder = Text(least=1).fit(["“Größe” – 東京 大阪、名古屋 it's e-mail\xa0new-line ½ab"])
    assert encoder.words_ == ("ab", "größe", "it", "line", "mail", "new", "名古屋", "大阪", "東京")


def test_the_most_frequent_words_count() -> None:
    assert Text(most=1, least=1).fit(TEXTS).words_ == ("house",)


def test_without_words_in_enough_rows_one_row_is_enough() -> None:
    assert Text(least=5).fit(["red house", "door"]).words_ == ("door", "house", "red")
    assert Text().fit(["?", "!"]).transform(["red", None]).shape == (2, 0)


def test_repeated_texts_and_gaps_count_as_rows() -> None:
    encoder = Text(least=1).fit(["red", "red", None, "blue"])
    theirs = TfidfVectorizer().fit(["red", "red", "", "blue"])
    np.testing.assert_array_equal(encoder.idf_, theirs.idf_)
    rows = encoder.transform(["blue", None, "red", "blue"])
    np.testing.assert_array_equal(rows.toarray(), [[1, 0], [0, 0], [0, 1], [1, 0]])


def test_many_texts_are_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = Text(least=1).fit(TEXTS)
    whole = encoder.transform(TEXTS)
    monkeypatch.setattr(text, "_CHUNK", 2)
    np.testing.assert_array_equal(encoder.transform(TEXTS).toarray(), whole.toarray())


def test_many_rows_are_weighed_by_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "_FITTED", 2)
    assert Text(least=1).fit(["first", "second", "third"]).words_ == ("first", "third")


def test_limits_are_checked() -> None:
    with pytest.raises(ConfigError, match="at least 1"):
        Text(most=0)
