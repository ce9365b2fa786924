"""An estimator's search. Loads the training side of the package; the estimator imports it in `fit` alone."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from gnn2mlp.core.errors import SearchWarning
from gnn2mlp.core.files import scratch, user_path
from gnn2mlp.core.progress import Progress
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import Observed
from gnn2mlp.knowledge import Store
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.searching.clock import Clock
from gnn2mlp.pipeline.searching.composing import composed
from gnn2mlp.pipeline.searching.leaderboard import BOARD, PAGE, Leaderboard, searched
from gnn2mlp.pipeline.searching.rehearsals import Rehearsals
from gnn2mlp.pipeline.searching.search import Search, check_installed
from gnn2mlp.pipeline.searching.settings import Auto, auto_of
from gnn2mlp.pipeline.searching.space import Space
from gnn2mlp.report.auto_report import write_leaderboard

# What an estimator has if nobody says anything: it is searched for, all else is kept.
DEFAULTS = {"teacher": "sage", "student": "mlp", "inputs": "features"}


@dataclass(frozen=True, eq=False)
class Searching:
    """What an estimator searches for, checked before any data are looked at.

    Args:
        auto: how long, how often, among what.
        given: teacher, student and inputs, as they were given; those that are not the defaults are kept.
        distill: options of the student's training, which are kept.
        folder: where the search is kept, so that it can go on; `None`: nowhere.
    """

    auto: Auto
    given: Mapping[str, Spec]
    distill: Mapping[str, Any]
    folder: Path | None

    @classmethod
    def make(cls, method: Any, given: Mapping[str, Any], distill: Mapping[str, Any] | None) -> "Searching":
        """Read the settings.

        Raises:
            ConfigError: for one that cannot work, or if optuna is not installed.
        """
        check_installed()
        auto = auto_of(method)
        folder = None if auto.folder is None else user_path(auto.folder, "method.folder")
        return cls(auto, {part: Spec.parse(value) for part, value in given.items()}, dict(distill or {}), folder)

    @property
    def named(self) -> dict[str, Spec]:
        """What is kept."""
        return {part: spec for part, spec in self.given.items() if spec != Spec(DEFAULTS[part])}

    def search(self, observed: Observed, seed: int, device: torch.device, progress: Progress) -> "Found":
        """Search on inner splits of what is observed.

        Args:
            observed: all that was given to `fit`.
            seed: of the search, and of all that is trained.
            device: where to train.
            progress: told how far it is.
        """
        if self.folder is not None:
            return self._in(self.folder, observed, seed, device, progress)
        with scratch() as folder:
            return self._in(folder, observed, seed, device, progress)

    def _in(self, folder: Path, observed: Observed, seed: int, device: torch.device, progress: Progress) -> "Found":
        opened = Spec(self.auto.teachers[0]) if self.auto.teachers else self.given["teacher"]
        space = Space.of(observed.graph, self.auto, opened, self.named, self.distill)
        base = composed(space.plain("glnn"), opened, self.distill)
        job = Job(base, observed.graph, folder, Store(folder), device, lambda *_: progress)
        setting = self.auto.setting or "inductive"
        search = Search(
            Rehearsals(job, [(seed, observed)], setting, Clock(self.auto.seconds)),
            space,
            lambda choice: composed(choice, opened, self.distill),
            self.auto,
            seed=seed % 2**32,
            told=progress,
        )
        board, config = searched(search, observed.graph.name)
        if self.folder is not None:
            board.save(folder / BOARD)
            write_leaderboard(board.to_dict(), folder / PAGE)
        for text in board.verdict["warnings"]:
            warnings.warn(text, SearchWarning, stacklevel=2)
        return Found(board, config)


@dataclass(frozen=True, eq=False)
class Found:
    """What was found: the board, and the components of the best."""

    leaderboard: Leaderboard
    config: RunConfig

    def components(self) -> dict[str, Any]:
        """Teacher, method, student, inputs and options of the training, as an estimator takes them."""
        parts = ("teacher", "method", "student", "inputs", "distill")
        return {part: getattr(self.config, part) for part in parts}

    def told(self) -> dict[str, Any]:
        """What the student's card says of the search."""
        board = self.leaderboard
        return {"sentence": board.verdict["sentence"], "warnings": list(board.verdict["warnings"]), **board.facts}
