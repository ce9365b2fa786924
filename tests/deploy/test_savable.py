from pathlib import Path

import pytest

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.deploy import GraphPredictor, Predictor, verify
from gnn2mlp.deploy.model_files import STUDENT
from gnn2mlp.deploy.savable import Savable
from tests.deploy import test_graph_predictor
from tests.deploy.test_predictor import X, make

SAVED = {"node": make, "graph": test_graph_predictor.make}


@pytest.mark.parametrize("unit", SAVED)
def test_one_file_holds_the_student_and_its_digest(tmp_path: Path, unit: str) -> None:
    made: Savable = SAVED[unit]()
    path = made.save(tmp_path / "model")
    assert path == tmp_path / "model" / STUDENT
    assert path.read_bytes() == made.encode()
    assert made.digest() in made.encode().decode("latin1")
    made.save_file(tmp_path / STUDENT)
    alone = artefact.load(tmp_path / STUDENT, "student")
    assert {**alone.card, "directory": True} == artefact.load(path, "student").card


@pytest.mark.parametrize(("unit", "kind"), [("node", Predictor), ("graph", GraphPredictor)])
def test_what_is_said_of_a_model_goes_with_it(tmp_path: Path, unit: str, kind: type[Predictor]) -> None:
    SAVED[unit]().save(tmp_path / "one", {"name": "Pets"})
    kind.load(tmp_path / "one").save(tmp_path / "two")
    assert verify(tmp_path / "two")["name"] == "Pets"


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
def test_round_trip_is_bit_equal(tmp_path: Path, norm: str) -> None:
    made = make(names=list("abcdef"), norm=norm)
    made.save(tmp_path / "deep" / "student")
    loaded = Predictor.load(tmp_path / "deep" / "student")
    assert (loaded.decision_function(X) == made.decision_function(X)).all()
    assert (loaded.card, loaded.feature_names, loaded.student) == (made.card, made.feature_names, made.student)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = make().save(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(ArtefactError, match="does not match its checksum"):
        Predictor.load(tmp_path)
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(ArtefactError, match="truncated or altered"):
        Predictor.load(tmp_path)
    path.write_bytes(b"")
    with pytest.raises(ArtefactError, match="truncated or altered"):
        Predictor.load(tmp_path)
