from collections.abc import Sequence
from statistics import mean
from typing import Any

import pytest

from gnn2mlp.report.graph_headline import graph_basis, graph_claim, graph_headline, without_teacher_line
from tests.graphs import finished


def scored(**scores: Sequence[float]) -> dict[str, Any]:
    """Results with these accuracies, one for each seed."""
    seeds = [
        {
            "seed": seed,
            "metric": {"name": "accuracy"},
            "split": {"digest": str(seed), "train": 60, "valid": 20, "test": 20},
            "scores": {model: {"test": {"accuracy": values[seed]}} for model, values in scores.items()},
        }
        for seed in range(len(scores["student"]))
    ]
    means = {model: {"test": {"accuracy": {"mean": mean(values)}}} for model, values in scores.items()}
    return {"config": {}, "seeds": seeds, "summary": {"scores": means}}


def test_it_speaks_of_the_teacher_and_of_what_does_without() -> None:
    found = graph_headline(finished().results)
    assert found.sentence.startswith("On test graphs, by accuracy, the student reaches ")
    assert "its teacher" in found.sentence
    assert found.subject.startswith("Whole graphs by method glnn: teacher graph_gin, student set_mlp, on motif-graphs;")
    assert any("numbers of nodes and edges alone" in line for line in found.lines)
    assert any(tile.label == "accuracy, test graphs" for tile in found.tiles)


@pytest.mark.parametrize(
    ("student", "teacher", "said"),
    [
        ([0.7, 0.8, 0.75], [0.78, 0.72, 0.8], "reaches 75.0% and its teacher 76.7%, a difference that 3 seeds cannot"),
        (
            [0.70, 0.71, 0.705],
            [0.80, 0.81, 0.806],
            "reaches 70.5%, 10.0 points behind its teacher (95% interval 9.8",
        ),
        ([0.9, 0.91, 0.905], [0.80, 0.81, 0.806], "reaches 90.5%, 10.0 points ahead of its teacher (95% interval 9.8"),
        ([0.7, 0.8], [0.8, 0.9], "reaches 75.0%, 10.0 points behind its teacher each time (which tells nothing of"),
        ([0.7], [0.8], "reaches 70.0% and its teacher 80.0%; one seed: no statement about chance."),
    ],
)
def test_the_claim_is_of_the_teacher(student: list[float], teacher: list[float], said: str) -> None:
    assert said in graph_claim(scored(student=student, teacher=teacher))
    assert graph_claim(scored(student=student)) == (
        f"On test graphs, by accuracy, the student reaches {100 * mean(student):.1f}%."
    )


def test_what_does_without_a_teacher_is_told_with_its_difference() -> None:
    student, alike, behind = [0.70, 0.71, 0.705], [0.6, 0.8, 0.71], [0.60, 0.61, 0.606]
    told = without_teacher_line(scored(student=student, mlp=alike, size_only=behind))
    assert told.startswith("Without a teacher: the same network 70.3% and numbers of nodes and edges alone 60.5%. ")
    assert (
        "The student is 10.0 points ahead of numbers of nodes and edges alone (9.8 to 10.2); from the others no" in told
    )
    told = without_teacher_line(scored(student=student, mlp=alike))
    assert told.endswith("No difference from the student was found beyond chance.")
    assert without_teacher_line(scored(student=[0.7], mlp=[0.6])) == "Without a teacher: the same network 60.0%."


def test_one_seed_has_no_intervals() -> None:
    results = {**finished().results, "seeds": finished().results["seeds"][:1]}
    assert "one seed: no statement about chance" in graph_claim(results)
    assert graph_basis(results) == ""


def test_what_is_missing_is_left_out() -> None:
    bare = {**finished().results, "summary": {}, "seeds": [{"seed": 0}]}
    assert without_teacher_line(bare) == ""
    assert graph_claim(bare) == ""
