from collections.abc import Callable
from typing import Any

from gnn2mlp.report.headline import headline, latency_line, student_trust_line, trust_line
from tests.report.conftest import add_knowledge, add_student_trust, judge_by, set_scores

Make = Callable[..., dict[str, Any]]


def test_inductive_speaks_of_unseen_nodes_alone(make_results: Make) -> None:
    results = set_scores(make_results(), "unseen", student=[0.7, 0.72], teacher=[0.82, 0.84001], mlp=[0.6, 0.62001])
    found = headline(results)
    assert found.sentence == (
        "On nodes that appeared after training, the student is 12.0 points behind its teacher (95% interval 12.0 to "
        "12.0) and 10.0 points ahead of a plain MLP (10.0 to 10.0). The student answers a request for one "
        "node 20× as fast as its teacher."
    )
    assert [(tile.value, tile.label, tile.note) for tile in found.tiles[:3]] == [
        ("71.0%", "accuracy on unseen nodes", "teacher 83.0%, plain MLP 61.0%"),
        ("−12.0 points", "against its teacher", "unseen nodes; 95% interval −12.0 to −12.0 points"),
        ("+10.0 points", "against a plain MLP", "unseen nodes; 95% interval +10.0 to +10.0 points"),
    ]


def test_the_interval_is_named(make_results: Make) -> None:
    assert headline(make_results()).lines == [
        "Intervals: corrected resampled t-test over 2 splits (Nadeau and Bengio, 2003)."
    ]


def test_a_slower_student_is_said_to_be_slower(make_results: Make) -> None:
    results = make_results()
    results["latency"]["rows"][0]["median_ms"] = 0.06  # teacher; the student takes 0.12
    assert headline(results).sentence.endswith("takes 2.0× as long as its teacher for a request of one node.")


def test_the_line_on_latency_says_against_what(make_results: Make) -> None:
    results = make_results()
    assert latency_line(results) == "The student answers a request for one node 20× as fast as its teacher."
    results["latency"]["rows"][0]["median_ms"] = 0.06
    assert latency_line(results) == "The student takes 2.0× as long as its teacher for a request of one node."
    assert latency_line(make_results(latency=False)) == "Teacher and student were not both timed."


def test_nothing_to_compare() -> None:
    assert "nothing to compare" in headline({"config": {}, "summary": {}, "seeds": []}).sentence


def test_a_teacher_that_is_always_wrong_divides_nothing(make_results: Make) -> None:
    found = headline(set_scores(make_results(inductive=False), "test", teacher=[0.0, 0.0]))
    assert (found.tiles[0].value, found.tiles[0].note) == ("78.0%", "teacher 0.0%, plain MLP 60.0%")
    assert found.tiles[1].value == "+78.0 points"


def test_subject(make_results: Make) -> None:
    text = headline(make_results(seeds=1)).subject
    assert text == "Method glnn: teacher sage, student mlp, on cpf-cora; inductive, 1 seed."


def test_tiles(make_results: Make) -> None:
    tiles = headline(make_results(inductive=False)).tiles
    assert [tile.value for tile in tiles] == ["78.0%", "−3.0 points", "+18.0 points", "91.0%", "20×"]
    assert tiles[3].note == "fidelity, test nodes"
    results = make_results(inductive=False)
    results["student"] |= {"parameters": 12_345, "bytes": 49_400}
    assert headline(results).tiles[5] == ("49.4 kB", "is all that ships", "12,345 parameters")


def test_a_tile_of_one_seed_says_so(make_results: Make) -> None:
    assert headline(make_results(seeds=1)).tiles[1].note == "unseen nodes; one seed: no statement about chance"


def test_codes_and_reliability_have_lines_of_their_own(make_results: Make) -> None:
    assert headline(add_knowledge(make_results())).lines[1:] == [
        "Codes: 3 of 4 used (75%), perplexity 2.",
        "Reliability tells best where the teacher is right: on test nodes that it saw AUROC 0.75; confidence 0.75, "
        "margin 0.75, degree 0.75. It is right on 50% of the tenth that is trusted least and on 100% of the tenth that "
        "is trusted most (the same difference each time: no statement about chance).",
    ]


