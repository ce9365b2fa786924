"""Models of one name are told apart by what differs."""

from pathlib import Path

from gnn2mlp.studies import read_scores
from tests.studies.helpers import line
from tests.studies.test_reading import write


def test_models_of_one_name_are_told_apart_by_what_differs(tmp_path: Path) -> None:
    plain, wide = line(), line(config={"student": {"name": "mlp", "hidden": 16}})
    for one, name in ((plain, "plain"), (wide, "wide")):
        one["cell"]["override"] = name
    models = {score.model for score in read_scores([write(tmp_path / "a.jsonl", plain, wide)])}
    assert models == {"gcn", "mlp [plain]", "mlp [wide]", "glnn (gcn) [plain]", "glnn (gcn) [wide]"}


def test_models_of_one_source_are_told_apart_by_their_settings(tmp_path: Path) -> None:
    lines = line(config={"distill": {"lr": 0.5, "epochs": 7}}), line(config={"distill": {"lr": 0.25, "epochs": 7}})
    models = {score.model for score in read_scores([write(tmp_path / "a.jsonl", *lines)])}
    assert models == {"gcn", "mlp [lr=0.5]", "mlp [lr=0.25]", "glnn (gcn) [lr=0.5]", "glnn (gcn) [lr=0.25]"}


def test_settings_of_one_name_are_called_by_their_path_and_components_by_their_name(tmp_path: Path) -> None:
    wide = {"student": {"name": "mlp", "hidden": 8}, "teacher": {"name": "gcn", "hidden": 8}}
    other = {"student": {"name": "mlp", "hidden": 16}, "teacher": {"name": "gcn", "hidden": 16}}
    models = {
        score.model for score in read_scores([write(tmp_path / "a.jsonl", line(config=wide), line(config=other))])
    }
    assert {"gcn [hidden=8]", "mlp [hidden=16]", "glnn (gcn) [teacher.hidden=8, student.hidden=8]"} <= models
    split = line(), line(config={"split": "fraction"})
    models = {score.model for score in read_scores([write(tmp_path / "b.jsonl", *split)])}
    assert any(model.startswith("gcn [split=fraction, ") for model in models)


def test_settings_that_are_too_many_for_a_name_are_a_digest(tmp_path: Path) -> None:
    far = {"lr": 0.5, "epochs": 7, "patience": 3, "batch_size": 7, "weight_decay": 0.1, "averaging": "ema"}
    models = {s.model for s in read_scores([write(tmp_path / "a.jsonl", line(), line(config={"distill": far}))])}
    assert len(models) == 5
    assert all("[#" in model for model in models - {"gcn"})
