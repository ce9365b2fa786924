from pathlib import Path

import pytest

from gnn2mlp.cli import main
from tests.pipeline.test_prompts import configured


def test_prompts_are_written_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configured(tmp_path)
    arguments = ["prompts", "--dataset", str(tmp_path / "said.npz"), "--seeds", "1", "--set", "teacher.read=prompt"]
    assert main([*arguments, "--out", str(tmp_path / "prompts.parquet")]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "different prompts, for 180 nodes and hops of 1 seed" in printed
    assert (tmp_path / "prompts.parquet").exists()
    assert main(["prompts", "--dataset", "digits", "--out", str(tmp_path / "none")]) == 2
