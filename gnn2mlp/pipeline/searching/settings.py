"""What is said of a search: how long, how often, among what."""

from pathlib import Path
from typing import Any

from gnn2mlp.core.durations import seconds_of
from gnn2mlp.core.errors import ConfigError, nearest
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.core.spec import Configurable, Spec, name_of
from gnn2mlp.data.split import Setting

DEFAULT_BUDGET = "10m"


class Auto(Configurable):
    """The settings of `method="auto"`: teacher, method, weights and student are searched for, and the best one is kept.

    Args:
        budget: how long all may take, search and last training: `"10m"`, `"1h30m"`, or seconds. Default: ten minutes,
            or no limit where `trials` says when to end.
        trials: how many configurations are tried at most. With it and without a budget the result depends on the seed
            alone.
        rehearsals: inner splits on which a configuration is judged; those that fall behind are given up earlier.
        finalists: so many of the best are judged on as many inner splits more before one is chosen; 0: none is.
        teachers: names of the teachers among which is searched; default: all that can read the data.
        methods: names of the methods; likewise.
        students: names of the students; likewise.
        setting: `"inductive"`: judges are taken out of the graph, as for nodes that are still to come;
            `"transductive"`: they stay in it without labels. Default: that of the run, else inductive.
        folder: of an estimator's search, which goes on there if it was interrupted; default: nothing is kept. A run
            and a fit keep theirs in their own folder.
        space: YAML file with what is varied, in place of the package's own (`space.yaml` beside this module).

    Raises:
        ConfigError: for a setting that cannot work.

    Example:
        >>> Auto(trials=20, methods=["glnn", "krd"]).seconds is None
        True
        >>> Auto().seconds
        600.0
    """

    name = "auto"
    citation = "Akiba et al., Optuna: A Next-generation Hyperparameter Optimization Framework, KDD 2019"

    def __init__(
        self,
        budget: str | float | None = None,
        trials: int | None = None,
        rehearsals: int = 4,
        finalists: int = 3,
        teachers: tuple[str, ...] | None = None,
        methods: tuple[str, ...] | None = None,
        students: tuple[str, ...] | None = None,
        setting: Setting | None = None,
        folder: str | None = None,
        space: str | None = None,
    ):
        self.budget = budget
        self.trials = trials
        self.rehearsals = rehearsals
        self.finalists = finalists
        self.teachers = teachers
        self.methods = methods
        self.students = students
        self.setting = setting
        self.folder = folder
        self.space = space
        if budget is not None:
            seconds_of(budget, "budget")
        check_at_least("method", 1, rehearsals=rehearsals, **({} if trials is None else {"trials": trials}))
        check_at_least("method", 0, finalists=finalists)
        if space is not None and not Path(space).is_file():
            raise ConfigError(f"method.space: expected a YAML file of what is varied, got {space!r}, which is none")

    @property
    def seconds(self) -> float | None:
        """The budget in seconds; `None`: no limit."""
        if self.budget is None:
            return None if self.trials is not None else seconds_of(DEFAULT_BUDGET)
        return seconds_of(self.budget, "budget")


def is_auto(method: Any) -> bool:
    """Whether a method, in any form in which one can be given, is the search.

    Example:
        >>> is_auto("auto"), is_auto({"name": "auto", "budget": "1m"}), is_auto("glnn")
        (True, True, False)
    """
    return name_of(method) == Auto.name


def auto_of(method: Any) -> Auto:
    """The settings of a search from its name, mapping, spec or object.

    Raises:
        ConfigError: for an option that there is none of, or that cannot work.
    """
    return Auto(**Spec.parse(method).checked(Auto, "method"))


def check_names(wanted: tuple[str, ...] | None, known: list[str], option: str) -> None:
    """Raise `ConfigError` if a name among which is to be searched is none."""
    for name in wanted or ():
        if name not in known:
            raise ConfigError(
                f"method.{option}: expected names among {', '.join(known)}, got {name!r}{nearest(name, known)}"
            )
