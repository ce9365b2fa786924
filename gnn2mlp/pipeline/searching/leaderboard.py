"""What a search leaves behind: all that was tried, what was chosen, and what the choice is worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from statistics import fmean
from typing import Any

from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.core.files import read_json, write_json
from gnn2mlp.core.showing import short_repr
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.searching.chance import Difference, difference
from gnn2mlp.pipeline.searching.rehearsals import nodes_of
from gnn2mlp.pipeline.searching.search import Search, Trial
from gnn2mlp.report.result_cells import leaderboard_cell
from gnn2mlp.tasks import Task

FORMAT = 1
BOARD, PAGE = "leaderboard.json", "leaderboard.html"
_RIVALS = {"glnn": "plain GLNN", "mlp": "a plain MLP"}


@dataclass(frozen=True)
class Leaderboard:
    """Every configuration that was tried, best first.

    Args:
        rows: a mapping each: `number` in the order of trying, `label`, `state`, `score` and `scores` by inner split,
            `loss`, `seconds`, `proposed`, and teacher, method, student, inputs and distill with their options.
        winner: number of the one that was chosen.
        verdict: `sentence`, `warnings`, and the winner's difference to each reference with its interval.
        facts: metric, judges, budget, seconds spent, seed, and what was searched in.
    """

    rows: Sequence[Mapping[str, Any]]
    winner: int
    verdict: Mapping[str, Any]
    facts: Mapping[str, Any]

    __repr__ = short_repr

    @property
    def best(self) -> Mapping[str, Any]:
        """The row of the winner."""
        return next(row for row in self.rows if row["number"] == self.winner)

    def frame(self) -> Any:
        """All rows as a pandas frame, best first.

        Raises:
            ConfigError: if pandas is not installed.
        """
        try:
            import pandas
        except ImportError as error:
            raise ConfigError("a frame takes pandas, which is not installed: pip install pandas") from error
        nested = ("teacher", "method", "student", "inputs")
        flat = [{**row, **{part: (row[part] or {}).get("name") for part in nested}} for row in self.rows]
        return pandas.DataFrame(flat).set_index("number")

    def to_dict(self) -> dict[str, Any]:
        """Plain types, for JSON."""
        return {
            "format": FORMAT,
            "winner": self.winner,
            "verdict": dict(self.verdict),
            "facts": dict(self.facts),
            "trials": [dict(row) for row in self.rows],
        }

    def _repr_html_(self) -> str:
        return leaderboard_cell(self.to_dict())

    def save(self, path: Path) -> None:
        """Write it as JSON, in one step."""
        write_json(path, self.to_dict())

    @classmethod
    def load(cls, path: Path) -> "Leaderboard":
        """Read what `save` wrote.

        Raises:
            ArtefactError: if there is no leaderboard of this release.
        """
        found = read_json(path)
        try:
            return cls(found["trials"], found["winner"], found["verdict"], found["facts"])
        except (KeyError, TypeError) as error:
            raise ArtefactError(f"expected a leaderboard in {path}, got something else ({error})") from error


def searched(search: Search, dataset: str) -> tuple[Leaderboard, RunConfig]:
    """Carry a search out: its board, and the configuration that was chosen; arguments and errors as elsewhere."""
    winner = search.run()
    return leaderboard(search, winner, dataset), winner.config


def leaderboard(search: Search, winner: Trial, dataset: str) -> Leaderboard:
    """The board of a search that is over.

    Args:
        search: with its trials.
        winner: what `search.run` returned.
        dataset: name of the data.
    """
    rehearsals, clock = search.rehearsals, search.clock
    task = rehearsals.split(0).truth.task
    tried = sorted(search.trials, key=lambda trial: _order(trial, winner))
    numbers = range(max(1, len(winner.scores)))
    facts = {
        "dataset": dataset,
        "setting": rehearsals.setting,
        "metric": _told(task),
        "judges": nodes_of(rehearsals, numbers),
        "rehearsals": search.auto.rehearsals,
        "final": max(0, len(winner.scores) - search.auto.rehearsals),
        "outer_seeds": [seed for seed, _ in rehearsals.outer],
        "seed": search.seed,
        "budget": clock.budget,
        "spent": round(clock.spent, 1),
        "tried": len([trial for trial in search.trials if trial.scores]),
    }
    return Leaderboard([_row(trial) for trial in tried], winner.number, _verdict(search, winner, task), facts)


def _order(trial: Trial, winner: Trial) -> tuple[Any, ...]:
    """The winner, then by how far each came and how it was judged."""
    whole = trial.state == "judged"
    mean, loss = trial.rank if trial.scores else (0.0, 0.0)
    return (trial is not winner, not whole, not trial.scores, -mean, -loss, trial.number)


def _row(trial: Trial) -> dict[str, Any]:
    config = trial.config.to_dict()
    taught = bool(trial.config.method.build(METHODS).teacher_keys) and trial.state != "failed"
    return {
        "number": trial.number,
        "label": trial.label,
        "state": trial.state,
        "score": fmean(trial.scores) if trial.scores else None,
        "loss": fmean(trial.losses) if trial.losses else None,
        "scores": trial.scores,
        "seconds": round(trial.seconds, 2),
        "proposed": trial.proposed,
        "error": trial.error,
        "teacher": config["teacher"] if taught else None,
        **{part: config[part] for part in ("method", "student", "inputs", "distill")},
    }


def _told(task: Task) -> dict[str, Any]:
    metric = task.metrics[task.metric]
    greater = metric.greater_is_better
    return {"name": task.metric, "title": metric.title, "greater_is_better": greater, "share": metric.share}


def _verdict(search: Search, winner: Trial, task: Task) -> dict[str, Any]:
    """How the winner stands to the references, corrected for how many were looked at."""
    looks = len([trial for trial in search.trials if trial.scores])
    found: dict[str, Any] = {"looks": looks, "against": {}}
    warnings = []
    for name, trial in search.references.items():
        common = range(min(len(winner.scores), len(trial.scores)))
        if trial is winner or not len(common):
            continue
        gap = difference(search.rehearsals, winner.config, trial.config, common)
        reach = gap.reach(looks)
        ends = {"low": gap.value - reach, "high": gap.value + reach} if reach < inf else {"low": None, "high": None}
        found["against"][name] = {**gap._asdict(), **ends, **({} if reach < inf else {"error": None})}
        if not gap.beyond(looks):
            stands = "behind" if gap.value < -reach else "within chance of"
            warnings.append(
                f"The best is {stands} {_RIVALS[name]}: {_signed(gap, task, looks)} on {gap.nodes:,} judging nodes, "
                f"{looks} configurations looked at."
            )
    if not winner.scores:
        warnings.append(
            "The time was over before anything was judged: plain GLNN is taken unseen; give a larger budget."
        )
    elif looks == 1:
        warnings.append("The time was over before anything else was judged: plain GLNN is taken; give a larger budget.")
    return {**found, "sentence": _sentence(search, winner, warnings), "warnings": warnings}


def _sentence(search: Search, winner: Trial, warnings: Sequence[str]) -> str:
    tried = len([trial for trial in search.trials if trial.scores])
    if tried < 2:
        return f"Nothing {'else ' * tried}was judged: plain GLNN is taken."
    if winner is search.references.get("glnn"):
        return f"Of {tried} configurations none was better than plain GLNN."
    if winner is search.references.get("mlp"):
        meaning = "nothing shows that distilling pays here" if warnings else "distilling does not pay here"
        return f"Of {tried} configurations none was better than a plain MLP: {meaning}."
    beyond = "" if warnings else ", beyond chance ahead of plain GLNN and of a plain MLP"
    return f"Of {tried} configurations the best is {winner.label}{beyond}."


def _signed(gap: Difference, task: Task, looks: int) -> str:
    """The difference in the metric's own sign: of an error, below 0 where the best is better."""
    metric = task.metrics[task.metric]
    scale, unit = (100, " points") if metric.share else (1, "")
    own = 1 if metric.greater_is_better else -1
    return f"{own * scale * gap.value:+.2g} ± {scale * gap.reach(looks):.2g}{unit}".replace("-", "\N{MINUS SIGN}")
