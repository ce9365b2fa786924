"""What processes say to each other: as threads over one store, or as a group of one. test_processes.py starts two."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from gnn2mlp.core.errors import DataError, ProcessError
from gnn2mlp.distill import DistillationResult, Distiller, heartbeat
from gnn2mlp.distill.heartbeat import Heartbeat
from gnn2mlp.distill.process_group import ALONE, Meeting, ProcessGroup, _meeting, process_group
from gnn2mlp.objectives import HardLabels, SoftLabels
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.tables import RowTable
from tests.cuda import needs_cuda, on_each_device
from tests.host_syncs import host_syncs
from tests.rowtables import tiny_table

pytestmark = pytest.mark.skipif(not torch.distributed.is_available(), reason="needs torch.distributed")


def test_alone_nothing_is_exchanged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with process_group(torch.device("cpu")) as (here, device):
        assert (here, device) == (ALONE, torch.device("cpu"))
        assert not torch.distributed.is_initialized()
        here.barrier()
        here.agree({"a": 1}, "nothing")
    weight = torch.nn.Parameter(torch.ones(2))
    loss = torch.tensor(3.0)
    assert ALONE.sum_gradients(loss, [weight]) is loss
    assert weight.grad is None
    assert ALONE.sum(loss) is loss
    assert ALONE.gather("x") == ["x"]
    assert ALONE.owns(tmp_path / "out")


@pytest.fixture
def _torchrun(monkeypatch: pytest.MonkeyPatch) -> None:
    """The surroundings of the only process of a `torchrun`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = {"RANK": 0, "LOCAL_RANK": 0, "WORLD_SIZE": 1, "LOCAL_WORLD_SIZE": 1, "MASTER_ADDR": "127.0.0.1"}
    for name, value in {**told, "MASTER_PORT": port, "GLOO_SOCKET_IFNAME": "lo"}.items():
        monkeypatch.setenv(name, str(value))


def exchanged(here: ProcessGroup, device: torch.device) -> None:
    """All that a step exchanges, where there is nobody to exchange it with."""
    parameters = [torch.nn.Parameter(torch.ones(2, 3, device=device)) for _ in range(2)]
    (parameters[0].square().sum() * 2).backward()
    total = here.sum_gradients(torch.tensor(3.0, device=device), parameters)
    assert total.tolist() == 3
    assert parameters[0].grad is not None
    assert parameters[0].grad.tolist() == [[4.0] * 3] * 2
    assert parameters[1].grad is None
    assert here.sum(torch.ones(2, device=device, dtype=torch.float64)).tolist() == [1, 1]
    assert here.gather({"a": [1]}) == [{"a": [1]}]
    here.agree({"table": "a"}, "nothing")
    here.barrier()


@pytest.mark.usefixtures("_torchrun")
def test_a_group_of_one_exchanges_all_the_same(tmp_path: Path) -> None:
    with process_group(torch.device("cpu"), even_alone=True) as (here, device):
        assert (here.rank, here.size, here.connected) == (0, 1, True)
        exchanged(here, device)
        assert here.owns(tmp_path / "new" / "out")
        assert list((tmp_path / "new").iterdir()) == []
    assert not torch.distributed.is_initialized()


@needs_cuda
@pytest.mark.usefixtures("_torchrun")
def test_nccl_exchanges_on_the_device_of_the_process() -> None:
    with process_group(torch.device("cuda"), even_alone=True) as (here, device):
        assert device == torch.device("cuda", 0)
        assert torch.distributed.get_backend() == "nccl"
        exchanged(here, device)
    assert not torch.distributed.is_initialized()


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> RowTable:
    return tiny_table(tmp_path_factory.mktemp("rows"), 300)


def trained(table: RowTable, here: ProcessGroup, device: torch.device) -> DistillationResult:
    student = MLPStudent(hidden=8, dropout=0.0, norm="batch")
    objective = 0.5 * HardLabels() + 0.5 * SoftLabels()
    return Distiller(epochs=3, batch_size=32).fit(student, objective, table, device=device, group=here)


@on_each_device
@pytest.mark.parametrize("lowered", [False, True])
@pytest.mark.usefixtures("_torchrun")
def test_a_group_of_one_trains_the_student_of_a_process_alone(table: RowTable, device: str, lowered: bool) -> None:
    """By gloo or NCCL; under autocast sums and shares of losses are taken in single precision."""
    close = {"rel": 5e-2} if lowered else {"rel": 1e-4}
    with torch.autocast(device, dtype=torch.bfloat16, enabled=lowered):
        with process_group(torch.device(device), even_alone=True) as (here, place):
            shared = trained(table, here, place)
        alone = trained(table, ALONE, place)
    assert shared.history.loss == pytest.approx(alone.history.loss, **close)
    assert shared.history.loss[-1] < shared.history.loss[0]


@pytest.mark.usefixtures("_torchrun")
def test_a_step_that_reaches_every_parameter_waits_for_no_device() -> None:
    with process_group(torch.device("cpu"), even_alone=True) as (here, _):
        parameters = [torch.nn.Parameter(torch.ones(3)) for _ in range(2)]
        torch.stack([p.sum() for p in parameters]).sum().backward()
        with host_syncs() as seen:
            here.sum_gradients(torch.tensor(1.0), parameters)
        assert seen == []
        parameters[1].grad = None
        with host_syncs() as seen:
            here.sum_gradients(torch.tensor(1.0), parameters)
        assert seen == ["tolist"]


