"""One at a time, whoever comes when; nothing is left."""

import threading
from pathlib import Path

import pytest

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.locks import claimed, locked


def test_one_at_a_time(tmp_path: Path) -> None:
    folder, inside, most = tmp_path / "out", 0, 0
    waited: list[int] = []
    barrier, guard = threading.Barrier(4), threading.Lock()

    def work(number: int) -> None:
        nonlocal inside, most
        barrier.wait()
        for _ in range(5):
            with locked(folder, lambda: waited.append(number)):
                with guard:
                    inside += 1
                    most = max(most, inside)
                with guard:
                    inside -= 1

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, inside) == (1, 0)
    assert list(tmp_path.iterdir()) == []


def test_who_waits_is_told_so(tmp_path: Path) -> None:
    told, entered = threading.Event(), threading.Event()

    def second() -> None:
        with locked(tmp_path / "out", told.set):
            entered.set()

    thread = threading.Thread(target=second)
    with locked(tmp_path / "out", lambda: pytest.fail("nobody is there")):
        thread.start()
        assert told.wait(10)
        assert not entered.is_set()
    thread.join(10)
    assert entered.is_set()


def test_a_failure_gives_the_folder_back(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="mine"), locked(tmp_path / "out"):
        raise ValueError("mine")
    with locked(tmp_path / "out", lambda: pytest.fail("still held")):
        pass


def test_where_nothing_can_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ArtefactError, match="could not lock"), locked(tmp_path / "file" / "out"):
        pass


def test_who_does_not_want_to_wait_is_told_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with claimed(folder) as first, claimed(folder) as second:
        assert (first, second) == (True, False)
    with claimed(folder) as again:
        assert again
    assert list(tmp_path.iterdir()) == []
