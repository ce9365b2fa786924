from collections.abc import Callable
from math import nan
from typing import Any

import pytest

from gnn2mlp.evaluate import Paired
from gnn2mlp.report.claims import (
    ONE_SEED,
    basis,
    claim,
    comparisons,
    headline_population,
    interval,
    join_words,
    told_beside,
    trust_gap,
)
from tests.report.conftest import add_knowledge, judge_by, set_scores

Make = Callable[..., dict[str, Any]]


def transductive(make_results: Make, student: list[float], teacher: list[float], mlp: list[float]) -> dict[str, Any]:
    results = make_results(seeds=len(student), inductive=False)
    return set_scores(results, "test", student=student, teacher=teacher, mlp=mlp)


def test_a_difference_beyond_chance_is_stated_with_its_interval(make_results: Make) -> None:
    results = transductive(make_results, [0.81, 0.84], [0.78, 0.81001], [0.7, 0.72])
    # Against the MLP 11 and 12 points: mean 11.5, error sqrt(0.5) * sqrt(1/2 + 2135/350) = 1.82, t_0.975 = 12.71.
    assert claim(results, "test") == (
        "On test nodes, the student is 3.0 points ahead of its teacher (95% interval 3.0 to 3.0); no difference "
        "from a plain MLP (−11.6 to +34.6 points) was found beyond chance."
    )


def test_a_lucky_tenth_of_a_point_is_no_lead(make_results: Make) -> None:
    results = transductive(make_results, [0.812, 0.78, 0.82], [0.8, 0.8, 0.809], [0.8, 0.78, 0.83])
    # Against the teacher +1.2, -2 and +1.1 points: mean 0.1, std 1.819, error 1.819 * sqrt(1/3 + 6.1) = 4.614.
    assert claim(results, "test") == (
        "On test nodes, no difference from its teacher (95% interval −19.8 to +20.0 points) or a plain MLP (−12.0 to "
        "+12.1 points) was found beyond chance."
    )
    assert "ahead" not in claim(results, "test")


def test_a_loss_beyond_chance_is_said(make_results: Make) -> None:
    results = transductive(make_results, [0.78, 0.75], [0.8, 0.77001], [0.83, 0.80001])
    assert claim(results, "test") == (
        "On test nodes, the student is 2.0 points behind its teacher (95% interval 2.0 to 2.0) and 5.0 points behind a "
        "plain MLP (5.0 to 5.0)."
    )


def test_equal_differences_are_told_without_an_interval(make_results: Make) -> None:
    results = transductive(make_results, [0.78, 0.75], [0.8, 0.77], [0.7, 0.72])
    assert claim(results, "test") == (
        "On test nodes, the student is 2.0 points behind its teacher each time (which tells nothing of chance); no "
        "difference from a plain MLP (95% interval −100.0 to +100.0 points) was found beyond chance."
    )
    told = interval(comparisons(results, "test")[0].found)
    assert told == "the same difference each time: no statement about chance"


def test_rivals_stand_side_by_side_in_a_sentence() -> None:
    ahead = Paired(0.02, 0.004, 0.01, 0.03, 0.01, 5, 5, "splits")
    unsure = Paired(0.01, 0.01, -0.01, 0.03, 0.4, 3, 5, "splits")
    alike = Paired(0.0, nan, nan, nan, nan, 0, 5, "splits")
    told = told_beside([("one", ahead), ("two", unsure), ("three", alike)])
    assert told == (
        "2.0 points ahead of one (1.0 to 3.0), as good as three each time (which tells nothing of chance) and within "
        "chance of two (−1.0 to +3.0)"
    )
    assert told_beside([]) == ""


def test_words_are_joined_as_in_a_sentence() -> None:
    assert [join_words(words) for words in ([], ["a"], ["a", "b"])] == ["", "a", "a and b"]


