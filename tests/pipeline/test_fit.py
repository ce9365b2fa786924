import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

from gnn2mlp import Predictor
from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.core.files import read_json
from gnn2mlp.core.identity import fingerprint
from gnn2mlp.core.locks import locked
from gnn2mlp.core.progress import silent
from gnn2mlp.pipeline import FitConfig, FitResult, fit
from tests.company import company

Settings = Callable[..., dict[str, Any]]


def weights(out: Path) -> str:
    """Of network, encoders and calibration: all that decides an answer, but not how long training took."""
    model = Predictor.load(out)
    assert model.columns is not None
    assert model.calibration is not None
    parts = [dict(model.module.state_dict()), model.columns.facts(), model.columns.state(), model.calibration.facts()]
    return fingerprint([*parts, model.answers.facts()])


def test_a_folder_holds_a_model_that_answers_tables(fitted: FitResult, company_tables: dict[str, Any]) -> None:
    assert fitted.out is not None
    names = {path.name for path in fitted.out.iterdir()}
    assert {"student.safetensors", "config.json", "README.md", "report.html", "scores.json", "model.onnx"} <= names
    predictor = fitted.predictor()
    nodes = pa.csv.read_csv(company_tables["nodes"])
    assert predictor.feature_names == ("text", "price", "country", "verified", "joined")
    truth = np.array(company().nodes["kind"])
    known = np.array([kind is not None for kind in truth])
    assert (predictor.predict(nodes)[known] == truth[known]).mean() > 0.6
    assert predictor.calibration is not None
    assert read_json(fitted.out / "scores.json") == fitted.results
    assert fitted.verdict == fitted.results["verdict"]["sentence"]
    assert fitted.results["class_names"] == ["blue", "green", "red"]


def test_a_finished_folder_is_answered_at_once(fitted: FitResult, company_tables: dict[str, Any]) -> None:
    told: list[str] = []

    def listen(stage: str) -> Any:
        told.append(stage)
        return silent

    again = fit(FitConfig(**company_tables, out=fitted.out), listen)
    assert again.results == fitted.results
    assert told == []


def test_other_settings_are_refused_in_a_finished_folder(fitted: FitResult, company_tables: dict[str, Any]) -> None:
    assert fitted.out is not None
    before = weights(fitted.out)
    with pytest.raises(ConfigError, match="holds a model with another seed; choose another --out"):
        fit(FitConfig(**company_tables, out=fitted.out, seed=1))
    with pytest.raises(ConfigError, match="holds a model with another teacher"):
        fit(FitConfig(**{**company_tables, "teacher": "gcn"}, out=fitted.out))
    assert weights(fitted.out) == before


def test_other_tables_are_refused_in_a_finished_folder(fit_settings: Settings, tmp_path: Path) -> None:
    given = fit_settings(**company().write(tmp_path / "own"))
    fit(FitConfig(**given))
    company(seed=1).write(tmp_path / "own")
    with pytest.raises(ConfigError, match=r"holds a model of other nodes and edges than are now in .*nodes.csv"):
        fit(FitConfig(**given))


@pytest.mark.usefixtures("undrawn")
def test_an_altered_model_is_named_and_not_answered(fit_settings: Settings) -> None:
    given = fit_settings()
    fit(FitConfig(**given))
    path = given["out"] / "student.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ArtefactError, match=r"student\.safetensors"):
        fit(FitConfig(**given))


def test_a_second_writer_is_refused(fit_settings: Settings) -> None:
    given = fit_settings()
    with locked(given["out"]), pytest.raises(ConfigError, match="another process works in .* at this moment"):
        fit(FitConfig(**given))


def test_a_dry_run_reports_and_writes_nothing(fit_settings: Settings) -> None:
    given, told = fit_settings(), []
    result = fit(FitConfig(**given), told=told.append, dry_run=True)
    assert told[0] == result.results["data"]
    assert not given["out"].exists()
    with pytest.raises(ConfigError, match="a dry run trains no model"):
        result.predictor()


def test_without_a_folder_there_is_no_fit(fit_settings: Settings) -> None:
    with pytest.raises(ConfigError, match="out: expected a folder for the model"):
        fit(FitConfig(**fit_settings(out=None)))


def test_a_folder_of_something_else_is_refused_before_training(fit_settings: Settings) -> None:
    given, told = fit_settings(), []
    given["out"].mkdir()
    (given["out"] / "thesis.tex").write_text("dear")
    with pytest.raises(ArtefactError, match="expected nothing or a model in .*, which holds thesis.tex"):
        fit(FitConfig(**given), told=told.append)
    assert not told
    assert [path.name for path in given["out"].iterdir() if path.is_file()] == ["thesis.tex"]


def test_tables_that_cannot_be_learnt_from_leave_no_folder(fit_settings: Settings, tmp_path: Path) -> None:
    bad = company()
    bad.nodes["kind"] = np.array(["red"] * 240)
    given = fit_settings(**bad.write(tmp_path / "bad"))
    with pytest.raises(DataError, match="expected labelled rows of at least two classes"):
        fit(FitConfig(**given))
    assert not given["out"].exists()


def test_what_ships_learnt_from_all_labels_and_columns_of_all_rows(fitted: FitResult) -> None:
    labelled = sum(kind is not None for kind in company().nodes["kind"])
    assert fitted.results["shipped"]["labels"] == labelled
    assert fitted.predictor().card["refit"]["labels"] == labelled
    assert fitted.results["data"]["split"]["train"] < labelled


