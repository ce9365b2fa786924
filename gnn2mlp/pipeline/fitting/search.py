"""The search of a fit: teacher, method, weights and student for a company's tables, judged by rows that are hidden."""

from pathlib import Path

import torch

from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.source import code_of
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.split import Split
from gnn2mlp.pipeline.config import RunConfig, read_yaml
from gnn2mlp.pipeline.fitting.config import FitConfig
from gnn2mlp.pipeline.fitting.encoding import Encoded
from gnn2mlp.pipeline.fitting.sizes import sized_distill, sized_teacher
from gnn2mlp.pipeline.fitting.stages import Listen, job_of
from gnn2mlp.pipeline.searching.clock import Clock
from gnn2mlp.pipeline.searching.composing import composed
from gnn2mlp.pipeline.searching.leaderboard import BOARD, PAGE, Leaderboard, searched
from gnn2mlp.pipeline.searching.rehearsals import Rehearsals
from gnn2mlp.pipeline.searching.search import Search, check_installed
from gnn2mlp.pipeline.searching.settings import auto_of
from gnn2mlp.pipeline.searching.space import Choice, Space
from gnn2mlp.pipeline.views import training_view
from gnn2mlp.report.auto_report import write_leaderboard

FOLDER, BEST = "search", "best.yaml"
# After a search teacher and student are trained twice, for the scores and on all labels; trees, a linear model and the
# importance of columns take some seconds more.
TRAININGS, BESIDE = 3.0, 20.0
_PARTS = ("teacher", "method", "student", "inputs")


def search(
    config: FitConfig, encoded: Encoded, split: Split, work: Path, device: torch.device, listen: Listen
) -> tuple[FitConfig, Leaderboard]:
    """The configuration that was found, resolved, and the board; read, if the same was searched before.

    Args:
        config: resolved, with the method `"auto"`. What differs from the defaults is kept.
        encoded: the columns as features.
        split: of the rows; those that test are not looked at.
        work: folder of what is kept.
        device: where to train.
        listen: gives the progress listener of the stage `"search"`.

    Raises:
        ConfigError: if optuna is not installed, or nothing can be tried.
    """
    check_installed()
    folder, rows = work / FOLDER, encoded.graph.num_nodes
    observed = training_view(encoded.graph, split)
    identity = digest_json([config.identity(), observed.digest, code_of(Search)])
    try:
        board = Leaderboard.load(folder / BOARD)
        if board.facts["asked"] == identity:
            return _with(config, RunConfig(**read_yaml(folder / BEST)), rows), board
    except ArtefactError:
        pass
    board, found = _searched(config, encoded, split, folder, device, listen)
    board = Leaderboard(board.rows, board.winner, board.verdict, {**board.facts, "asked": identity})
    found.save(folder / BEST)
    write_leaderboard(board.to_dict(), folder / PAGE)
    board.save(folder / BOARD)
    return _with(config, found, rows), board


def _searched(
    config: FitConfig, encoded: Encoded, split: Split, folder: Path, device: torch.device, listen: Listen
) -> tuple[Leaderboard, RunConfig]:
    auto, graph, rows = auto_of(config.method), encoded.graph, encoded.graph.num_nodes
    named = {part: getattr(config, part) for part in ("teacher", "student", "inputs") if _differs(config, part)}

    opened = Spec(auto.teachers[0]) if auto.teachers and "teacher" not in named else config.teacher
    space = Space.of(graph, auto, opened, named, config.distill, with_teacher=True)

    def make(choice: Choice) -> RunConfig:
        distill = sized_distill({**config.distill, **choice.distill}, rows)
        return composed(choice, opened, distill, lambda teacher: sized_teacher(teacher, rows))

    base = config.model_copy(update={"method": Spec("glnn"), "teacher": opened}).resolve(rows)
    outer = [(config.seed, training_view(graph, split))]
    job = job_of(base, encoded, folder, device, listen)
    rehearsals = Rehearsals(job, outer, auto.setting or "inductive", Clock(auto.seconds))
    found = Search(
        rehearsals,
        space,
        make,
        auto,
        seed=config.seed,
        reserve=lambda seconds: BESIDE + TRAININGS * seconds,
        with_teacher=True,
        told=listen("search"),
    )
    return searched(found, graph.name)


def _differs(config: FitConfig, part: str) -> bool:
    """Whether a component was named: it is not as it is if nobody says anything."""
    return bool(getattr(config, part) != FitConfig.model_fields[part].default)


def _with(config: FitConfig, found: RunConfig, rows: int) -> FitConfig:
    """The configuration with what was found in it, resolved."""
    parts = {part: getattr(found, part) for part in _PARTS}
    return config.model_copy(update={**parts, "distill": {**config.distill, **found.distill}}).resolve(rows)
