import builtins
import sys
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.explore import Codebook
from gnn2mlp.knowledge import TeacherKnowledge
from tests.explore.disagreeing import weak_spot


def test_frames_hold_what_the_lists_do() -> None:
    found = weak_spot()
    frame = found.by_class("seen")
    assert len(frame) == 9
    of_b = frame[(frame["class"] == "b") & (frame["model"] == "student")].iloc[0]
    assert of_b["recall_low"] < of_b["recall"] < of_b["recall_high"]
    matrix = found.confusion("student", "seen")
    assert matrix.loc["b", "c"] == found.confusion_counts("student", "seen")[1, 2]
    assert found.confusion("student", normalised=True).sum(axis=1).to_list() == pytest.approx([1, 1, 1])
    groups = found.by("colour", "seen").set_index("colour")
    assert groups.loc["colour is blue", "student"] == 1
    assert groups.loc["colour is red", "behind_teacher"] == pytest.approx(1 - groups.loc["colour is red", "student"])
    columns = found.by_column("seen")
    assert columns["behind_teacher"].is_monotonic_decreasing
    slices = found.slices("teacher", "seen")
    assert slices.iloc[0]["holds"]
    assert slices.index[0] == found.of_gap("teacher", "seen")[0].number


def test_groups_by_code_are_described_by_their_codebook() -> None:
    found = weak_spot()
    values = {"code": torch.arange(900) % 4, "codebook": torch.eye(4), "code_unit_length": torch.tensor(False)}
    book = Codebook(TeacherKnowledge(torch.arange(900), values))
    frame = found.by("code", "seen", codebook=book).set_index("code")
    assert frame.loc["code is 2", "description"] == book.describe(2)
    assert "description" not in found.by("code", "seen").columns
    with pytest.raises(DataError, match="by 'code', got 'colour'"):
        found.by("colour", codebook=book)


def test_rows_show_ids_answers_and_features() -> None:
    found = weak_spot(seeds=2)
    rows = found.rows(found.of_gap("teacher", "unseen")[0].number, most=4)
    assert len(rows) == 4
    assert {"id", "seed", "population", "class", "teacher", "student", "mlp", "features"} <= set(rows.columns)
    first = rows.iloc[0]
    assert (first["class"], first["teacher"], first["student"]) == ("b", "b", "c")
    assert first["id"].startswith("n")
    assert "colour: red" in first["features"]


def test_without_pandas_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    found = weak_spot(nodes=90)
    real = builtins.__import__

    def refused(name: str, *rest: Any, **more: Any) -> Any:
        if name == "pandas":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.setattr(builtins, "__import__", refused)
    with pytest.raises(ConfigError, match="pip install pandas"):
        found.by_class()
    assert np.isfinite(found.confusion_counts()).all()
