"""`gnn2mlp compare`."""

import json
from pathlib import Path

import pytest

from gnn2mlp.cli import main
from tests.studies.helpers import line


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = [line(dataset=f"d{k}", seed=seed, homophily=0.5) for k in range(3) for seed in range(2)]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "lines.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
    return tmp_path


def test_tables_are_printed_and_files_written(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    assert main(["compare", str(folder / "mine"), "--out", str(folder / "out"), "--rule", "nemenyi"]) == 0
    told = capsys.readouterr().out
    assert "Inductive, unseen nodes, %" in told
    assert "Ranks over data sets, inductive" in told
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["compare.csv", "compare.html", "compare.json"]
    assert len(json.loads((folder / "out" / "compare.json").read_text())) == 9


def test_some_models_of_another_population_against_another_model(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["compare", str(folder / "mine"), "--population", "seen", "--against", "gcn", "--models", "mlp"]
    assert main(arguments) == 0
    told = capsys.readouterr().out
    assert "Inductive, seen nodes, %" in told
    assert "glnn" not in told


def test_a_path_may_have_a_name_and_many_models_are_told_one_by_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, lr in (("first", 0.01), ("second", 0.02), ("third", 0.03)):
        bare = {k: v for k, v in line(config={"distill": {"lr": lr}, "dataset": "digits"}).items() if k != "cell"}
        (folder / f"{name}.jsonl").write_text(json.dumps(bare) + "\n")
    paths = [str(folder / "first.jsonl"), f"renamed={folder / 'second.jsonl'}", str(folder / "third.jsonl")]
    assert main(["compare", *paths, "--against", "gcn"]) == 0
    told = capsys.readouterr().out
    assert "digits, inductive, unseen" in told
    for name in ("mlp [first]", "mlp [renamed]", "glnn (gcn) [third]"):
        assert name in told


def test_no_results_are_a_message(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(folder / "absent")]) == 2
    assert "expected a folder of a run or a study" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--rule", "wilcoxn"], "expected the rule wilcoxon or nemenyi, got 'wilcoxn'; did you mean 'wilcoxon'"),
        (["mine=other"], "expected a name for each path, got 'mine' for"),
    ],
)
def test_what_is_asked_for_wrongly_is_a_message(
    folder: Path, capsys: pytest.CaptureFixture[str], more: list[str], told: str
) -> None:
    assert main(["compare", f"mine={folder / 'mine'}", *more]) == 2
    assert told in capsys.readouterr().err
