"""The next version of a fitted model: warm start, churn, and the trade-off."""

from collections.abc import Callable
from typing import Any

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.pipeline import FitConfig, FitResult, fit
from gnn2mlp.pipeline.fitting.tradeoff import WEIGHTS

Settings = Callable[..., dict[str, Any]]


def test_the_next_version_starts_from_the_deployed_one_and_tells_what_changed(
    fitted: FitResult, fit_settings: Settings
) -> None:
    next_one = fit(FitConfig(**fit_settings(warm_start=fitted.out, tradeoff=True, seed=2, previous_weight=0.5)))
    results = next_one.results
    assert results["warm_start"].startswith("It starts from the deployed student: ")
    changed = results["changed"]["unseen"]
    assert 0 <= changed["share"]["low"] <= changed["share"]["value"] <= changed["share"]["high"] <= 1
    assert len(changed["by_class"]) == 3
    assert results["churn"]["student"]["unseen"] == pytest.approx(changed["share"]["value"])
    points = results["tradeoff"]["points"]
    assert [one["weight"] for one in points] == list(WEIGHTS)
    assert points[-1]["churn"]["value"] <= points[0]["churn"]["value"]
    assert points[-1]["churn"]["value"] < 0.2  # it learns nothing but the answers of the deployed one
    assert results["tradeoff"]["deployed"]["value"] > 0.6
    assert next_one.out is not None
    page = (next_one.out / "report.html").read_text()
    for told in ("What changes for whoever uses the deployed model?", "Accuracy against changed answers", "by class"):
        assert told in page
    again = fit(FitConfig(**fit_settings(warm_start=fitted.out, tradeoff=True, seed=2, previous_weight=0.5)))
    assert again.results == results


@pytest.mark.usefixtures("undrawn")
def test_what_cannot_be_started_from_says_why(fitted: FitResult, fit_settings: Settings) -> None:
    own = fit_settings(warm_start=fitted.out, student={"name": "mlp", "hidden": 8}, refit=False)
    found = fit(FitConfig(**own)).results
    assert "It starts afresh: the deployed student is" in found["warm_start"]
    assert "tradeoff" not in found


def test_settings_that_cannot_be_are_refused(fitted: FitResult, fit_settings: Settings) -> None:
    for changes, told in (
        ({"warm_start": fitted.out, "previous": "elsewhere"}, "expected one deployed model"),
        ({"warm_start": fitted.out, "out": fitted.out}, "expected another folder than that of the deployed model"),
        ({"tradeoff": True}, "tradeoff: expected a deployed model"),
        ({"previous_weight": 0.8}, "previous_weight: expected a deployed model to keep to"),
    ):
        with pytest.raises(ConfigError, match=told):
            fit(FitConfig(**fit_settings(**changes)))