@pytest.mark.usefixtures("undrawn")
def test_without_refit_the_scored_student_ships(fit_settings: Settings) -> None:
    result = fit(FitConfig(**fit_settings(refit=False)))
    assert "refit" not in result.predictor().card
    assert result.results["shipped"]["labels"] == result.results["data"]["split"]["train"]


@pytest.mark.usefixtures("undrawn")
def test_foreign_rows_are_scored_where_that_is_asked_for(fit_settings: Settings) -> None:
    settings = fit_settings(left_out=True, refit=False)
    found = fit(FitConfig(**settings)).results
    kinds = found["data"]["labels"]["classes"]
    assert found["left_out"]["foreign"] == min(kinds.values())
    assert 0 <= found["left_out"]["auroc"]["energy"] <= 1
    again = fit(FitConfig(**settings))
    assert again.results == found  # and nothing of it is lost in the file


def test_a_class_to_leave_out_is_looked_for_before_training(fit_settings: Settings, tmp_path: Path) -> None:
    tables = company()
    kinds = [None if kind is None else "red" if kind == "red" else "other" for kind in tables.nodes["kind"]]
    two = tables._replace(nodes={**tables.nodes, "kind": kinds}).write(tmp_path / "two")
    with pytest.raises(ConfigError, match="left out: expected at least three classes"):
        fit(FitConfig(**{**fit_settings(), **two, "left_out": True}))
    assert not (tmp_path / "model").exists()


@pytest.mark.usefixtures("undrawn")
def test_a_split_by_time_trains_on_the_past(fit_settings: Settings) -> None:
    result = fit(FitConfig(**fit_settings(time="joined")))
    assert result.results["data"]["split"]["by"] == "time"
    assert result.results["data"]["split"]["absent"] > 0
    assert "joined" not in (result.predictor().feature_names or ())


def test_numbers_and_several_labels_go_the_same_way(fit_settings: Settings, tmp_path: Path) -> None:
    price = fit(FitConfig(**fit_settings(label="price", task="regression", out=tmp_path / "price")))
    assert price.predictor().predict({name: [None] for name in price.predictor().feature_names or ()}).shape == (1,)
    assert price.results["metric"]["title"] == "mean absolute error"
    more = company()
    more.nodes["open"] = np.arange(240) % 3 == 0
    given = more.write(tmp_path / "more", "n.parquet", "e.parquet")
    several = fit(FitConfig(**{**fit_settings(**given), "label": ["open", "verified"], "out": tmp_path / "several"}))
    assert several.predictor().classes_.tolist() == ["open", "verified"]


def test_a_trade_off_is_of_one_class_a_row(fit_settings: Settings, tmp_path: Path) -> None:
    given = fit_settings(label="price", task="regression", previous=tmp_path / "deployed", tradeoff=True)
    with pytest.raises(ConfigError, match="tradeoff: expected one class a row, .*, got the task 'regression'"):
        fit(FitConfig(**given), dry_run=True)


def test_a_teacher_of_hypergraphs_is_refused_before_training(fit_settings: Settings) -> None:
    with pytest.raises(DataError, match="teacher 'hgnn' works on a hypergraph"):
        fit(FitConfig(**fit_settings(teacher="hgnn")))


def test_a_full_disk_is_named_and_the_next_call_goes_on(
    fit_settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    fitted: FitResult,
) -> None:
    given, replace = fit_settings(), Path.replace
    calls = []

    def full(self: Path, target: Any) -> Any:
        calls.append(target)
        if len(calls) > 3:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        with pytest.raises(ArtefactError, match="No space left on device"):
            fit(FitConfig(**given))
    assert not (given["out"] / "student.safetensors").exists()
    fit(FitConfig(**given))
    assert fitted.out is not None
    assert weights(given["out"]) == weights(fitted.out)


def _fit(given: dict[str, Any]) -> None:
    import torch

    torch.set_num_threads(1)
    fit(FitConfig(**given))


def test_a_killed_fit_goes_on_to_the_same_model(fit_settings: Settings, fitted: FitResult) -> None:
    given = fit_settings()
    context = multiprocessing.get_context("fork")
    parts = ["fit.json", "teachers", "students/seed-000/student", "scores.json", "students/seed-000/refit"]
    for part in parts:  # killed as soon as each of these has come to lie there
        process = context.Process(target=_fit, args=(given,))
        process.start()
        deadline = time.monotonic() + 120
        while not (given["out"] / ".work" / part).exists() and process.is_alive() and time.monotonic() < deadline:
            time.sleep(0.002)
        if process.is_alive():
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)
        process.join()
    fit(FitConfig(**given))
    assert fitted.out is not None
    assert weights(given["out"]) == weights(fitted.out)
    assert Predictor.load(given["out"]).answers.classes is not None


def test_a_fit_keeps_to_the_model_that_is_deployed(fitted: FitResult, fit_settings: Settings, tmp_path: Path) -> None:
    """The next fit of the same tables, with another seed: how many answers change, and that fewer do if it keeps."""
    results = []
    for weight in (0.0, 1.0):
        own = {"previous": fitted.out, "previous_weight": weight, "out": tmp_path / str(weight)}
        long = {"distill": {"epochs": 150, "patience": 150}}
        results.append(fit(FitConfig(**fit_settings(**own, **long, seed=3, refit=False))))
    free, kept = (result.results["churn"]["student"]["test"] for result in results)
    assert kept < free
    assert "churn" not in fitted.results
    assert results[1].out is not None
    assert "Answers of the deployed model that changed" in (results[1].out / "report.html").read_text()
