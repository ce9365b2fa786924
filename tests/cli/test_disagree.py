from pathlib import Path
from typing import Any

import pytest

from gnn2mlp import RunConfig, run
from gnn2mlp.cli import main
from tests.pipeline.conftest import npz, settings

__all__ = ["npz", "settings"]


def test_a_folder_is_all_that_is_to_be_named(settings: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    run(RunConfig(**settings), pages=False)
    assert main(["disagree", str(settings["out"])]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "the student" in printed.lower()
    for name in ("disagreement.html", "disagreement.safetensors"):
        assert (settings["out"] / name).exists()


def test_other_folders_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["disagree", str(tmp_path)]) == 2
    assert "which has no config.yaml" in capsys.readouterr().err
    (tmp_path / ".work").mkdir()
    assert main(["disagree", str(tmp_path)]) == 2
    assert "gnn2mlp fit; it wrote its page itself" in " ".join(capsys.readouterr().err.split())
    assert main(["disagree", str(tmp_path), "--out", "elsewhere"]) == 2
    assert "expected one folder" in capsys.readouterr().err


def test_help_tells_what_is_compared(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["disagree", "--help"])
    assert "tested on nodes at which it did not look" in " ".join(capsys.readouterr().out.split())
