"""Generated tables: made from result files, and up to date in the documents."""

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.teachers import TEACHERS

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
ROWS = sorted((BENCHMARKS / "papers").glob("*.yaml"))
LINES = sorted((BENCHMARKS / "results").glob("*.jsonl"))


@pytest.fixture(scope="module")
def tables() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        yield importlib.import_module("tables")


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
def test_every_row_is_a_configuration_that_resolves(tables: ModuleType, path: Path):
    row = tables.named()[path.stem]
    config = row.config()
    assert (row.dataset, row.setting) == (config.dataset.name, config.setting)
    assert row.name.count("_") == 3
    for model, scores in row.reported.get("scores", {}).items():
        assert model in ("teacher", "mlp", "student")
        assert all(0 < mean < 100 and all(0 < std < 10 for std in rest) for mean, *rest in scores.values())


@pytest.mark.parametrize("path", ROWS, ids=lambda path: path.stem)
def test_rows_are_compared_with_rows_on_the_same_splits(tables: ModuleType, path: Path):
    row = tables.named()[path.stem]
    for other in (tables.named()[name] for name in row.against):
        assert other.name != row.name
        assert (other.dataset, other.setting, other.seeds) == (row.dataset, row.setting, row.seeds)
        assert other.content["config"].get("split") == row.content["config"].get("split")


@pytest.mark.parametrize("path", LINES, ids=lambda path: path.stem)
def test_every_line_belongs_to_a_row_and_suffices_by_itself(tables: ModuleType, path: Path):
    row = tables.named()[path.stem]
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines
    for line in lines:
        assert line["row"] == row.name
        assert {"split", "teacher", "mlp", "student", "fidelity", "ece", "seconds", "graph"} <= set(line)
        assert {"versions", "processor", "threads", "device"} <= set(line["environment"])
        assert not {"out", "data_root", "cache", "seeds"} & set(line["config"])
        assert line["graph_at_inference"] is False
    assert row.lines == [line for line in lines if line["seed"] in row.seeds], "lines of another configuration"


def a_row(tables: ModuleType, name: str, scores: dict[int, float], **content: Any) -> Any:
    """A row of cpf-cora with a line for each seed; teacher and plain MLP are right half of the time."""
    row = tables.Row(name, {"config": {"dataset": "cpf-cora", "seeds": 2}, **content})
    plain = {"teacher": {"test": 0.5}, "mlp": {"test": 0.5}, "graph_at_inference": False}
    row.__dict__["lines"] = [
        {
            **plain,
            "seed": seed,
            "split": {"digest": f"split {seed}"},
            "student": {"test": score},
            "config": {"teacher": {"name": "vq", "encoder": {"name": "gcn"}}},
            "seconds": {"teacher": 3.0, "student": 1.5},
            "codes": {"used": 9, "utilisation": 0.9, "perplexity": 7.4},
        }
        for seed, score in scores.items()
    ]
    return row


@pytest.fixture
def leaderboard(tables: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Cells of a leaderboard of three rows: one compared with, one complete, one not run."""
    glnn, krd, empty = (f"a2020_{method}_cpf-cora_transductive" for method in ("glnn", "krd", "vqgraph"))
    reported = {"source": "a paper", "scores": {"student": {"test": [83.93, 0.87]}}}
    made = [
        a_row(tables, glnn, {0: 0.5, 1: 0.75}),
        a_row(tables, krd, {0: 0.75, 1: 0.75}, against=glnn),
        a_row(tables, empty, {}, against=[glnn, krd], reported=reported),
    ]
    monkeypatch.setattr(tables, "rows", lambda: made)
    return [line.strip("| ").split(" | ") for line in tables.leaderboard("test").splitlines()[2:]]


def test_the_leaderboard_compares_seed_by_seed(leaderboard: list[list[str]]):
    teacher, glnn, krd, _ = leaderboard
    assert teacher[1:3] == ["*teacher vq (gcn) of glnn, krd*", "50.00 ± 0.00"]
    assert teacher[-2:] == ["yes", "2"]
    assert glnn[1:6] == ["`glnn`", "62.50 ± 12.50", "", "", ""]
    # Differences 25 and 0: mean 12.5, standard error 12.5, t = 1, p = 0.5 for one degree of freedom.
    assert krd[1:6] == ["`krd`", "75.00 ± 0.00", "", "+12.50 ± 12.50, wins 1/2", "0.500"]
    assert krd[6:] == ["vq (gcn) 50.00 ± 0.00", "1.5", "90.0 %, perplexity 7", "no", "2"]


def test_the_leaderboard_lists_what_has_not_been_run(leaderboard: list[list[str]]):
    assert leaderboard[-1][:4] == ["cpf-cora", "`vqgraph`", "not run", "83.93 ± 0.87 [1]"]
    assert leaderboard[-1][-1] == "0 / 2"


def test_different_splits_are_not_compared(tables: ModuleType, monkeypatch: pytest.MonkeyPatch):
    glnn = a_row(tables, "a2020_glnn_cpf-cora_transductive", {0: 0.5, 1: 0.75})
    krd = a_row(tables, "a2020_krd_cpf-cora_transductive", {0: 0.5}, against=glnn.name)
    krd.lines[0]["split"]["digest"] = "another"
    monkeypatch.setattr(tables, "rows", lambda: [glnn, krd])
    with pytest.raises(DataError, match="expected the same split for both, got another and split 0"):
        tables.leaderboard("test")


def test_further_rows_show_what_one_part_does(tables: ModuleType, monkeypatch: pytest.MonkeyPatch):
    glnn, bare, codes = (f"a2020_{method}_cpf-cora_transductive" for method in ("glnn", "vqgraph-bare", "vqgraph"))
    made = [
        a_row(tables, glnn, {0: 0.5, 1: 0.75}),
        a_row(tables, bare, {0: 0.5}, against=glnn),
        a_row(tables, codes, {0: 0.75, 1: 0.75}, against=[glnn, bare]),
    ]
    monkeypatch.setattr(tables, "rows", lambda: made)
    assert tables.comparisons().splitlines()[2:] == ["| cpf-cora | test | `vqgraph` | `vqgraph-bare` | +25.00 |  |"]


def test_a_misspelt_option_of_a_row_is_not_hidden(tables: ModuleType):
    config = {"dataset": "cpf-cora", "method": {"name": "glnn", "temprature": 1}}
    with pytest.raises(ConfigError, match="did you mean 'temperature'"):
        _ = tables.Row("a2020_glnn_cpf-cora_transductive", {"config": config}).lines
    unknown = tables.Row("a2020_glnn_cpf-cora_transductive", {"config": {"method": "not there yet"}})
    assert unknown.lines == []
