import pytest

from gnn2mlp.core.errors import DataError
from tests.explore.disagreeing import weak_spot


def test_groups_are_scored_with_all_models() -> None:
    found = weak_spot()
    red, blue = found.scores_by("colour", "seen")
    if red.text != "colour is red":
        red, blue = blue, red
    assert red.nodes + blue.nodes == 450
    assert blue.errors["student"].value == 0
    assert red.behind["teacher"].value > 0.1
    assert [score.text for score in found.scores_by("degree")] == ["degree is 2"]
    assert {score.text for score in found.scores_by("code")} == {"code is 1", "code is 3"}  # unseen nodes are odd
    assert "size" in found.attributes
    with pytest.raises(DataError, match="no attribute 'colou'.*did you mean 'colour'"):
        found.scores_by("colou")
