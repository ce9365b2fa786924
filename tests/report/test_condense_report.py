from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.pipeline.condense import CondenseConfig, CondenseResult, condense
from gnn2mlp.report.condense_report import class_grid, condense_grids, condense_headline, write_condense_report
from tests.report.test_run_report import Page


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> CondenseResult:
    return condense(CondenseConfig(seeds=2, out=tmp_path_factory.mktemp("sets") / "trees"))


def test_the_headline_sets_nodes_against_nodes(made: CondenseResult) -> None:
    small = made.sets[0]
    assert condense_headline(made.results).startswith(f"{small.nodes} nodes stand for 120 training graphs of 2,0")


def test_the_headline_says_where_an_epoch_takes_longer_than_on_the_graphs(made: CondenseResult) -> None:
    seed = made.results["seeds"][0]
    many = {**seed, "set": {**seed["set"], "trained_nodes": 5000}}
    told = condense_headline({**made.results, "seeds": [many]})
    assert "an epoch computes with 5,000 nodes, more than the graphs have: ask for a higher support" in told
    assert "epoch" not in condense_headline(made.results)


def test_grids_have_a_row_for_each_seed_and_class(made: CondenseResult) -> None:
    size, by_class = condense_grids(made.results)
    assert [row[0] for row in size.rows] == ["0", "1"]
    assert size.head[2] == "Trees"
    assert [row[0] for row in by_class.rows] == ["ring", "triangle"]
    assert all(len(row) == len(by_class.head) == 7 for row in by_class.rows)


def test_the_page_has_trees_and_coverage(made: CondenseResult) -> None:
    text = (made.out / "condense.html").read_text(encoding="utf-8")
    Page(text)
    assert text.count("<svg") == 4
    assert "Most frequent trees of triangle" in text
    assert "Gupta et al." in text
    assert "validation graphs" in text


def test_whole_graphs_have_neither(tmp_path: Path) -> None:
    found = condense(CondenseConfig(seeds=1, out=tmp_path / "few"), "herding", graphs=2)
    text = (found.out / "condense.html").read_text(encoding="utf-8")
    assert "<svg" not in text
    assert "Each set is a training graph" in text
    assert class_grid(found.results).head == ["Class", "Training graphs", "Sets"]


def test_graphs_that_were_made_are_not_called_training_graphs(tmp_path: Path) -> None:
    found = condense(CondenseConfig(seeds=1, out=tmp_path / "made"), "gradient_matching", graphs=1, steps=1)
    text = (found.out / "condense.html").read_text(encoding="utf-8")
    assert "is a graph that was made" in text
    assert "Each set is a training graph" not in text


def test_names_are_escaped(made: CondenseResult, tmp_path: Path) -> None:
    results: dict[str, Any] = {**made.results, "config": {**made.results["config"], "dataset": {"name": "a <b>"}}}
    write_condense_report(results, made.sets[0], tmp_path / "page.html")
    assert "a &lt;b&gt;" in (tmp_path / "page.html").read_text(encoding="utf-8")
