"""What is said of a search is checked before anything is trained."""

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.pipeline.searching.settings import Auto, auto_of, check_names, is_auto


def test_a_budget_or_trials_end_a_search():
    assert Auto().seconds == 600
    assert Auto(budget="90s").seconds == 90
    assert Auto(trials=5).seconds is None
    assert Auto(budget=30, trials=5).seconds == 30


def test_settings_come_in_every_form():
    assert auto_of("auto") == Auto()
    assert auto_of({"name": "auto", "trials": 3, "methods": ["glnn"]}).methods == ("glnn",)
    assert auto_of(Auto(budget="1m")).budget == "1m"
    assert is_auto(Auto())
    assert is_auto(Spec("auto", budget="1m"))
    assert not is_auto(Spec("glnn"))
    assert not is_auto(object())


def test_what_cannot_be_is_refused():
    with pytest.raises(ConfigError, match="budget: expected a duration"):
        Auto(budget="soon")
    with pytest.raises(ConfigError, match="rehearsals"):
        Auto(rehearsals=0)
    with pytest.raises(ConfigError, match=r"method\.space: expected a YAML file"):
        Auto(space="/nowhere.yaml")
    with pytest.raises(ConfigError, match="did you mean 'budget'"):
        auto_of({"name": "auto", "budgett": "1m"})
    with pytest.raises(ConfigError, match=r"method\.teachers.*did you mean 'gcn'"):
        check_names(("gnc",), ["gcn", "sage"], "teachers")
