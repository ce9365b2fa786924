"""Generated tables: made from result files, and up to date in the documents."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from gnn2mlp import RunConfig
from gnn2mlp.teachers import TEACHERS

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
ROWS = sorted((BENCHMARKS / "papers").glob("*.yaml"))


@pytest.fixture(scope="module")
def tables() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tables", BENCHMARKS / "tables.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_documents_are_up_to_date(tables: ModuleType):
    for path in (tables.README, tables.RESULTS):
        assert tables.fill(path.read_text()) == path.read_text(), f"{path.name}: run python benchmarks/tables.py"


def test_a_section_is_replaced_by_what_the_registry_holds(tables: ModuleType):
    filled = tables.fill("before\n<!-- generated: teachers -->\nstale\n<!-- end -->\nafter")
    assert filled.startswith("before\n<!-- generated: teachers -->\n| name |")
    assert filled.endswith("<!-- end -->\nafter")
    assert "stale" not in filled
    assert all(f"| `{name}` |" in filled for name in TEACHERS.names())


@pytest.mark.parametrize(("mean", "holds"), [(0.7875, True), (0.7874, False), (0.80, True), (0.85, True)])
def test_reaching_a_published_figure_allows_its_std(tables: ModuleType, mean: float, holds: bool):
    assert tables.reaches({"mean": mean, "std": 0.0}, [80.25, 1.5]) is holds


@pytest.mark.parametrize("path", ROWS, ids=lambda path: path.stem)
def test_every_row_is_a_configuration_that_resolves(path: Path):
    row = yaml.safe_load(path.read_text())
    config = RunConfig(**row["config"]).resolve()
    parts = path.stem.split("_")
    assert parts[-2:] == [config.dataset.name, config.setting]
    for model, scores in (row.get("reported") or {"scores": {}})["scores"].items():
        assert model in ("teacher", "mlp", "student")
        assert all(0 < mean < 100 and 0 < std < 10 for mean, std in scores.values())


def test_every_result_belongs_to_a_row_and_names_its_machine(tables: ModuleType):
    results = tables.results()
    assert results
    for result in results:
        row = yaml.safe_load((BENCHMARKS / "papers" / f"{result['row']}.yaml").read_text())
        assert result["reported"] == row.get("reported")
        assert len(result["seeds"]) == row["config"]["seeds"]
        assert {"versions", "processor", "threads", "device"} <= set(result["environment"])
        assert "out" not in result["config"]
