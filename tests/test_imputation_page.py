"""The page of neighbour imputation says what the results say, and its rows are what they are called."""

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from gnn2mlp.pipeline import RunConfig
from gnn2mlp.studies import ledger

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def imputation() -> Iterator[ModuleType]:
    """The script as a module, its folder on the path."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield importlib.import_module("imputation")
    finally:
        sys.path.remove(str(BENCHMARKS))
        sys.modules.pop("imputation", None)


def test_the_page_is_made_of_the_results(imputation: ModuleType) -> None:
    assert imputation.PAGE.read_text() == imputation.page(ledger.read(imputation.RESULTS))


def test_the_recipe_is_what_was_measured(imputation: ModuleType) -> None:
    measured = imputation.Setup("cpf-cora").config(imputation.FULL)
    recipe = RunConfig(dataset="cpf-cora", setting="inductive", method="neighbour_imputation").resolve()
    assert recipe.identity() == measured.identity()


@pytest.mark.parametrize(
    ("dataset", "teacher"),
    [("cpf-a-photo", "gcn + sage"), ("cpf-a-computer", "gcn + sage"), ("coauthor-cs", "gcn + appnp")],
)
def test_recipes_of_other_graphs_are_what_was_measured(imputation: ModuleType, dataset: str, teacher: str) -> None:
    measured = imputation.Setup(dataset, "inductive", teacher).config(imputation.AVERAGED)
    recipe = RunConfig(dataset=dataset, setting="inductive", method="neighbour_imputation").resolve()
    assert recipe.identity() == measured.identity()


def test_each_row_leaves_out_one_part(imputation: ModuleType) -> None:
    whole = imputation.ROWS[imputation.FULL]
    for name, row in imputation.ROWS.items():
        if name not in (imputation.FULL, imputation.GLNN):
            changed = [(part, key) for part in row for key, value in row[part].items() if whole[part].get(key) != value]
            assert len(changed) == 1, name


def test_differences_are_paired_by_split(imputation: ModuleType) -> None:
    def lines(row: str, scores: list[float]) -> list[dict[str, object]]:
        sizes = {"train": 140, "valid": 210, "unseen": 427, "seen": 1708}
        config = {"setting": "inductive", "teacher": {"name": "grand"}}
        return [
            {"config": config, "dataset": "cpf-cora", "row": row, "seed": seed, "split": {"digest": str(seed), **sizes}}
            | {"scores": {"unseen": score, "seen": score}}
            for seed, score in enumerate(scores)
        ]

    made = [*lines(imputation.FULL, [0.7, 0.8]), *lines("labels not sharpened", [0.69, 0.79001])]
    shown = imputation.table(made)
    assert "| 75.00 ± 5.00 (2) |" in shown
    assert "| labels not sharpened | 74.00 ± 5.00 (**-1.00**" in shown


@pytest.mark.parametrize("label", ["grand", "4 grand", "gcn + sage", "gcn + 2 grand"])
def test_a_teacher_is_called_as_it_was_asked_for(imputation: ModuleType, label: str) -> None:
    config = imputation.Setup("cpf-cora", "inductive", label).config(imputation.FULL)
    assert imputation.label_of(config.identity()["teacher"]) == label


def test_a_line_is_made_once(imputation: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    setup = imputation.Setup("cpf-cora", "inductive", "4 grand")
    config = setup.config(imputation.AVERAGED)
    line = {"dataset": "cpf-cora", "seed": 0, "row": imputation.AVERAGED, "config": config.identity()}
    (tmp_path / "lines.jsonl").write_text(json.dumps(line) + "\n")
    monkeypatch.setattr(imputation, "RESULTS", tmp_path / "lines.jsonl")
    assert imputation.made(setup, 0, imputation.AVERAGED, config)
    assert not imputation.made(setup, 1, imputation.AVERAGED, config)
    assert not imputation.made(setup, 0, imputation.FULL, setup.config(imputation.FULL))


def test_what_is_reached_is_paired_with_published_glnn(imputation: ModuleType) -> None:
    shown = imputation.reached(ledger.read(imputation.RESULTS))
    (line,) = (line for line in shown.splitlines() if line.startswith("| cpf-cora, unseen"))
    assert "| 78.5 |" in line
    assert line.count("[") == 2
