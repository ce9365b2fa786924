"""Models side by side: means and their spreads, differences with intervals, ranks over data sets."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from statistics import fmean, pstdev
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.errors import ConfigError, nearest
from gnn2mlp.core.showing import short_repr
from gnn2mlp.evaluate import Paired, Ranking, paired, ranked
from gnn2mlp.studies.reading import Score

ROLES = ("teacher", "mlp", "plain", "student")
# The metric that goes without saying.
USUAL = "accuracy"


class Task(NamedTuple):
    """What scores are compared on: a data set, its setting, a population of nodes, and the metric's title."""

    dataset: str
    setting: str
    population: str
    metric: str = USUAL

    @property
    def called(self) -> str:
        """The data set, with the metric where it is not the usual one."""
        return self.dataset if self.metric == USUAL else f"{self.dataset} ({self.metric})"

    def __str__(self) -> str:
        return f"{self.called}, {self.setting}, {self.population} nodes"


@dataclass(frozen=True, eq=False)
class Row:
    """One model on one task.

    Args:
        task: where.
        model: its name.
        scores: of every split and initialisation.
    """

    task: Task
    model: str
    scores: Sequence[Score]

    @cached_property
    def by_split(self) -> dict[int, list[float]]:
        """Scores by seed of the split, one for each initialisation."""
        found: dict[int, list[float]] = {}
        for score in self.scores:
            value = score.at(self.task.population)
            if value is not None:
                found.setdefault(score.seed, []).append(value)
        return found

    @property
    def mean(self) -> float:
        """Mean over splits of the mean over their initialisations."""
        return fmean(map(fmean, self.by_split.values()))

    @property
    def split_std(self) -> float:
        """Standard deviation between the splits' means; 0 for one split."""
        return pstdev([fmean(values) for values in self.by_split.values()])

    @property
    def initialisation_std(self) -> float | None:
        """Root of the mean over splits of the variance between their initialisations; `None` for one of each."""
        several = [values for values in self.by_split.values() if len(values) > 1]
        return sqrt(fmean(pstdev(values) ** 2 for values in several)) if several else None

    @property
    def trainings(self) -> int:
        """How many there are."""
        return sum(map(len, self.by_split.values()))

    @property
    def ece(self) -> float | None:
        """Mean calibration error on these nodes; `None` where there is none."""
        errors = [score.line.get("ece", {}).get(score.role, {}).get(self.task.population) for score in self.scores]
        return fmean(errors) if errors and None not in errors else None

    @property
    def seconds(self) -> float:
        """Mean seconds of its training; a student's without its teacher's."""
        return fmean(score.seconds for score in self.scores)

    @property
    def needs_graph(self) -> bool:
        """Whether answers need the graph."""
        return any(score.needs_graph for score in self.scores)

    @property
    def share(self) -> bool:
        """Whether the metric is a share, told in per cent."""
        return bool(self.scores[0].line.get("metric", {}).get("share", True))

    @property
    def greater_is_better(self) -> bool:
        """Whether the metric is; that of an error is not."""
        return bool(self.scores[0].line.get("metric", {}).get("greater_is_better", True))

    @property
    def made_by(self) -> list[str]:
        """Versions and code that made the scores."""
        return sorted({score.made_by for score in self.scores})

    @property
    def homophily(self) -> tuple[float | None, float | None]:
        """Share of edges within a class, and the adjusted one; `None` where the lines do not tell."""
        graph = self.scores[0].line.get("graph", {})
        return graph.get("homophily"), graph.get("adjusted_homophily")

    def to_dict(self) -> dict[str, Any]:
        """Plain types, for CSV and JSON; shares are fractions."""
        edge, adjusted = self.homophily
        return {
            "dataset": self.task.dataset,
            "setting": self.task.setting,
            "population": self.task.population,
            "model": self.model,
            "metric": self.task.metric,
            "mean": self.mean,
            "std_between_splits": self.split_std,
            "std_between_initialisations": self.initialisation_std,
            "splits": len(self.by_split),
            "trainings": self.trainings,
            "calibration_error": self.ece,
            "seconds": self.seconds,
            "graph_at_inference": self.needs_graph,
            "homophily": edge,
            "adjusted_homophily": adjusted,
            "made_by": "; ".join(self.made_by),
        }


