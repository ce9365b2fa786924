"""Trainings of few epochs, for programs that tests start: on their `PYTHONPATH`, where Python imports it first of all.

What pages and notebooks show has to run; how well it learns is shown by results, and not by tests.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

LOOP = "gnn2mlp.nn.loop"
# Enough for codes to be in use and scores to differ.
EPOCHS = 12


class _Short(importlib.abc.MetaPathFinder):
    """Finds the training loop as others do, and changes how long it trains once it is loaded."""

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> Any:
        if name != LOOP:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module
            spec.loader.exec_module = lambda module: (load(module), shorten(module))  # type: ignore[method-assign]
        return spec


def shorten(module: ModuleType) -> None:
    """Let `module.fit(training, state, epochs, ...)` train for `EPOCHS` epochs at most."""
    fit = module.fit
    module.fit = lambda training, state, epochs, **rest: fit(training, state, min(epochs, EPOCHS), **rest)  # type: ignore[attr-defined]


sys.meta_path.insert(0, _Short())
