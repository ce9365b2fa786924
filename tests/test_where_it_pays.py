"""The page on where distilling pays is that of its lines."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from gnn2mlp.evaluate import Paired
from gnn2mlp.studies import Study, ledger

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        yield importlib.import_module("where_it_pays")


def test_the_page_is_up_to_date(script: ModuleType) -> None:
    assert script.main(["--check"]) == 0


def test_every_line_is_of_a_cell_of_the_study(script: ModuleType) -> None:
    study = Study.from_yaml(script.STUDY)
    datasets = {spec.name for spec in study.datasets}
    lines = ledger.read(script.LINES)
    assert lines
    for line in lines:
        assert line["cell"]["dataset"] in datasets
        assert line["cell"]["setting"] in study.settings
        assert line["cell"]["teacher"] in {spec.name for spec in study.teachers}
        assert line["seed"] in study.splits
        assert line["environment"]["code"]


def test_a_verdict_needs_three_splits_and_an_interval_without_0(script: ModuleType) -> None:
    def found(low: float, high: float, n: int = 5) -> Paired:
        return Paired((low + high) / 2, 0.01, low, high, 0.01, n, n, "splits")

    assert script.verdict(found(0.01, 0.03)) == "above"
    assert script.verdict(found(-0.03, -0.01)) == "below"
    assert script.verdict(found(-0.01, 0.03)) == "no difference found"
    assert script.verdict(found(0.01, 0.03, 2)) == "fewer than three splits"
    assert script.verdict(found(float("nan"), float("nan"), 1)) == "fewer than three splits"


def test_an_outdated_page_is_told(script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "PAGE", tmp_path / "PAGE.md")
    assert script.main(["--check"]) == 1
    assert script.main([]) == 0
    assert script.main(["--check"]) == 0
