import copy
import functools
from collections import OrderedDict
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torch import nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.identity import REMEMBERED, Execution, fingerprint
from gnn2mlp.core.spec import Configurable, Spec
from gnn2mlp.data import SPLITTERS
from gnn2mlp.nn.csr import CSR
from gnn2mlp.teachers.gcn import GCN
from gnn2mlp.teachers.vq import VQ


class Colour(Enum):
    RED = 1
    BLUE = 2


class Pair(NamedTuple):
    left: int
    right: int


class Other(NamedTuple):
    left: int
    right: int


@dataclass(frozen=True, eq=False)
class Record:
    number: int
    spent: float = field(default=0.0, compare=False)


class Component(Configurable):
    name = "component"

    def __init__(self, width: int = 1):
        self.width = width

    @functools.cached_property
    def twice(self) -> int:
        return 2 * self.width


def scaled(factor: float) -> Any:
    return lambda x: factor * x


DIFFERENT: list[Any] = [
    None,
    False,
    True,
    0,
    1,
    -1,
    2**70,
    0.0,
    -0.0,
    1.0,
    float("nan"),
    float("inf"),
    1j,
    "",
    "1",
    "\udc80",
    b"",
    b"1",
    Path("1"),
    Path("a/1"),
    [],
    [1],
    [1, 2],
    [2, 1],
    [[1], 2],
    [[1, 2]],
    {},
    {"a": 1},
    {"a": 2},
    {"b": 1},
    {1: "a"},
    {1},
    {"a"},
    Pair(1, 2),
    Other(1, 2),
    Record(1),
    Record(2),
    Colour.RED,
    Colour.BLUE,
    torch.float32,
    torch.float64,
    torch.device("cpu"),
    torch.device("cuda"),
    np.dtype("int64"),
    torch.zeros(0),
    torch.zeros(2, 3),
    torch.zeros(3, 2),
    torch.zeros(6),
    torch.zeros(6, dtype=torch.float64),
    torch.zeros(6, dtype=torch.bfloat16),
    torch.ones(6),
    torch.zeros(6, dtype=torch.bool),
    np.zeros(6, dtype=np.float32),
    np.zeros((2, 3), dtype=np.float32),
    np.zeros(6, dtype=np.float64),
    np.array(["a", "b"]),
    np.array(["b", "a"]),
    np.array(["ab", ""]),
    np.array(["a", "b"], dtype=object),
    np.array(["a", 1], dtype=object),
    np.array(["2020-01-01"], dtype="datetime64[D]"),
    np.datetime64("2020-01-01"),
    Spec("a"),
    Spec("a", width=1),
    Component(1),
    Component(2),
    Component,
    GCN,
    GCN(),
    GCN(hidden=3),
    VQ(encoder="gcn"),
    VQ(encoder="sage"),
    SPLITTERS.get("hash")(0.5, 0.2),
    torch.nn.Linear(2, 2),
    torch.nn.ReLU(),
    torch.Generator().manual_seed(0),
    torch.Generator().manual_seed(1),
    scaled(1.0),
    scaled(2.0),
    scaled,
    len,
    functools.partial(scaled, 1.0),
    functools.partial(scaled, 2.0),
    Component(1).spec,
    Component(2).spec,
]


def test_values_that_differ_have_other_fingerprints() -> None:
    found: dict[str, Any] = {}
    for value in DIFFERENT:
        key = fingerprint(value)
        assert key not in found, f"{value!r} and {found[key]!r}"
        found[key] = value


@pytest.mark.parametrize("value", DIFFERENT, ids=range(len(DIFFERENT)))
def test_a_copy_is_the_same(value: Any) -> None:
    if not isinstance(value, torch.Generator):
        assert fingerprint(copy.deepcopy(value)) == fingerprint(value)


def test_forms_of_one_value_are_the_same() -> None:
    assert fingerprint([1, "a"]) == fingerprint((1, "a"))
    assert fingerprint({"a": 1, "b": 2}) == fingerprint(OrderedDict(b=2, a=1))
    assert fingerprint({1, 2, 3}) == fingerprint(frozenset([3, 2, 1]))
    assert fingerprint(np.int64(3)) == fingerprint(3)
    assert fingerprint(np.float64(0.1)) == fingerprint(0.1)
    assert fingerprint(np.str_("a")) == fingerprint("a")
    assert fingerprint(np.arange(6)[::2]) == fingerprint(np.array([0, 2, 4]))
    assert fingerprint(torch.arange(6).view(2, 3).T) == fingerprint(torch.tensor([[0, 3], [1, 4], [2, 5]]))
    assert fingerprint(range(3)) == fingerprint([0, 1, 2])