def test_the_score_that_validation_chose_is_the_headline(make_results: Make) -> None:
    results = add_knowledge(make_results())
    for value, name in zip((0.55, 0.8, 0.7), ("reliability", "confidence", "degree"), strict=True):
        for seed in results["seeds"]:
            seed["trust"][name]["valid_auroc"] = value
        results["summary"]["trust"][name]["valid_auroc"] = {"mean": value, "std": 0.0}
    scores = results["summary"]["trust"]
    for name, value in (("reliability", 0.56), ("confidence", 0.8), ("margin", 0.79), ("degree", 0.6)):
        scores[name]["auroc"] = {"mean": value, "std": 0.0}
    scores["confidence"] |= {"low": {"mean": 0.77, "std": 0.0}, "high": {"mean": 0.83, "std": 0.0}}
    assert trust_line(results).startswith(
        "Confidence tells best, by validation nodes, where the teacher is right: on test nodes that it saw AUROC 0.80 "
        "(0.77 to 0.83); margin 0.79, degree 0.60, reliability 0.56. It is right on 50% of the tenth"
    )


def test_the_students_answers_have_a_line_where_there_is_a_student(make_results: Make) -> None:
    results = add_knowledge(make_results())
    assert student_trust_line(results) == ""
    add_student_trust(results)
    assert student_trust_line(results) == (
        "Margin tells best where the student is right: on unseen nodes AUROC 0.75; confidence "
        "0.75, energy 0.75. It is right on 50% of the tenth that is trusted least and on 100% of the tenth that is "
        "trusted most."
    )
    del results["summary"]["student_trust"]["unseen"]["margin"]["auroc"]
    assert student_trust_line(results) == ""


def test_neighbours_are_spoken_of_as_several(make_results: Make) -> None:
    results = add_student_trust(make_results())
    for measured in (results["summary"]["student_trust"], *(one["student_trust"] for one in results["seeds"])):
        for scores in {id(one): one for one in measured.values()}.values():
            scores["neighbours"] = scores.pop("margin")
    assert student_trust_line(results).startswith("Neighbours tell best")


def test_reliability_that_may_be_chance_is_called_so(make_results: Make) -> None:
    results = add_knowledge(make_results())
    for seed, bottom in zip(results["seeds"], (0.2, 0.8), strict=True):
        seed["trust"]["reliability"]["bottom_tenth"] = bottom
    assert "trusted most: no difference beyond chance was found (95% interval −" in trust_line(results)
    one = add_knowledge(make_results(seeds=1))
    assert trust_line(one).endswith("trusted most (one seed: no statement about chance).")


def test_an_undefined_auroc_is_not_mentioned(make_results: Make) -> None:
    results = add_knowledge(make_results())
    for seed in results["seeds"]:
        seed["trust"]["reliability"]["auroc"] = None
    del results["summary"]["trust"]["reliability"]["auroc"]
    assert trust_line(results).startswith("Confidence tells best where the teacher is right: on test nodes")
    for name in results["summary"]["trust"]:
        results["summary"]["trust"][name].pop("auroc", None)
    assert trust_line(results).startswith("Confidence tells best where the teacher is right. It is right on 50% of")


def test_models_that_were_kept_early_are_told_in_one_line(make_results: Make) -> None:
    results = make_results()
    before = headline(results).lines
    results["seeds"][1]["notes"] = ["teacher: epoch 4 of at most 200 was kept", "mlp: epoch 2 of at most 200 was kept"]
    results["seeds"][0]["notes"] = ["teacher: epoch 9 of at most 200 was kept"]
    told = "Kept in the first tenth of training, see the curves: teacher (seeds 0, 1); mlp (seed 1)."
    assert headline(results).lines == [*before, told]


def test_tiles_name_the_metric(make_results: Make) -> None:
    tiles = headline(judge_by(make_results(inductive=False), "macro F1", share=True)).tiles
    assert (tiles[0].value, tiles[0].label) == ("78.0%", "macro F1 on test nodes")
    tiles = headline(judge_by(make_results(inductive=False), "mean absolute error", False, False)).tiles
    assert tiles[0] == ("0.780", "mean absolute error on test nodes", "teacher 0.810, plain MLP 0.600")
    assert tiles[1] == ("0.91", "fidelity to the teacher", "1 at best, test nodes")