def test_no_interval_of_a_share_holds_more_than_a_hundred_points(make_results: Make) -> None:
    results = transductive(make_results, [0.9, 0.8], [0.8, 0.8], [0.7, 0.2])
    # Ahead of the MLP by 20 and 60 points: mean 40, error 28.3 * sqrt(1/2 + 6.1) = 72.7, t_0.975 = 12.71.
    assert comparisons(results, "test")[1].found.low < -8
    assert "a plain MLP (−100.0 to +100.0 points)" in claim(results, "test")
    for seed in results["seeds"]:
        seed["split"] |= {"seen": 1, "unseen": 0}
    results = set_scores(results, "test", student=[0.9, 0.9], teacher=[0.9, 0.9], mlp=[0.24, 0.2])
    # 66 and 70 points: error 2.83 * sqrt(1/2 + 1/350) = 2.0.
    assert "ahead of a plain MLP (95% interval 42.5 to 93.5)" in claim(results, "test")
    results = set_scores(results, "test", student=[0.9, 0.9], teacher=[0.9, 0.9], mlp=[0.1, 0.16])
    assert "ahead of a plain MLP (95% interval 38.8 to 100.0)" in claim(results, "test")


def test_one_seed_tells_scores_and_no_difference(make_results: Make) -> None:
    results = make_results(seeds=1)
    assert claim(results, "unseen") == (
        "On nodes that appeared after training, the student reaches 67.0%, its teacher 80.0%, a plain MLP 58.0%; "
        "one seed: no statement about chance."
    )
    assert basis(results, "unseen") == ""
    assert interval(comparisons(results, "unseen")[0].found) == ONE_SEED


def test_seeds_on_one_published_split_speak_of_initialisations(make_results: Make) -> None:
    results = transductive(make_results, [0.8, 0.81, 0.83], [0.8, 0.8, 0.8], [0.6, 0.6, 0.62])
    for seed in results["seeds"]:
        seed["split"]["digest"] = "public"
    assert basis(results, "test") == (
        "Intervals: paired t-test over 3 initialisations on one split; they say nothing of other splits."
    )
    # Differences 20, 21, 21 points: mean 20.67, error 1/3, t_0.975 = 4.303.
    assert "20.7 points ahead of a plain MLP (95% interval 19.2 to 22.1)" in claim(results, "test")


@pytest.mark.parametrize(("inductive", "population"), [(True, "unseen"), (False, "test")])
def test_of_which_nodes_a_headline_speaks(make_results: Make, inductive: bool, population: str) -> None:
    assert headline_population(make_results(inductive=inductive)) == population


def test_what_was_not_scored_is_not_compared(make_results: Make) -> None:
    results = make_results()
    for seed in results["seeds"]:
        del seed["mlp"]
    assert [one.rival for one in comparisons(results, "unseen")] == ["teacher"]
    assert comparisons(results, "later") == []
    assert claim(results, "later") == basis(results, "later") == ""
    assert comparisons({"seeds": [], "summary": {}}, "test") == []


def test_the_gap_of_reliability_is_paired_by_seed(make_results: Make) -> None:
    results = add_knowledge(make_results())
    results["seeds"][0]["trust"]["reliability"]["bottom_tenth"] = 0.6
    found = trust_gap(results)
    assert found is not None
    # Gaps of 0.4 and 0.5.
    assert (found.difference, found.wins, found.n) == (pytest.approx(0.45), 2, 2)
    # Two tenths of 20 nodes were judged, of a teacher that was given 350: error 0.0707 * sqrt(1/2 + 4/350).
    assert found.error == pytest.approx(0.05 * 2**0.5 * (1 / 2 + 4 / 350) ** 0.5)
    results["seeds"][0]["trust"]["reliability"]["bottom_tenth"] = None
    assert trust_gap(results).n == 1  # type: ignore[union-attr]
    assert trust_gap(make_results()) is None


def test_a_metric_other_than_accuracy_is_named(make_results: Make) -> None:
    results = judge_by(transductive(make_results, [0.78, 0.75], [0.8, 0.77001], [0.83, 0.8]), "macro F1", share=True)
    assert claim(results, "test").startswith("By macro F1 on test nodes, the student is 2.0 points behind its teacher")
    one = judge_by(make_results(seeds=1, inductive=False), "macro F1", share=True)
    assert claim(one, "test").startswith("By macro F1 on test nodes, the student reaches 75.0%")
