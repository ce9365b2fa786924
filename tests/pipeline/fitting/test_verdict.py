from typing import Any

import pytest

from gnn2mlp.pipeline.fitting.verdict import verdict

ACCURACY = {"title": "accuracy", "share": True, "greater_is_better": True}


def of(**differences: tuple[float, float, float]) -> dict[str, Any]:
    """The verdict where the student has 80 %, and the rivals these differences to it."""
    keys = ("value", "low", "high")
    given = {rival: {"unseen": dict(zip(keys, one, strict=True))} for rival, one in differences.items()}
    scores = {"student": {"unseen": {"value": 0.8}}}
    scores |= {rival: {"unseen": {"value": 0.8 - one[0]}} for rival, one in differences.items()}
    return verdict(scores, given, ACCURACY)


def test_it_pays_where_every_interval_is_above_zero() -> None:
    found = of(teacher=(-0.1, -0.2, -0.05), mlp=(0.05, 0.01, 0.09), linear=(0.08, 0.04, 0.12))
    assert (found["pays"], found["rival"]) == (True, "mlp")
    assert found["sentence"].startswith("Distilling pays here: ")
    assert "5.0 points better than that of a plain MLP" in found["sentence"]
    assert "(80.0 % against 75.0 %; 95 % interval +1.0 to +9.0 points)" in found["sentence"]


def test_it_is_not_shown_where_an_interval_holds_zero() -> None:
    found = of(mlp=(0.05, 0.01, 0.09), linear=(0.04, -0.01, 0.09), boosting=(0.2, 0.1, 0.3))
    assert (found["pays"], found["rival"]) == (None, "linear")
    assert found["sentence"].startswith("It is not shown that distilling pays here")


def test_the_sentence_names_the_rival_that_it_rests_on() -> None:
    found = of(mlp=(0.03, 0.01, 0.05), linear=(0.04, -0.01, 0.09))
    assert (found["pays"], found["rival"]) == (None, "linear")


def test_it_does_not_pay_where_a_rival_is_better_beyond_chance() -> None:
    found = of(mlp=(0.05, 0.01, 0.09), boosting=(-0.05, -0.09, -0.01))
    assert (found["pays"], found["rival"]) == (False, "boosting")
    assert "gradient boosting is better than the student" in found["sentence"]


@pytest.mark.parametrize("difference", [0.2, -0.2])
def test_a_handful_of_nodes_allows_no_verdict(difference: float) -> None:
    """Though the interval excludes 0, as that of a bootstrap may where all of them happen to agree."""
    given = {"mlp": {"unseen": {"value": difference, "low": difference - 0.1, "high": difference + 0.1}}}
    scores = {model: {"unseen": {"value": value, "nodes": 19}} for model, value in (("student", 0.8), ("mlp", 0.6))}
    found = verdict(scores, given, ACCURACY)
    assert (found["pays"], found["rival"]) == (None, "mlp")
    assert found["sentence"].startswith("Whether distilling pays here is not known from 19 nodes that training did not")
    scores["student"]["unseen"]["nodes"] = 20
    assert verdict(scores, given, ACCURACY)["pays"] is (difference > 0)


@pytest.mark.parametrize("low", [-0.02, 0.02])
def test_errors_are_told_in_their_own_unit(low: float) -> None:
    difference = {"mlp": {"unseen": {"value": 0.5, "low": low, "high": 1.0}}}
    scores = {"student": {"unseen": {"value": 3.25}}, "mlp": {"unseen": {"value": 3.75}}}
    metric = {"title": "mean absolute error", "share": False, "greater_is_better": False}
    assert "3.25 against 3.75" in verdict(scores, difference, metric)["sentence"]