def test_the_width_of_a_sparse_matrix_counts() -> None:
    parts = torch.tensor([0, 1, 2]), torch.tensor([0, 99]), torch.ones(2)
    narrow, wide = CSR(*parts, (2, 100)), CSR(*parts, (2, 120))
    assert fingerprint(narrow) != fingerprint(wide)
    known = fingerprint(narrow)
    narrow.transpose()
    assert fingerprint(narrow) == known, "what is computed from the fields is none of them"


def test_fields_and_properties_that_follow_do_not_count() -> None:
    assert fingerprint(Record(1, spent=2.0)) == fingerprint(Record(1, spent=3.0))
    one = Component(1)
    known = fingerprint(one)
    assert one.twice == 2
    assert fingerprint(one) == known


def test_weights_and_state_of_a_network_count() -> None:
    network = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.1))
    known = fingerprint(network)
    assert fingerprint(copy.deepcopy(network)) == known
    with torch.no_grad():
        next(network.parameters())[0, 0] += 1
    changed = fingerprint(network)
    assert changed != known
    assert fingerprint(network.eval()) != changed


@pytest.mark.parametrize("size", [1, REMEMBERED])
def test_a_tensor_that_is_written_to_is_another(size: int) -> None:
    tensor = torch.zeros(size)
    view = tensor[:1]
    known = fingerprint(tensor)
    assert fingerprint(tensor) == known
    tensor[0] = 1
    second = fingerprint(tensor)
    assert second != known
    view.fill_(2)
    assert fingerprint(tensor) not in (known, second)
    tensor[0] = 0
    assert fingerprint(tensor) == known


def test_large_tensors_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from gnn2mlp.core import identity

    read: list[int] = []
    monkeypatch.setattr(identity, "tensor_bytes", lambda tensor: (read.append(1), b"x")[1])
    tensor = torch.zeros(REMEMBERED)
    fingerprint([tensor, tensor, {"again": tensor}])
    assert read == [1]
    with torch.inference_mode():
        unversioned = torch.zeros(REMEMBERED)
    fingerprint([unversioned, unversioned])
    assert read == [1, 1, 1]


@pytest.mark.parametrize("value", [object(), iter([]), {"a": [object()]}, torch.ones(2, device="meta")])
def test_what_cannot_be_gone_through_is_an_error(value: Any) -> None:
    with pytest.raises(ConfigError, match="expected a"):
        fingerprint(value)


def test_execution_says_how_torch_computes() -> None:
    here = Execution.on("cpu")
    assert (here.device.type, here.threads, here.version) == ("cpu", torch.get_num_threads(), torch.__version__)
    assert fingerprint(here) == fingerprint(Execution.on("cpu"))
    assert fingerprint(Execution.on("cuda:1")) == fingerprint(Execution.on("cuda:0")) != fingerprint(here)
    torch.set_default_dtype(torch.float64)
    try:
        assert fingerprint(Execution.on("cpu")) != fingerprint(here)
    finally:
        torch.set_default_dtype(torch.float32)
    torch.set_num_threads(here.threads + 1)
    try:
        assert fingerprint(Execution.on("cpu")) != fingerprint(here)
    finally:
        torch.set_num_threads(here.threads)


def test_how_torch_lowers_precision_and_chooses_algorithms_decides_a_result() -> None:
    here = Execution.on("cpu")
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert fingerprint(Execution.on("cpu")) != fingerprint(here)
    with torch.autocast("cpu", enabled=False):
        assert Execution.on("cpu") == here
    torch.use_deterministic_algorithms(True)
    try:
        assert fingerprint(Execution.on("cpu")) != fingerprint(here)
    finally:
        torch.use_deterministic_algorithms(False)


def test_a_precision_that_was_set_for_cuda_alone_has_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with `torch.backends.cuda.matmul.fp32_precision = "tf32"`, which cannot be taken back."""

    def mixed() -> str:
        raise RuntimeError("a mix of the legacy and new APIs")

    here = Execution.on("cpu")
    monkeypatch.setattr(torch, "get_float32_matmul_precision", mixed)
    assert Execution.on("cpu").matmul == "none/none"
    assert fingerprint(Execution.on("cpu")) != fingerprint(here)


def test_what_lies_outside_of_a_component_decides_too() -> None:
    class Weighted(Configurable):
        def __init__(self, file: str = "a"):
            self.file = file

        def outside(self) -> str | None:
            return LYING[self.file]

    LYING: dict[str, str | None] = {"a": "weights"}
    before = fingerprint(Weighted())
    assert fingerprint(Weighted()) == before
    LYING["a"] = "other weights"
    assert fingerprint(Weighted()) != before
    LYING["a"] = None
    assert fingerprint(Weighted()) not in (before, fingerprint("other weights"))
