import pytest

from gnn2mlp.encoders.drop import Drop


@pytest.mark.parametrize("column", [["a"], [b"bytes"], [None], [{"a": 1}]])
def test_takes_whatever_there_is_and_gives_nothing(column: list) -> None:
    encoder = Drop().fit(column)
    assert encoder.transform(column).shape == (1, 0)
    assert encoder.feature_names("x") == ()
