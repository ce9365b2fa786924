import numpy as np
import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.deploy.about import checked

ROW = {"metric": "accuracy", "value": 0.8, "population": "seen"}


def test_numbers_of_numpy_become_plain_ones() -> None:
    found = checked({"metrics": [{**ROW, "value": np.float64(0.8), "nodes": np.int64(3)}], "summary": None})
    assert found == {"metrics": [{**ROW, "nodes": 3}]}
    assert type(found["metrics"][0]["nodes"]) is int


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ({"sumary": "x"}, "about: unknown key 'sumary'; did you mean 'summary'"),
        ({"name": 3}, "about.name: expected a text, got 3"),
        ({"tags": "x"}, "about.tags: expected a list of texts, got 'x'"),
        ({"limits": [1]}, "about.limits: expected a list of texts"),
        ({"data": ["x"]}, "about.data: expected facts by name"),
        ({"metrics": ROW}, "about.metrics: expected a list of mappings"),
        ({"metrics": ["x"]}, r"about.metrics\[0\]: expected a mapping"),
        ({"metrics": [{**ROW, "metrik": 1}]}, r"about.metrics\[0\]: unknown key 'metrik'; did you mean 'metric'"),
        ({"metrics": [{**ROW, "value": "0.8"}]}, r"about.metrics\[0\].value: expected a float, got '0.8'"),
        ({"metrics": [{**ROW, "value": True}]}, r"about.metrics\[0\].value: expected a float, got True"),
        ({"metrics": [{**ROW, "population": None}]}, "without population nobody knows"),
        ({"metrics": [{**ROW, "value": float("nan")}]}, "about: expected texts, finite numbers"),
        ({"data": {"day": object()}}, "about: expected texts, finite numbers"),
        ({"metrics": [ROW, {**ROW, "low": 0.7}]}, r"about.metrics\[1\]: expected low and high"),
    ],
)
def test_what_cannot_be_said_is_refused(about: dict, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        checked(about)
