"""What is kept of a run."""

from pathlib import Path

import pytest

from gnn2mlp.pipeline import RunConfig
from gnn2mlp.studies import lines


def test_options_that_did_not_exist_yet_take_their_defaults() -> None:
    config = RunConfig().resolve()
    older = {key: value for key, value in config.identity().items() if key not in ("initialisation", "export")}
    assert lines.measures({"config": older}, config)
    assert not lines.measures({"config": {**older, "setting": "inductive"}}, config)
    assert lines.resolved_identity({"config": {"gone": 1}}) is None


def test_what_need_not_be_made_anew() -> None:
    config = RunConfig(seeds=3).resolve()
    given = [{"seed": 0, "config": config.identity()}, {"seed": 1, "config": config.identity(), "code": "0" * 16}]
    assert list(lines.standing(given, config, renew=False)) == [0, 1]
    assert list(lines.standing(given, config, renew=True)) == [0]


def test_peak_memory_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "status").write_text("Name: x\nVmHWM:   204800 kB\n")
    monkeypatch.setattr(lines, "_PROCESS", tmp_path)
    lines.forget_peak_memory()
    assert (tmp_path / "clear_refs").read_text() == "5"
    assert lines.peak_memory() == 200
    monkeypatch.setattr(lines, "_PROCESS", tmp_path / "absent")
    lines.forget_peak_memory()
    assert lines.peak_memory() is None
