"""Mistakes in settings are told in a line each, in plain words."""

import pydantic
import pytest

from gnn2mlp.pipeline.setting_errors import explain


class Small(pydantic.BaseModel, extra="forbid"):
    """Settings of a few kinds."""

    size: int = pydantic.Field(default=1, gt=0)
    options: dict[str, int] = {}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"size": -1}, "size: expected a number greater than 0, got -1"),
        ({"options": 3}, "options: expected a mapping, got 3"),
        ({"sizes": 3}, "unknown setting 'sizes'; did you mean 'size'?"),
        (
            {"size": -1, "options": 3},
            "size: expected a number greater than 0, got -1; options: expected a mapping, got 3",
        ),
    ],
)
def test_each_mistake_is_told_in_words(given: dict[str, object], told: str) -> None:
    with pytest.raises(pydantic.ValidationError) as caught:
        Small.model_validate(given)
    assert explain(caught.value, Small) == told
