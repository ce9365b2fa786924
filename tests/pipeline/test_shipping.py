from pathlib import Path
from typing import Any

import pytest

from gnn2mlp import Predictor, RunConfig, run
from gnn2mlp.deploy import verify
from gnn2mlp.pipeline.shipping import about_rows


@pytest.mark.parametrize("refit", [False, True])
def test_a_run_ships_a_directory_with_its_figures(settings: dict[str, Any], refit: bool) -> None:
    results = run(RunConfig(**{**settings, "refit": refit, "latency": False, "setting": "inductive"})).results
    folder = settings["out"] / "student"
    config = verify(folder)
    found = {(row["model"], row["population"]): row for row in config["metrics"] if row["metric"] == "accuracy"}
    record = next(one for one in results["seeds"] if one["seed"] == results["student"]["seed"])
    for model, key in (("student", "student"), ("plain MLP", "mlp"), ("teacher (reads the graph)", "teacher")):
        for population in ("seen", "unseen", "test", "production"):
            row = found[model, population]
            mean = results["summary"][key][population]["mean"]
            assert row["value"] == pytest.approx(mean if refit else record[key][population])
            assert "production" in row["population"] or row["nodes"] > 0
            if refit or population != "production":
                assert row["low"] <= row["value"] <= row["high"]
    assert {row["population"] for row in config["metrics"] if row["metric"] == "ece"} == {"seen", "unseen"}
    assert config["data"]["labels"] == results["student"]["labels"]
    assert config["data"]["digest"] == results["graph"]["digest"]
    assert set(results["citations"].values()) - {""} <= set(config["citations"])
    assert "trainings on a part" in config["summary"] if refit else "figures are its own" in config["summary"]
    assert Predictor.load(folder).about["metrics"] == config["metrics"]
    text = (folder / "README.md").read_text()
    assert "| unseen | student | accuracy |" in text


def test_a_folder_of_a_single_file_becomes_a_directory(settings: dict[str, Any]) -> None:
    """As a run of an earlier release left it."""
    config = RunConfig(**{**settings, "latency": False, "seeds": 1})
    run(config)
    folder = Path(settings["out"]) / "student"
    single = (settings["out"] / "students" / "seed-000" / "student" / "student.safetensors").read_bytes()
    for path in folder.iterdir():
        path.unlink()
    (folder / "student.safetensors").write_bytes(single)
    Predictor.load(folder)
    run(config)
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.md",
        "config.json",
        "profile.json",
        "student.safetensors",
    ]


def test_rows_of_tables_have_figures_by_role() -> None:
    scores = {"test": {"labelled": 100, "accuracy": 0.8, "teacher_accuracy": None}, "valid": {}}
    about = about_rows("glnn", {"rows": 500}, scores)
    (row,) = about["metrics"]
    assert (row["population"], row["model"], row["value"], row["nodes"]) == ("test", "student", 0.8, 100)
    assert 0.71 < row["low"] < 0.8 < row["high"] < 0.87
    assert about["data"] == {"rows": 500}
