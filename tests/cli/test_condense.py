from pathlib import Path

import pytest

from gnn2mlp.cli import main


def test_sets_are_made_and_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "sets"
    assert main(["condense", "--seeds", "0,3", "--set", "method.support=0.25", "--out", str(out)]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "stand for 120 training graphs" in printed
    assert "Graphs covered" in printed
    for name in ("seed-000.safetensors", "seed-003.safetensors", "condense.html", "condense.json", "condense.yaml"):
        assert (out / name).exists()
    assert main(["condense", "--config", str(out / "condense.yaml")]) == 0


def test_a_baseline_is_a_method(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["condense", "--method", "random", "--set", "method.graphs=2", "--seeds", "1", "--out", str(tmp_path)]
    assert main(arguments) == 0
    assert "Support" not in capsys.readouterr().out


def test_a_class_without_a_set_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["condense", "--set", "method.support=0.9", "--out", str(tmp_path / "none")]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "the largest support that gives one is" in told
    assert not list((tmp_path / "none").glob("*.safetensors"))
