"""The benchmark of raw rows, on a small table: its figures of equality, and that each time is one."""

import importlib
from pathlib import Path

import pytest

pytest.importorskip("onnxruntime")
FOLDER = Path(__file__).resolve().parents[1] / "benchmarks" / "production"


def test_a_table_of_numbers_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(FOLDER)
    script = importlib.import_module("onnx_rows")
    for name, value in {"BATCH": 32, "CALLS": 2}.items():
        monkeypatch.setattr(script, name, value)
    table, labels = script.numbers(4)
    predictor = script.trained(table, labels, hidden=8, steps=5)
    loaded = script.exported(predictor)
    found = script.equality(predictor, loaded, table)
    for side in ("checked", "alone"):
        assert found[side]["equal"] == found["rows"] == 128
        assert found[side]["apart"] < 1e-5
    assert all(one["us"] > 0 for one in script.one_row(predictor, loaded, table, rounds=1).values())
    assert script.many_rows(predictor, loaded, table, rounds=1)["rows"] == 32
