"""The benchmark of kills notices what is lost, and a few kills lose nothing."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

PRODUCTION = Path(__file__).resolve().parents[1] / "benchmarks" / "production"


@pytest.fixture(scope="module")
def kills() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(PRODUCTION)
        yield importlib.import_module("score_kills")


def test_parts_are_counted(kills: ModuleType, tmp_path: Path) -> None:
    assert kills.parts(tmp_path / "out.parquet") == 0
    (tmp_path / "out.parquet.parts").mkdir()
    for name in ("part-000000.parquet", "plan.json"):
        (tmp_path / "out.parquet.parts" / name).touch()
    assert kills.parts(tmp_path / "out.parquet") == 1


def test_a_killed_call_is_gone_on_with(kills: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kills, "PART", 50)
    monkeypatch.setattr(kills.score, "CHUNK", kills.score.CHUNK)
    found = kills.measured(tmp_path, kills=1, rows=400)
    assert (found["lost"], found["twice"], found["in_order"], found["equal"]) == (0, 0, True, True)
    assert len(found["kills"]) == 1
    assert found["left"] == ["calm.parquet", "in.parquet", "model", "out.parquet"]
