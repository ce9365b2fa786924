"""Models that earlier releases saved: whoever has one can read it, and it answers as it did."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gnn2mlp
from gnn2mlp.deploy import LinkPredictor, Predictor, verify, write_directory

MODELS = Path(__file__).parent / "models"
LINKS = sorted(path.name for path in MODELS.iterdir() if path.is_dir() and path.name.startswith("links-"))
ALL = sorted(path.name for path in MODELS.iterdir() if path.is_dir() and path.name.startswith("v"))


def answers_of(name: str) -> dict[str, Any]:
    return json.loads((MODELS / f"{name}.json").read_text())


def rows_of(answers: dict[str, Any]) -> Any:
    return answers["rows"] if isinstance(answers["rows"], dict) else np.array(answers["rows"], dtype=np.float32)


def test_there_are_models_of_every_kind() -> None:
    assert "links-v1" in LINKS
    assert {"v0-classifier", "v1-columns", "v1-features", "v1-labels", "v1-numbers"} <= set(ALL)


@pytest.mark.parametrize("name", ALL)
def test_it_answers_as_it_did(name: str, tmp_path: Path) -> None:
    answers = answers_of(name)
    rows = rows_of(answers)
    estimator = getattr(gnn2mlp, answers.get("kind", "NodeClassifier")).load(MODELS / name)
    for model in (estimator, estimator.predictor_, Predictor.load(MODELS / name)):
        if isinstance(answers["predict"][0], float):
            np.testing.assert_allclose(model.predict(rows), answers["predict"], rtol=1e-4, atol=1e-4)
        else:
            assert model.predict(rows).tolist() == answers["predict"]
    for method in answers.keys() & {"predict_proba", "outlier_score", "predict_set"}:
        found = getattr(estimator.predictor_, method)(rows)
        np.testing.assert_allclose(found, answers[method], rtol=1e-4, atol=1e-5)
    estimator.save(tmp_path / "again")
    assert Predictor.load(tmp_path / "again").predict(rows).tolist() == estimator.predict(rows).tolist()


@pytest.mark.parametrize("name", [name for name in ALL if not name.startswith("v0")])
def test_its_directory_is_whole_and_says_what_it_is(name: str) -> None:
    config = verify(MODELS / name)
    assert config["format"] == int(name[1])
    assert config["name"] == "A fixture"
    assert config["metrics"][0]["population"] == "unseen"


@pytest.mark.parametrize("name", LINKS)
def test_a_model_of_links_answers_as_it_did(name: str, tmp_path: Path) -> None:
    answers = answers_of(name)
    made = LinkPredictor.load(MODELS / name)
    assert verify(MODELS / name)["task"] == "link prediction"
    assert made.id_column == "page"
    made.save(tmp_path / "again")
    for model in (made, LinkPredictor.load(tmp_path / "again")):
        np.testing.assert_allclose(
            model.score_pairs(answers["rows"], answers["pairs"]), answers["score_pairs"], rtol=1e-4
        )
        found, expected = model.top(answers["rows"], answers["top"]["node"], 3), answers["top"]
        assert found.ids.tolist() == expected["ids"]
        np.testing.assert_allclose(found.scores, expected["scores"], rtol=1e-4)


def test_columns_have_their_types_and_roles() -> None:
    found = {row["name"]: row for row in verify(MODELS / "v1-columns")["columns"]}
    assert {name: row["encoder"] for name, row in found.items()} == {
        "likes": "log",
        "verified": "boolean",
        "kind": "category",
        "since": "date",
        "tags": "bag",
        "about": "text",
        "vector": "vector",
        "constant": "drop",
    }
    assert {row["role"] for row in found.values()} == {"feature", "dropped"}
    assert all(row["dtype"] for row in found.values())


def test_one_of_an_earlier_release_can_be_replaced(tmp_path: Path) -> None:
    shutil.copytree(MODELS / "v0-classifier", tmp_path / "model")
    write_directory(tmp_path / "model", Predictor.load(tmp_path / "model"))
    answers = answers_of("v0-classifier")
    assert Predictor.load(tmp_path / "model").predict(rows_of(answers)).tolist() == answers["predict"]
    assert verify(tmp_path / "model")["classes"] == ["ant", "bee"]
