"""The page of a comparison."""

import json
from pathlib import Path

import pytest

from gnn2mlp.studies import Comparison, compare, read_scores, write_comparison
from gnn2mlp.studies.page import gains_of, gains_plot, render_comparison, sentence
from tests.studies.helpers import line


def made(tmp_path: Path, datasets: int, seeds: int = 3, gain: float = 0.1) -> Comparison:
    lines = [
        line(
            dataset=f"set <{k}>", seed=seed, student=0.6 + gain + (seed + k) / 1000, homophily=0.2 + 0.7 * k / datasets
        )
        for k in range(datasets)
        for seed in range(seeds)
    ]
    path = tmp_path / "lines.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    return compare(read_scores([path]))


def test_the_page_has_ranks_gains_and_tables(tmp_path: Path) -> None:
    write_comparison(made(tmp_path, datasets=12), tmp_path / "compare.html")
    page = (tmp_path / "compare.html").read_text()
    for part in ("Ranks, inductive", "Gain beside homophily, inductive", "Side by side", "12 data sets", "Holm"):
        assert part in page
    assert "set &lt;3&gt;" in page
    assert "set <3>" not in page


def test_two_pages_of_the_same_results_are_the_same(tmp_path: Path) -> None:
    comparison = made(tmp_path, datasets=5)
    assert render_comparison(comparison, "nemenyi") == render_comparison(comparison, "nemenyi")


def test_one_data_set_has_neither_ranks_nor_gains(tmp_path: Path) -> None:
    comparison = made(tmp_path, datasets=1)
    assert gains_plot(comparison, "inductive") is None
    page = render_comparison(comparison)
    assert "Over data sets" not in page
    assert "On unseen nodes of set &lt;0&gt;," in page
    assert "Who differs?" in page
    assert "Who differs?" not in render_comparison(made(tmp_path, datasets=5))


def test_the_sentence_says_no_more_than_the_tests(tmp_path: Path) -> None:
    many = made(tmp_path, datasets=12)
    found = {"inductive": many.ranking("inductive")}
    assert sentence(many, found) == "Over 12 inductive data sets gcn, glnn (gcn) are better than mlp beyond chance."
    some = made(tmp_path, datasets=9, gain=-0.3)
    told = sentence(some, {"inductive": some.ranking("inductive")})
    assert told == "Over 9 inductive data sets gcn is better than and glnn (gcn) is worse than mlp beyond chance."


def test_data_sets_that_are_too_few_for_a_test_over_them_speak_each_for_itself(tmp_path: Path) -> None:
    few = made(tmp_path, datasets=3)
    told = sentence(few, {"inductive": few.ranking("inductive")})
    assert "Over 3" not in told  # whatever the scores, the test could find nothing
    assert told.count("glnn (gcn) is better than mlp beyond chance") + told.count("are better than mlp") == 3
    assert "So few cannot show" in render_comparison(few)
    assert "So few cannot show" not in render_comparison(made(tmp_path, datasets=12))


def test_gains_are_in_points_beside_adjusted_homophily(tmp_path: Path) -> None:
    gains = gains_of(made(tmp_path, datasets=4), "inductive")
    assert [gain.model for gain in gains] == ["glnn (gcn)"] * 4
    assert gains[0].homophily == pytest.approx(0.0)
    assert gains[0].difference == pytest.approx(10.1)
    assert gains[0].low < 10.1 < gains[0].high


def test_of_several_data_sets_those_are_told_on_which_models_differ(tmp_path: Path) -> None:
    lines = [
        line(
            dataset=f"d{k}",
            seed=seed,
            student=0.6 + (0.1 + seed / 1000) * (k == 0) + seed / 10 * (k > 0),
            of_teacher=0.6,
        )
        for k in range(3)
        for seed in range(3)
    ]
    path = tmp_path / "lines.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    told = sentence(compare(read_scores([path])), {})
    first = "On unseen nodes of d0, inductive, glnn (gcn) is better than mlp beyond chance."
    assert told == f"{first} On the others no model does."
    path.write_text("".join(json.dumps(one) + "\n" for one in lines[3:]))
    assert sentence(compare(read_scores([path])), {}).count("no model differs") == 2
