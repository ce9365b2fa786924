from collections.abc import Callable
from typing import Any

import pytest

from gnn2mlp.report.headline import headline, latency_line, reliability_line
from tests.report.conftest import add_knowledge

Make = Callable[..., dict[str, Any]]


def _with_means(results: dict[str, Any], **means: float) -> dict[str, Any]:
    for model, mean in means.items():
        results["summary"][model]["test"] = {"mean": mean, "std": 0.0}
    return results


def test_inductive_speaks_of_unseen_nodes(make_results: Make) -> None:
    # 0.78 / 0.81 = 96.3 %, 0.70 / 0.81 = 86.4 %, 78 - 60 = 18 points, 2.4 / 0.12 = 20.
    assert headline(make_results()).sentence == (
        "The student keeps 96.3% of its teacher's accuracy on test nodes and 86.4% on nodes that appeared after "
        "training, beats a plain MLP by 18.0 points and answers a request for one node 20× as fast."
    )


@pytest.mark.parametrize(
    ("student", "words"),
    [
        (0.84, "is 3.0 points ahead of its teacher on test nodes"),
        (0.8102, "matches its teacher on test nodes"),
        (0.405, "keeps 50.0% of its teacher's accuracy on test nodes"),
    ],
)
def test_against_the_teacher(make_results: Make, student: float, words: str) -> None:
    results = _with_means(make_results(inductive=False), student=student)
    assert f"The student {words}, " in headline(results).sentence


@pytest.mark.parametrize(
    ("mlp", "words"),
    [(0.8, "falls behind a plain MLP by 2.0 points"), (0.7801, "is level with a plain MLP")],
)
def test_a_student_that_is_not_worth_it_is_not_praised(make_results: Make, mlp: float, words: str) -> None:
    assert words in headline(_with_means(make_results(), mlp=mlp)).sentence


def test_ahead_of_the_teacher_does_not_shorten_what_follows(make_results: Make) -> None:
    sentence = headline(_with_means(make_results(), student=0.84)).sentence
    assert "ahead of its teacher on test nodes and keeps 86.4% of its teacher's accuracy on nodes that" in sentence


def test_a_slower_student_is_said_to_be_slower(make_results: Make) -> None:
    results = make_results()
    results["latency"]["rows"][0]["median_ms"] = 0.06  # teacher; the student takes 0.12
    assert headline(results).sentence.endswith("takes 2.0× as long for a request of one node.")


def test_the_line_on_latency_says_against_what(make_results: Make) -> None:
    results = make_results()
    assert latency_line(results) == "The student answers a request for one node 20× as fast as its teacher."
    results["latency"]["rows"][0]["median_ms"] = 0.06
    assert latency_line(results) == "The student takes 2.0× as long for a request of one node."
    assert latency_line(make_results(latency=False)) == "Teacher and student were not both timed."


def test_nothing_to_compare() -> None:
    assert "nothing to compare" in headline({"config": {}, "summary": {}, "seeds": []}).sentence


def test_a_teacher_that_is_always_wrong_divides_nothing(make_results: Make) -> None:
    found = headline(_with_means(make_results(inductive=False), teacher=0.0))
    assert found.sentence.startswith("The student beats a plain MLP")
    assert not any("teacher's accuracy" in tile.label for tile in found.tiles)


def test_subject(make_results: Make) -> None:
    text = headline(make_results(seeds=1)).subject
    assert text == "Method glnn: teacher sage, student mlp, on cpf-cora; inductive, 1 seed."


def test_tiles(make_results: Make) -> None:
    results = make_results()
    results["seeds"][1]["mlp"]["test"] = 0.9
    tiles = headline(results).tiles
    assert [tile.value for tile in tiles] == ["96.3%", "+18.0 points", "91.0%", "20×"]
    assert tiles[1].note == "ahead in 1 of 2 seeds"
    assert headline(_with_means(results, mlp=0.9)).tiles[1].value == "−12.0 points"


def test_codes_and_reliability_have_lines_of_their_own(make_results: Make) -> None:
    assert headline(make_results()).lines == []
    assert headline(add_knowledge(make_results())).lines == [
        "Codes: 3 of 4 used (75%), perplexity 2.",
        "Reliability: AUROC 0.75; the teacher is right on 50% of the least reliable tenth of the test nodes, on 100% "
        "of the most reliable.",
    ]


def test_an_undefined_auroc_is_not_mentioned(make_results: Make) -> None:
    results = add_knowledge(make_results())
    del results["summary"]["trust"]["reliability"]["auroc"]
    assert reliability_line(results).startswith("Reliability: the teacher is right on 50%")