@dataclass(frozen=True, eq=False)
class Comparison:
    """All models on all tasks.

    Args:
        rows: one for each model and task.
        against: the model that others are compared with.
    """

    rows: Sequence[Row]
    against: str

    __repr__ = short_repr

    @property
    def models(self) -> list[str]:
        """Names, as they come: teachers first, then those without one, then students."""
        order = {role: place for place, role in enumerate(ROLES)}
        roles = {row.model: order[row.scores[0].role] for row in self.rows}
        return sorted(roles, key=lambda model: (roles[model], model))

    @property
    def tasks(self) -> list[Task]:
        """Where they are compared, as they come."""
        return list(dict.fromkeys(row.task for row in self.rows))

    def row(self, task: Task, model: str) -> Row | None:
        """A model on a task, if it has been scored there."""
        return self._by_place.get((task, model))

    @cached_property
    def _by_place(self) -> dict[tuple[Task, str], Row]:
        return {(row.task, row.model): row for row in self.rows}

    def difference(self, row: Row) -> Paired | None:
        """How much better the model is than the one that all are compared with, on shared splits; `None` without any.

        The corrected resampled t-test, see `gnn2mlp.evaluate.paired`. Of a metric that is better the smaller it is, the
        sign is turned: what is above 0 is better.
        """
        other = self.row(row.task, self.against)
        return None if other is None or other is row else paired_rows(row, other)

    def ranking(self, setting: str, rule: str = "wilcoxon", networks: bool = False) -> Ranking | None:
        """Ranks of the models on all data sets of a setting that have a score of each; `None` for fewer than two.

        Students that are graph neural networks are ranked apart, where `networks` asks for them.

        Models that were scored on fewer than half of the data sets are left out, so that one that was tried here and
        there leaves the others comparable. A data set that was scored by several metrics counts once, by the first.
        """
        first: dict[str, Task] = {}
        for task in self.tasks:
            if task.setting == setting:
                first.setdefault(task.dataset, task)
        tasks = list(first.values())
        of_networks = {row.model for row in self.rows if row.scores[0].of_network}
        named = [model for model in self.models if (model in of_networks) == networks]
        models = [m for m in named if 2 * sum((t, m) in self._by_place for t in tasks) >= len(tasks)]
        kept = [task for task in tasks if all((task, model) in self._by_place for model in models)]
        if len(kept) < 2 or len(models) < 2:
            return None
        scores = np.array([[self._merit(task, model) for model in models] for task in kept])
        return ranked(scores, models, rule)

    def frame(self) -> Any:
        """A row for each model and data set: mean, spreads, and the difference to the model compared with.

        Raises:
            ConfigError: if pandas is not installed.
        """
        from gnn2mlp.studies.tables import records  # which is about comparisons

        try:
            import pandas
        except ImportError as error:
            raise ConfigError("a frame takes pandas, which is not installed: pip install pandas") from error
        return pandas.DataFrame(records(self))

    def _repr_html_(self) -> str:
        from gnn2mlp.studies.cells import comparison_cell  # which is about comparisons

        return comparison_cell(self)

    def _merit(self, task: Task, model: str) -> float:
        """The mean, negative where less is better."""
        row = self._by_place[task, model]
        return row.mean if row.greater_is_better else -row.mean


def paired_rows(ours: Row, theirs: Row) -> Paired | None:
    """How two models on one task compare, on the splits and initialisations that both have; `None` without any."""
    population = ours.task.population
    mine, other = (
        [score.outcome(population) for score in row.scores if score.at(population) is not None]
        for row in (ours, theirs)
    )
    return paired(mine, other) if {o.seed for o in mine} & {o.seed for o in other} else None


def only(scores: Sequence[Score], models: Sequence[str] | None, against: str | None = None) -> list[Score]:
    """The scores of some models, and of the one that they are compared with; of all, where none is named.

    Raises:
        ConfigError: for a model that has no scores.
    """
    if not models:
        return list(scores)
    known = list(dict.fromkeys(score.model for score in scores))
    for name in models:
        if name not in known:
            raise ConfigError(f"compare: no model {name!r}{nearest(name, known)} (models: {', '.join(known)})")
    wanted = {*models, against or "mlp"}
    return [score for score in scores if score.model in wanted]


def compare(scores: Sequence[Score], population: str | None = None, against: str | None = None) -> Comparison:
    """Bring scores together by task and model.

    Args:
        scores: of any results, see `read_scores`.
        population: of nodes; default: unseen ones where they were scored, else all test nodes.
        against: the model that others are compared with; default: the plain MLP if there is one, else the first model.

    Raises:
        ConfigError: for a population or a model that has no scores.
    """
    found: dict[tuple[Task, str], list[Score]] = {}
    with_unseen = {(score.dataset, score.setting) for score in scores if score.at("unseen") is not None}
    for score in scores:
        wanted = population or ("unseen" if (score.dataset, score.setting) in with_unseen else "test")
        if score.at(wanted) is not None:
            task = Task(score.dataset, score.setting, wanted, score.metric)
            found.setdefault((task, score.model), []).append(score)
    if not found:
        known = sorted({name for score in scores for name in score.line[score.role]})
        raise ConfigError(
            f"compare: expected scores on {population or 'test'} nodes, got none"
            f"{nearest(population or '', known)} (scored: {', '.join(known)})"
        )
    made = Comparison([Row(task, model, some) for (task, model), some in found.items()], "")
    chosen = against or ("mlp" if "mlp" in made.models else made.models[0])
    if chosen not in made.models:
        raise ConfigError(
            f"compare: no model {chosen!r}{nearest(chosen, made.models)} (models: {', '.join(made.models)})"
        )
    return Comparison(made.rows, chosen)
