import pytest

from gnn2mlp.estimators import bars
from gnn2mlp.estimators.bars import stages


def report(verbose: bool) -> None:
    with stages(verbose) as stage:
        for name in ("teacher", "student"):
            listen = stage(name)
            listen(1, 2, "valid 0.500")
            listen(2, 2, "valid 0.750")


def test_each_stage_has_a_bar_with_its_last_note(capsys: pytest.CaptureFixture[str]) -> None:
    report(verbose=True)
    shown = capsys.readouterr().out
    assert "teacher" in shown
    assert "student" in shown
    assert shown.count("valid 0.750") == 2


def test_silence_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    report(verbose=False)
    assert capsys.readouterr() == ("", "")


def test_in_a_notebook_the_bar_is_that_of_the_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[object, ...]] = []
    monkeypatch.setattr(bars, "kernel_shell", object)
    monkeypatch.setattr(bars, "shown", lambda name: lambda *news: told.append((name, *news)))
    report(verbose=True)
    assert told[0] == ("teacher", 1, 2, "valid 0.500")
    assert [name for name, *_ in told] == ["teacher", "teacher", "student", "student"]
