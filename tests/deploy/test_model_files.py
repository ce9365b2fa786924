import hashlib
import json
import os
from pathlib import Path

import pytest

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.deploy import Predictor, add_files, sealed, verify, write_directory
from gnn2mlp.deploy.model_files import STUDENT
from tests.deploy.models_of import model

ROOT = Path(__file__).parents[2]


def test_config_lists_every_file(saved: Path) -> None:
    config = json.loads((saved / "config.json").read_text())
    assert sorted(config["files"]) == ["README.md", "scores.json", STUDENT]
    for name, listed in config["files"].items():
        content = (saved / name).read_bytes()
        assert listed == {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    assert verify(saved) == config


def test_hidden_entries_are_nobodys_business(saved: Path) -> None:
    (saved / ".git").mkdir()
    (saved / ".cache").write_text("x")
    verify(saved)
    write_directory(saved, model(seed=1))
    assert (saved / ".cache").read_text() == "x"
    assert sorted(os.listdir(saved)) == [".cache", ".git", "README.md", "config.json", STUDENT]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda d: (d / "payload.pkl").write_bytes(b"x"),
            "found payload.pkl in .*, of which config.json knows nothing",
        ),
        (lambda d: (d / "sub").mkdir(), "found sub in .*, of which config.json knows nothing"),
        (lambda d: (d / "README.md").rename(d / "readme.md"), "expected README.md in .*found none"),
        (lambda d: (d / STUDENT).unlink(), f"expected {STUDENT} in .*found none"),
        (lambda d: (d / "scores.json").unlink(), "expected scores.json in .*found none"),
        (lambda d: (d / "config.json").unlink(), "expected config.json beside student.safetensors"),
        (lambda d: (d / "scores.json").write_bytes(b"{}"), "scores.json does not match its checksum"),
        (lambda d: (d / "scores.json").write_bytes(b"["), "scores.json should have 2 bytes, and has 1"),
        (lambda d: (d / "README.md").open("a").write("x"), "README.md should have .* bytes, and has more"),
        (lambda d: (d / "config.json").write_text("{}"), "config.json is no configuration of a gnn2mlp model"),
    ],
)
def test_what_was_altered_is_refused(saved: Path, change, message: str) -> None:
    change(saved)
    with pytest.raises(ArtefactError, match=message):
        Predictor.load(saved)
    with pytest.raises(ArtefactError):
        verify(saved)


def test_a_newer_format_says_upgrade(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as later:
        later.setattr(sealed, "FORMAT", 2)
        write_directory(saved, model())
    with pytest.raises(ArtefactError, match="has format 2, this release reads up to 1: upgrade gnn2mlp"):
        Predictor.load(saved)


def test_links_may_not_lead_out(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes((saved / "scores.json").read_bytes())
    (saved / "scores.json").unlink()
    (saved / "scores.json").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ArtefactError, match="scores.json is a link that leads out of the model directory"):
        verify(saved)
    (saved / "scores.json").unlink()
    (saved / ".blobs").mkdir()
    (saved / ".blobs" / "1").write_bytes(b"[]")
    (saved / "scores.json").symlink_to(".blobs/1")
    verify(saved)
    (tmp_path / "link").symlink_to(saved)
    verify(tmp_path / "link")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(saved: Path) -> None:
    (saved / "scores.json").unlink()
    os.mkfifo(saved / "scores.json")
    with pytest.raises(ArtefactError, match="expected a file at .*scores.json, got something else"):
        verify(saved)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="expected a model directory at .*absent, got: No such file"):
        verify(tmp_path / "absent")
    with pytest.raises(ArtefactError, match="with a config.json, found nothing"):
        verify(tmp_path)
    with pytest.raises(ArtefactError, match="No such file"):
        add_files(tmp_path / "absent", {"a": b""})
    assert not (tmp_path / "absent").exists()
