"""A bar in a notebook, with a shell that is played."""

import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from gnn2mlp.core import notebook
from gnn2mlp.core.notebook import bar_html, kernel_shell, shown
from gnn2mlp.core.progress import silent


class Shell:
    """A kernel's shell: what is shown by `display`, and what waits for the end of a cell."""

    def __init__(self) -> None:
        self.kernel = object()
        self.waiting: list[Callable[..., object]] = []
        self.shown: list[str] = []
        self.events = SimpleNamespace(
            register=lambda name, call: self.waiting.append(call),
            unregister=lambda name, call: self.waiting.remove(call),
        )

    def end_cell(self) -> None:
        for call in list(self.waiting):
            call(SimpleNamespace(success=True))

    def display(self, value: dict[str, str], raw: bool, display_id: bool = False) -> Any:
        assert raw
        self.shown.append(value["text/html"])
        return SimpleNamespace(update=self.display)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Shell:
    import IPython.display

    made = Shell()
    monkeypatch.setattr(sys.modules["IPython"], "get_ipython", lambda: made)
    monkeypatch.setattr(IPython.display, "display", made.display)
    monkeypatch.setattr(notebook, "EVERY", 0.0)
    return made


def test_one_bar_for_all_stages_of_a_cell_which_is_gone_in_the_end(shell: Shell) -> None:
    shown(0, "teacher")(1, 2)
    shown(0, "student")(2, 4, "valid <0.5>")
    assert [text.count("<progress") for text in shell.shown] == [1, 1]
    assert "seed 0, teacher: 50 %" in shell.shown[0]
    assert "seed 0, student: 50 %, valid &lt;0.5&gt;" in shell.shown[1]
    shell.end_cell()
    assert shell.shown[2:] == [""]
    assert shell.waiting == []
    shown("tables")(1, 4)  # in the next cell
    assert "tables: 25 %" in shell.shown[3]
    shell.end_cell()


def test_a_stage_of_which_nothing_is_heard_shows_nothing(shell: Shell) -> None:
    shown(0, "teacher")
    shell.end_cell()
    assert shell.shown == []


def test_news_that_come_quickly_are_not_all_drawn(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "EVERY", 1e6)
    update = shown(0, "teacher")
    for epoch in range(1, 100):
        update(epoch, 100)
    assert len(shell.shown) == 1
    shell.end_cell()


def test_elsewhere_it_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    import IPython

    monkeypatch.setattr(IPython, "get_ipython", lambda: None)
    assert kernel_shell() is None
    monkeypatch.setattr(IPython, "get_ipython", lambda: object())  # a terminal's, which has no kernel
    assert shown(0, "teacher") is silent


def test_a_total_of_none_is_no_division() -> None:
    assert "0 %" in bar_html("tables", 0, 0)
