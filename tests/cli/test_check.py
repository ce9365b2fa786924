from pathlib import Path

import pytest

from gnn2mlp.cli import main
from gnn2mlp.deploy import write_directory
from tests.deploy.models_of import ABOUT, model


def test_a_whole_model_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_directory(tmp_path / "model", model(), ABOUT)
    assert main(["check", str(tmp_path / "model")]) == 0
    out = capsys.readouterr().out
    assert "Pages: node classification, written by gnn2mlp" in out
    assert "student.safetensors" in out
    assert "all 2 files are as they were written" in out


def test_an_edited_readme_is_accepted_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_directory(tmp_path, model())
    with (tmp_path / "README.md").open("a") as file:
        file.write("Made with care.\n")
    assert main(["check", str(tmp_path)]) == 2
    assert "if you edited it, gnn2mlp check DIR --reseal accepts it" in capsys.readouterr().err
    assert main(["check", str(tmp_path), "--reseal"]) == 0
    assert main(["check", str(tmp_path)]) == 0


def test_no_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path / "absent")]) == 2
    assert "expected a model directory at" in capsys.readouterr().err
    assert main(["check", str(tmp_path / "absent"), "--reseal"]) == 2
    assert not (tmp_path / "absent").exists()
