"""Listeners: silent unless they override something, and told apart by stage."""

from collections.abc import Mapping
from typing import Any

from gnn2mlp.core.listeners import EpochEnd, Listener, Staged


class Ear(Listener):
    def __init__(self) -> None:
        self.heard: list[Any] = []

    def on_fit_start(self, stage: str, epochs: int) -> None:
        self.heard.append((stage, epochs))

    def on_epoch_end(self, end: EpochEnd) -> None:
        self.heard.append(end)

    def on_fit_end(self, stage: str, history: Mapping[str, Any]) -> None:
        self.heard.append((stage, dict(history)))


def tell(listener: Listener) -> None:
    listener.on_fit_start("teacher", 5)
    listener.on_epoch_end(EpochEnd("teacher", 1, 5, {"loss": 0.5}))
    listener.on_fit_end("teacher", {"best_epoch": 1})


def test_the_base_class_hears_and_does_nothing() -> None:
    tell(Listener())


def test_stages_get_their_prefix() -> None:
    ear = Ear()
    tell(Staged(ear, "seed-003/"))
    stage = "seed-003/teacher"
    assert ear.heard == [(stage, 5), EpochEnd(stage, 1, 5, {"loss": 0.5}), (stage, {"best_epoch": 1})]