NAMES = ["process 0 on a", "process 1 on b", "process 2 on b"]


@pytest.fixture
def groups() -> Iterator[list[ProcessGroup]]:
    """Three processes that share a store; each may only be used by one thread. Nobody's heart beats by itself."""
    store = torch.distributed.HashStore()
    meetings = [Meeting(store, rank, NAMES, Heartbeat(store, rank, NAMES, lambda message: None)) for rank in range(3)]
    return [ProcessGroup(rank, 3, meeting) for rank, meeting in enumerate(meetings)]


def together(groups: list[ProcessGroup], act: Callable[[ProcessGroup], Any]) -> list[Any]:
    """What each process gets, or the error that it meets."""
    found: dict[int, Any] = {}

    def run(group: ProcessGroup) -> None:
        try:
            found[group.rank] = act(group)
        except ProcessError as error:
            found[group.rank] = error

    threads = [threading.Thread(target=run, args=(group,), daemon=True) for group in groups]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return [found[group.rank] for group in groups]


def test_everybody_hears_what_each_says_time_after_time(groups: list[ProcessGroup]) -> None:
    def act(group: ProcessGroup) -> Any:
        return [group.gather(group.rank * 10), group.gather({"rank": group.rank})]

    said = [[0, 10, 20], [{"rank": 0}, {"rank": 1}, {"rank": 2}]]
    assert together(groups, act) == [said] * 3


def test_what_is_not_the_same_everywhere_is_named(groups: list[ProcessGroup]) -> None:
    def act(group: ProcessGroup) -> None:
        group.agree({"table": "same", "position": group.rank // 2}, "copy it")

    message = (
        "expected the same position in every process, got another in process 2 on b than in process 0 on a; copy it"
    )
    assert [str(error) for error in together(groups, act)] == [message] * 3


def test_who_waits_for_a_process_that_fails_is_told_why(groups: list[ProcessGroup]) -> None:
    def act(group: ProcessGroup) -> None:
        if group.rank == 1:
            assert group.meeting is not None
            group.meeting.fail(DataError("ids are repeated"))
        else:
            group.barrier()

    first, failed, third = together(groups, act)
    assert failed is None
    assert str(first) == str(third) == "process 1 on b failed: DataError: ids are repeated"


def test_who_waits_for_a_process_that_is_gone_is_told_which(groups: list[ProcessGroup]) -> None:
    def act(group: ProcessGroup) -> None:
        if group.rank == 2:
            return
        assert group.meeting is not None
        for _ in range(heartbeat.MISSED):
            group.meeting.heartbeat.beat()
            group.meeting.heartbeat.look()
        group.barrier()

    first = together(groups, act)[0]
    assert isinstance(first, ProcessError)
    assert "no word from" in str(first)
    assert "process 2 on b (silent for 120 s)" in str(first)


def test_a_broken_connection_is_laid_to_the_process_that_fell_silent(
    groups: list[ProcessGroup], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "EVERY", 0.0)
    meeting = groups[0].meeting
    assert meeting is not None
    broken = RuntimeError("[third_party/gloo/transport/tcp/pair.cc:538] Connection closed by peer [127.0.0.1]:1")
    assert meeting.reason(RuntimeError("out of memory")) is None
    assert "another process has ended, or cannot be reached" in str(meeting.reason(broken))
    assert groups[1].meeting is not None
    for _ in range(2):
        groups[1].meeting.heartbeat.beat()
        meeting.heartbeat.look()
    assert "no word from process 2 on b" in str(meeting.reason(broken))
    groups[1].meeting.fail(MemoryError("no room"))
    assert str(meeting.reason(broken)) == "process 1 on b failed: MemoryError: no room"


@pytest.mark.parametrize(
    ("error", "raised", "left"),
    [
        (RuntimeError("[gloo/pair.cc:537] Read error: Connection reset by peer"), ProcessError, False),
        (RuntimeError("out of memory"), RuntimeError, True),
        (DataError("no labels"), DataError, True),
    ],
)
def test_a_lost_connection_is_no_fault_of_the_process_that_notices(
    error: Exception, raised: type[Exception], left: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "EVERY", 0.02)
    store = torch.distributed.HashStore()
    store.set("host/1", "b")
    with pytest.raises(raised) as met, _meeting(store, 0, 2):
        raise error
    assert store.check(["failed"]) == left
    if left:
        assert met.value is error
        assert store.get("failed").decode().endswith(f" failed: {type(error).__name__}: {error}")
    else:
        assert "process 1 on b" in str(met.value) or "another process has ended" in str(met.value)
        assert met.value.__cause__ is error


def test_a_disk_that_all_see_has_one_owner(
    groups: list[ProcessGroup], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCAL_RANK", "0")
    assert together(groups, lambda group: group.owns(tmp_path / "out")) == [True, False, False]
    folders = [tmp_path / "a" / "out", tmp_path / "b" / "out", tmp_path / "b" / "out"]
    assert together(groups, lambda group: group.owns(folders[group.rank])) == [True, True, True]
    monkeypatch.setenv("LOCAL_RANK", "1")  # of all threads: the machine's first process owns its disk, and no other
    assert together(groups, lambda group: group.owns(folders[group.rank])) == [True, False, False]
    assert list(tmp_path.rglob("*.tmp")) == []
