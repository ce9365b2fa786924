"""A study goes on where it stopped, and one cell that fails keeps no other from running."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.locks import locked
from gnn2mlp.pipeline import RunConfig, run
from gnn2mlp.studies import Study, engine, ledger, run_study

Make = Callable[..., Study]


def test_a_study_goes_on_where_it_stopped(make_study: Make) -> None:
    study, told = make_study(), []
    first = run_study(study, lambda number, count, cell, line: told.append((number, count, str(cell))), most=3)
    assert len(first.lines) == 3
    second = run_study(study, lambda number, count, cell, line: told.append((number, count, str(cell))))
    assert [(number, count) for number, count, _ in told] == [(1, 3), (2, 3), (3, 3), (1, 1)]
    assert len({cell for _, _, cell in told}) == 4
    assert len(second.lines) == 4
    assert second.lines[:3] == first.lines
    assert [(line["cell"]["teacher"], line["seed"]) for line in second.lines] == [
        ("gcn", 0), ("sage", 0), ("gcn", 1), ("sage", 1)
    ]  # fmt: skip
    assert run_study(study).lines == second.lines
    assert Study.from_yaml(study.folder / "study.yaml") == study


def test_a_line_holds_the_scores_of_the_very_run(make_study: Make, tmp_path: Path) -> None:
    study = make_study(teachers=["gcn"], splits=1)
    (line,) = run_study(study).lines
    (cell,) = study.cells()
    alone = run(RunConfig(**{**cell.config.to_dict(), "out": tmp_path / "alone", "cache": tmp_path / "other"}))
    record = alone.results["seeds"][0]
    for model in ("teacher", "mlp", "student"):
        assert line[model] == record[model]
    assert line["config"] == cell.config.identity()
    assert line["environment"]["code"]
    assert line["graph"]["homophily"] > 0.5
    assert line["graph_at_inference"] is False
    assert (study.folder / "runs" / cell.identity / "student").is_dir()
    assert not {"history", "reliability"} & line.keys()


def test_only_lines_are_kept_where_runs_are_not_wanted(make_study: Make) -> None:
    study = make_study(teachers=["gcn"], splits=1, keep_runs=False)
    run_study(study)
    assert list((study.folder / "runs").iterdir()) == []
    assert len(ledger.read(study.folder / "lines.jsonl")) == 1


def test_initialisations_share_a_split(make_study: Make) -> None:
    lines = run_study(make_study(teachers=["gcn"], splits=1, initialisations=2)).lines
    assert [(line["seed"], line["initialisation"]) for line in lines] == [(0, 0), (0, 1)]
    assert lines[0]["split"] == lines[1]["split"]
    assert lines[0]["kept"] != lines[1]["kept"] or lines[0]["ece"] != lines[1]["ece"]


def test_lines_of_other_code_are_kept_and_counted_unless_they_are_to_be_renewed(make_study: Make) -> None:
    study = make_study(teachers=["gcn"], splits=1)
    run_study(study)
    path = study.folder / "lines.jsonl"
    path.write_text(json.dumps({**ledger.read(path)[0], "code": "0123456789abcdef"}) + "\n")
    told: list[Any] = []
    found = run_study(study, lambda *news: told.append(news))
    assert (len(found.lines), found.older, told) == (1, 1, [])
    found = run_study(study, lambda *news: told.append(news), renew=True)
    assert (len(found.lines), found.older, len(told)) == (1, 0, 1)
    assert len(ledger.read(path)) == 1


def test_a_cell_that_fails_keeps_no_other_from_running(make_study: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(config: RunConfig, *more: Any, **options: Any) -> Any:
        if config.teacher.name == "sage":
            raise DataError("no such luck")
        return run(config, *more, **options)

    monkeypatch.setattr(engine, "run", failing)
    found = run_study(make_study(splits=1))
    assert [line["cell"]["teacher"] for line in found.lines] == ["gcn"]
    ((cell, reason),) = found.failed.items()
    assert "sage" in cell
    assert reason == "no such luck"


def test_of_an_unknown_error_the_traceback_is_kept_until_the_cell_is_run(
    make_study: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*config: Any, **options: Any) -> Any:
        raise MemoryError("all gone")

    study = make_study(teachers=["gcn"], splits=1)
    with monkeypatch.context() as patched:
        patched.setattr(engine, "run", failing)
        found = run_study(study)
    (reason,) = found.failed.values()
    (kept,) = (study.folder / "failed").iterdir()
    assert reason == f"MemoryError: all gone (all of it in {kept})"
    assert "Traceback" in kept.read_text()
    assert run_study(study).failed == {}
    assert not kept.exists()


def test_a_cell_that_another_process_is_at_is_passed_over(make_study: Make) -> None:
    study = make_study(splits=1)
    busy = study.cells()[0]
    with locked(study.folder / "runs" / f"{busy.identity}.cell"):
        found = run_study(study)
    assert found.busy == [str(busy)]
    assert [line["cell"]["teacher"] for line in found.lines] == ["sage"]


def test_what_another_process_has_run_meanwhile_is_not_run_again(make_study: Make) -> None:
    study, told = make_study(splits=1), []

    def meanwhile(number: int, count: int, cell: Any, line: Any) -> None:
        told.append(cell.labels["teacher"])
        if len(told) == 1:  # as another process would, while this one is at its first cell
            run_study(make_study(splits=1), lambda *news: told.append("other"))

    assert len(run_study(study, meanwhile).lines) == 2
    assert told == ["gcn", "other"]
