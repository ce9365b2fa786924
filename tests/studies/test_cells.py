"""What a comparison and a study show in a notebook."""

import json
from pathlib import Path

from gnn2mlp.studies import Comparison, Outcomes, compare, read_scores
from gnn2mlp.studies.cells import comparison_cell, outcomes_cell
from tests.studies.helpers import line

GAINS = (0.1, 0.11, 0.12, 0.1)


def written(folder: Path, datasets: int = 1, gains: tuple[float, ...] = GAINS) -> Path:
    folder.mkdir(exist_ok=True)
    lines = [
        line(dataset=f"set <{k}>", seed=seed, student=0.6 + gain, mlp=0.6, of_teacher=0.6 + (seed - 1.5) / 10)
        for k in range(datasets)
        for seed, gain in enumerate(gains)
    ]
    (folder / "lines.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
    return folder


def made(folder: Path, datasets: int = 1, gains: tuple[float, ...] = GAINS) -> Comparison:
    return compare(read_scores([written(folder, datasets, gains)]))


def test_one_data_set_has_a_sentence_and_its_differences_in_sight(tmp_path: Path) -> None:
    comparison = made(tmp_path)
    html = comparison_cell(comparison)
    assert "On unseen nodes of set &lt;0&gt;, inductive, glnn (gcn) is better than mlp beyond chance." in html
    assert "Minus mlp" in html.split("<details>")[0]
    assert comparison._repr_html_() == html


def test_several_data_sets_are_side_by_side(tmp_path: Path) -> None:
    html = comparison_cell(made(tmp_path, datasets=6))
    seen, folded = html.split("<details>")
    assert "set &lt;5&gt;" in seen
    assert "Minus mlp" not in seen
    assert "Minus mlp" in folded


def test_a_study_tells_what_has_been_run_and_what_could_not_be(tmp_path: Path) -> None:
    folder = written(tmp_path)
    outcomes = Outcomes([{}, {}], {"digits gcn": "too <few> nodes"}, ["digits sage"], 1, folder)
    html = outcomes_cell(outcomes)
    for part in ("2 cells", "too &lt;few&gt; nodes", "digits sage: another process", "1 of them", "Minus mlp"):
        assert part in html
    assert outcomes._repr_html_() == html


def test_a_study_of_which_nothing_could_be_run_compares_nothing(tmp_path: Path) -> None:
    html = outcomes_cell(Outcomes([], {"digits gcn": "no"}, [], 0, tmp_path))
    assert "digits gcn could not be run: no" in html
    assert "<table" not in html
