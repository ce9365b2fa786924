"""Rows made ahead: in order, in a thread, and the next one while the present one is used."""

import threading
from collections.abc import Callable

import pytest
import torch

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.distill.prefetch import Prefetch
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.tables.table import RowChunk
from tests.cuda import needs_cuda


def rows(number: int, count: int = 3) -> RowChunk:
    ids = torch.arange(count)
    knowledge = TeacherKnowledge(ids, {"logits": torch.full((count, 2), float(number))})
    return RowChunk(torch.full((count, 4), float(number)), ids, knowledge)


def test_a_cpu_makes_rows_when_they_are_asked_for() -> None:
    made: list[threading.Thread] = []
    prefetch = Prefetch("cpu")

    def make() -> RowChunk:
        made.append(threading.current_thread())
        return rows(1)

    assert not prefetch.ahead
    coming = prefetch.soon(make)
    assert made == []
    assert coming().x[0, 0] == 1
    assert made == [threading.current_thread()]


def test_the_next_rows_are_made_while_the_present_ones_are_used() -> None:
    begun = [threading.Event() for _ in range(3)]

    def make(number: int) -> Callable[[], RowChunk]:
        def made() -> RowChunk:
            begun[number].set()
            return rows(number)

        return made

    order = []
    for number, found in enumerate(Prefetch("cpu", ahead=True).each(map(make, range(3)))):
        order.append(int(found.x[0, 0]))
        if number < 2:
            assert begun[number + 1].wait(30)  # by itself, while nobody asks for it
    assert order == [0, 1, 2]
    assert list(Prefetch("cpu", ahead=True).each([])) == []


def test_what_goes_wrong_is_raised_where_the_rows_are_asked_for() -> None:
    def damaged() -> RowChunk:
        raise ArtefactError("altered")

    coming = Prefetch("cpu", ahead=True).soon(damaged)
    with pytest.raises(ArtefactError, match="altered"):
        coming()


@needs_cuda
def test_memory_that_is_copied_from_and_to_may_be_used_again() -> None:
    """One pinned buffer for all; kernels of the user are still running when the rows are let go."""
    prefetch, buffer = Prefetch("cuda"), rows(0, 100_000).pin_memory()

    def make(number: int) -> Callable[[], RowChunk]:
        def made() -> RowChunk:
            buffer.x.fill_(number)
            return buffer.to("cuda", non_blocking=True, copy=True)

        return made

    weight = torch.randn(4, 2048, device="cuda")
    sums = []
    for found in prefetch.each(map(make, range(20))):
        _ = found.x @ weight
        sums.append(found.x.sum())
    assert [float(total) for total in sums] == [400_000.0 * number for number in range(20)]
