"""`auto`: search for teacher, method, weights and student within a time budget, then run the best and score it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.notebook import shown
from gnn2mlp.core.showing import short_repr
from gnn2mlp.core.source import code_of
from gnn2mlp.knowledge import Store
from gnn2mlp.pipeline.config import RunConfig, read_yaml
from gnn2mlp.pipeline.job import Job, Listen
from gnn2mlp.pipeline.opening import CONFIG, opened
from gnn2mlp.pipeline.run import RunResult, run
from gnn2mlp.pipeline.searching.clock import Clock
from gnn2mlp.pipeline.searching.leaderboard import BOARD, PAGE, Leaderboard, searched
from gnn2mlp.pipeline.searching.rehearsals import Rehearsals
from gnn2mlp.pipeline.searching.search import Search, check_installed
from gnn2mlp.pipeline.searching.settings import Auto, auto_of
from gnn2mlp.pipeline.searching.space import Choice, Space
from gnn2mlp.pipeline.views import training_view
from gnn2mlp.report.auto_report import write_leaderboard
from gnn2mlp.report.result_cells import leaderboard_cell

WORK, BEST = "search", "best.yaml"
# In so many splits of a run with several is searched, and seconds that a report and a latency measurement take.
VIEWS, REPORTING, TIMING = 3, 5.0, 20.0
_NAMED = ("teacher", "student", "inputs")
_SEARCHED = ("teacher", "method", "student", "inputs", "distill", "export")


@dataclass(frozen=True)
class AutoResult:
    """What a search and the run of its best leave behind.

    Args:
        leaderboard: all that was tried; `leaderboard.frame()` is a pandas frame.
        config: of the best, resolved.
        run: its scores and students, in the same folder; `None` if it was not run.
        out: the folder; the leaderboard is in `search/`, as page and JSON.
    """

    leaderboard: Leaderboard
    config: RunConfig
    run: RunResult | None
    out: Path

    __repr__ = short_repr

    def _repr_html_(self) -> str:
        return leaderboard_cell(self.leaderboard.to_dict()) + (self.run._repr_html_() if self.run else "")


def auto(
    config: RunConfig,
    listen: Listen = shown,
    listeners: Sequence[Listener] = (),
    refit: bool = True,
) -> AutoResult:
    """Search within the budget, on inner splits of what is observed, and run the best.

    What `config` names (teacher, student, inputs, options of the training) is kept; what it leaves open is searched.
    Judges are validation nodes of the first three splits, hidden from teacher and student (`gnn2mlp.data.rehearse`): no
    test label is looked at before the best is run. A validation node of one split may be a test node of another, as
    everywhere in this literature; a run of a single seed has no such node.

    What was interrupted continues: the same call reads what is known in place of training it.

    Args:
        config: with the method `"auto"`, whose options are those of `Auto`.
        listen: gives the progress listener of each stage of each seed; the search is the stage `"search"` of the first.
        listeners: told of every training of the best.
        refit: run the best: train it in each split and score it on the test nodes.

    Raises:
        ConfigError: for settings that cannot work, or if optuna is not installed.
        DataError: for data that cannot be learnt from. Both before any training.
    """
    settings, given = auto_of(config.method), _given(config)
    check_installed()
    base = _base(settings, given)
    folder = config.out or _folder(base, settings)
    with opened(base, folder / WORK, listen) as job:
        board, best = _searched(job, settings, given, base)
    chosen = RunConfig(**{**given, **best, "out": folder})
    if not refit:
        return AutoResult(board, chosen, None, folder)
    _make_way(folder, chosen)
    return AutoResult(board, chosen, run(chosen, listen, listeners), folder)


def _given(config: RunConfig) -> dict[str, Any]:
    """The settings that were named, but for the method."""
    return {key: getattr(config, key) for key in config.model_fields_set if key != "method"}


def _base(settings: Auto, given: dict[str, Any]) -> RunConfig:
    """Plain GLNN with all that was named: where the search starts from."""
    teacher = {"teacher": settings.teachers[0]} if settings.teachers and "teacher" not in given else {}
    return RunConfig(**{**teacher, **given, "method": "glnn"}).resolve()


def _folder(base: RunConfig, settings: Auto) -> Path:
    """Where results go if nobody says so: the same for every budget, as more time goes on with what is known."""
    asked = {key: value for key, value in settings.spec().options.items() if key not in ("budget", "trials")}
    path = base.folder("auto")
    return path.with_name(f"{path.name}{digest_json(asked)[:4]}")


def _searched(job: Job, settings: Auto, given: dict[str, Any], base: RunConfig) -> tuple[Leaderboard, dict[str, Any]]:
    """The board, and the settings of the best; read, if the same was searched before."""
    asked = {
        "auto": settings.spec().to_dict(),
        "base": base.identity(),
        "seeds": list(base.seeds),
        "named": sorted(given),
        "code": code_of(Search),
    }
    identity, place = digest_json(asked), job.folder / BOARD
    try:
        board = Leaderboard.load(place)
        if board.facts["asked"] == identity:
            return board, _parts(read_yaml(job.folder / BEST))
    except ArtefactError:
        pass
    board, best = _search(job, settings, given, base)
    best.model_copy(update={"out": None, "recipe": False}).save(job.folder / BEST)
    board = Leaderboard(board.rows, board.winner, board.verdict, {**board.facts, "asked": identity})
    write_leaderboard(board.to_dict(), job.folder / PAGE)
    board.save(place)
    return board, _parts(best.to_dict())


def _parts(config: Mapping[str, Any]) -> dict[str, Any]:
    """What a search decides, of a whole configuration."""
    return {**{part: config[part] for part in _SEARCHED}, "recipe": False}


def _search(job: Job, settings: Auto, given: dict[str, Any], base: RunConfig) -> tuple[Leaderboard, RunConfig]:
    def make(choice: Choice) -> RunConfig:
        teacher = {} if choice.teacher is None else {"teacher": choice.teacher}
        distill = {**given.get("distill", {}), **choice.distill}
        parts = {"method": choice.method, "student": choice.student, "inputs": choice.inputs, "distill": distill}
        return RunConfig(**{**given, **teacher, **parts}).resolve()

    named = {part: given[part] for part in _NAMED if part in given}
    space = Space.of(job.graph, settings, base.teacher, named, given.get("distill"))
    outer = [(seed, training_view(job.graph, job.split(seed))) for seed in base.seeds[:VIEWS]]
    own = Job(base, job.graph, job.folder, Store(job.folder), job.device, job.listen)
    assert base.setting != "production", "which is of links"
    rehearsals = Rehearsals(own, outer, settings.setting or base.setting, Clock(settings.seconds))
    after = REPORTING + (TIMING if base.latency else 0.0)
    search = Search(
        rehearsals,
        space,
        make,
        settings,
        seed=base.seeds[0],
        reserve=lambda seconds: after + 1.3 * seconds * len(base.seeds),
        told=job.listen(base.seeds[0], "search"),
    )
    return searched(search, job.graph.name)


def _make_way(folder: Path, chosen: RunConfig) -> None:
    """Let a run take the place of the one of an earlier search here; stages that are its own as well are read."""
    path = folder / CONFIG
    if path.exists() and RunConfig(**read_yaml(path)).resolve().identity() != chosen.resolve().identity():
        path.unlink()
