from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

from gnn2mlp.core.showing import LINE, call, short, short_repr
from gnn2mlp.core.spec import Spec


@dataclass(frozen=True)
class Thing:
    rows: Any
    note: Any = None

    __repr__ = short_repr


class Pair(NamedTuple):
    first: Any
    second: Any = 1

    def __repr__(self) -> str:
        return short_repr(self)


def test_dataclasses_and_tuples_show_their_fields() -> None:
    assert repr(Thing(torch.zeros(3, 4))) == "Thing(rows=float32 (3, 4), note=None)"
    assert repr(Pair(np.arange(2))) == "Pair(first=int64 (2,), second=1)"
    assert repr(Thing(Pair(1), Path("runs/x"))) == "Thing(rows=Pair(first=1, second=1), note='runs/x')"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "None"),
        (True, "True"),
        (0.5, "0.5"),
        (b"12345", "5 bytes"),
        ([], "[]"),
        ((1, "a"), "[1, 'a']"),
        (list(range(5000)), "[5,000 entries]"),
        ({}, "{}"),
        ({"a": {"b": 1}}, "{'a': {'b': 1}}"),
        (dict.fromkeys(range(9)), "{9 entries}"),
        ({"a": "x" * 70}, "{1 entries}"),
        (Spec("vq"), "Spec('vq')"),
        (Spec("vq", note="x" * 70), "Spec('vq', …)"),
    ],
)
def test_a_value_is_shown_whole_where_it_is_small(value: Any, shown: str) -> None:
    assert short(value) == shown


def test_whatever_is_held_the_line_stays_short() -> None:
    said = call("Result", {f"field_{number}": "x" * 500 for number in range(50)})
    assert len(said) < LINE + 30
    assert said.endswith("more)")
