"""Requests by CUDA graph; on the CPU a replay does again what was captured."""

import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.nn import graphed
from gnn2mlp.nn.csr import CSR, Features
from gnn2mlp.nn.fold import fold
from gnn2mlp.nn.graphed import Graphed
from gnn2mlp.nn.mlp import MLP
from tests.cuda import captured_graphs, needs_cuda, on_each_device

FEATURES, OUTPUTS = 6, 3
X = torch.randn(200, FEATURES, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def captures(device: str) -> Iterator[list[Any]]:
    with captured_graphs(device) as seen:
        yield seen


def network(norm: str = "batch", dtype: torch.dtype = torch.float32) -> MLP:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return MLP(FEATURES, 8, OUTPUTS, norm=norm).to(dtype).eval()  # type: ignore[arg-type]


def made(device: str, norm: str = "batch", dtype: torch.dtype = torch.float32) -> Graphed:
    return Graphed(fold(network(norm, dtype).to(device)), torch.device(device))


@on_each_device
@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_answers_are_those_of_the_network(captures: list[Any], device: str, norm: str, dtype: torch.dtype) -> None:
    answer, x = made(device, norm, dtype), X.to(dtype)
    expected = network(norm, dtype)(x).logits
    for rows in (1, 2, 3, 5, 128, 129, 3, 1):
        found = answer(x[7 : 7 + rows])
        assert found.device.type == "cpu"
        torch.testing.assert_close(found, expected[7 : 7 + rows].detach(), rtol=1e-5, atol=1e-6)
    assert len(captures) == 5  # of 1, 2, 4, 8 and 128 rows; 129 go without
    assert len(set(captures[1:])) == 1  # one pool for all of them


@on_each_device
def test_sparse_rows_are_answered_as_dense_ones(captures: list[Any], device: str) -> None:
    answer, few = made(device), X[:5] * (X[:5] > 0.5)
    torch.testing.assert_close(answer(CSR.from_dense(few)), answer(few))
    assert len(captures) == 1


@on_each_device
def test_an_answer_stays_what_it_is_when_the_next_is_given(captures: list[Any], device: str) -> None:
    answer = made(device)
    with torch.inference_mode():  # in which predictors ask, and nothing of it may stay in the graph
        first = answer(X[:2])
    kept = first.clone()
    second = answer(X[2:4])
    assert torch.equal(first, kept)
    assert not torch.equal(first, second)


@on_each_device
def test_another_module_is_captured_as_it_is(captures: list[Any], device: str) -> None:
    class Shifted(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = network()

        def forward(self, x: Features) -> Any:
            return self.inner(x + 1)  # type: ignore[operator]

    answer = Graphed(fold(Shifted().to(device).eval()), torch.device(device))
    torch.testing.assert_close(answer(X[:3]), network()(X[:3] + 1).logits.detach(), rtol=1e-5, atol=1e-6)
    assert len(captures) == 1


@on_each_device
def test_threads_are_answered_in_turn(captures: list[Any], device: str) -> None:
    answer, expected = made(device), network()(X).logits.detach()

    def ask(start: int) -> bool:
        return torch.allclose(answer(X[start : start + 4]), expected[start : start + 4], rtol=1e-4, atol=1e-5)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(ask, list(range(196)) * 2))


@on_each_device
def test_no_rows_and_wide_ones_go_without(captures: list[Any], device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = made(device)
    assert answer(X[:0]).shape == (0, OUTPUTS)
    monkeypatch.setattr(graphed, "VALUES", 4 * FEATURES - 1)
    assert answer(X[:4]).shape == (4, OUTPUTS)
    assert captures == []


def test_on_the_cpu_nothing_is_captured(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*arguments: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr(graphed, "capture", never)
    torch.testing.assert_close(made("cpu")(X[:3]), network()(X[:3]).logits.detach(), rtol=1e-5, atol=1e-6)


def test_a_network_that_cannot_be_captured_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise RuntimeError("operation not permitted when stream is capturing\nand more")

    monkeypatch.setattr(torch.cuda, "CUDAGraph", object)
    monkeypatch.setattr(torch.cuda, "device", lambda device: nullcontext())
    monkeypatch.setattr(torch.cuda, "Stream", refuse)
    message = (
        r"cuda_graphs: the network cannot be captured \(operation not permitted .* capturing\); leave cuda_graphs out"
    )
    with pytest.raises(ConfigError, match=message):
        graphed.capture(refuse, torch.device("cuda"), None)


@needs_cuda
def test_graphs_hold_no_memory_when_they_are_gone() -> None:
    held = []
    for _ in range(3):  # the first finds what libraries keep not yet there
        made("cuda")(X[:3])
        gc.collect()
        held.append(torch.cuda.memory_allocated())
    assert held[1] == held[2]
