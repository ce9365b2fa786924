"""Heavy tests wait for `make integration`, and say so."""

from types import SimpleNamespace

import pytest

from tests.conftest import pytest_collection_modifyitems


class _Item:
    """A collected test with one mark."""

    fixturenames = ()

    def __init__(self, mark: str):
        self.marks = {mark}
        self.skipped: list[str] = []

    def get_closest_marker(self, name: str) -> bool:
        return name in self.marks

    def add_marker(self, mark: pytest.MarkDecorator) -> None:
        self.skipped.append(mark.kwargs["reason"])


def _collected(markexpr: str) -> tuple[_Item, _Item]:
    heavy, light = _Item("integration"), _Item("none")
    pytest_collection_modifyitems(SimpleNamespace(getoption=lambda _: markexpr), [heavy, light])  # type: ignore[arg-type, list-item]
    return heavy, light


def test_they_are_skipped_with_a_reason_unless_asked_for() -> None:
    heavy, light = _collected("")
    assert (heavy.skipped, light.skipped) == (["heavy: make integration"], [])


def test_they_run_when_asked_for() -> None:
    heavy, light = _collected("integration")
    assert heavy.skipped == light.skipped == []
