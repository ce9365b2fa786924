"""`FitConfig`: one object for Python, YAML and the command line, of what `fit` does with which tables."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pydantic

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS
from gnn2mlp.distill import Distiller
from gnn2mlp.inputs import INPUTS
from gnn2mlp.methods import METHODS
from gnn2mlp.objectives import check_draws
from gnn2mlp.pipeline.config import Device, Settings, Threads, UserPath, read_yaml
from gnn2mlp.pipeline.fitting.sizes import sized_distill, sized_teacher
from gnn2mlp.pipeline.searching.settings import auto_of, is_auto
from gnn2mlp.pipeline.task_words import refuse_graphs
from gnn2mlp.students import STUDENTS, check_graph_free
from gnn2mlp.tables.edges import check_end_names
from gnn2mlp.tasks import TASKS
from gnn2mlp.teachers import TEACHERS, Export, providing

# Shares of the labelled rows where a hash of their ids decides; of those that test, half are unseen.
_HASHED = Spec("hash", train=0.5, valid=0.2, every_class=False)
_TASKS = ("classification", "multi_label", "regression")


def label_columns(value: Any) -> tuple[str, ...]:
    """The names of one column of labels or several; raises `ValueError` for what are none."""
    names = (value,) if isinstance(value, str) else value
    if not isinstance(names, Sequence) or not names or len({*names}) < len(names):
        raise ValueError("expected the name of a column, or several, each once")
    return tuple(names)


class FitConfig(Settings):
    """Settings of `gnn2mlp.pipeline.fit`; immutable. Components are given by name, mapping, `Spec` or object.

    Args:
        nodes: table of the nodes, a row each: CSV, Parquet, Arrow or Feather.
        edges: table of the edges, with a column of ids for each end.
        out: folder of the model.
        id: the column of the nodes that holds their ids, of any type.
        label: the column of labels, empty where unknown; several of them for several labels or targets.
        task: `"classification"` (default), `"multi_label"` (default of several columns) or `"regression"`, with its
            options: `{"name": "classification", "metric": "macro_f1", "class_weight": "balanced"}`.
        source: the column of the edges that holds one end; default: `source`, `src`, `from`, ..., or the first one.
        target: the other end; likewise.
        weight: the column of weights of edges; default: `weight`, if there is one.
        directed: messages pass from source to target alone, in place of both ways.
        columns: how columns are encoded, where their type is not to decide: `{"price": "log", "notes": "drop"}`.
        split: how nodes get their roles; default: `"hash"` of their ids, or as the next two say.
        time: a column of dates, times or numbers: the latest labelled rows are unseen (split `"time"`).
        group: a column: whole groups are unseen (split `"group"`).
        unseen: with split `"hash"`, share of the test rows that do not exist in training.
        teacher: which graph neural network teaches.
        method: how the student learns from it; `"auto"` searches for teacher, method, weights and student, with the
            options of `gnn2mlp.pipeline.Auto`, and keeps what differs from the defaults.
        student: the graph-free network.
        previous: folder of a model that is deployed, such as an earlier fit's: the new one is to keep to its answers,
            and the report tells how many changed.
        previous_weight: how much, w in 0..1: the loss is (1 - w) · that of the method + w · KL(previous ‖ student); 0.5
            by default.
        warm_start: folder of a model that is deployed, as `previous`, from whose weights training starts besides, as
            far as architecture, classes and features are the same.
        tradeoff: with a deployed model, train the student with other weights of keeping to it, too, and draw accuracy
            against the share of changed answers; of tasks with one class a row alone.
        inputs: what makes the student's row of the encoded columns.
        distill: options of `Distiller`.
        refit: train what ships again, on all labels.
        replace: of a model of other tables or settings in `out`: it is replaced, and nothing of it is left.
        left_out: measure how well foreign rows are told, on a teacher and a student more that never met the rarest
            class of at least 20 rows.
        seed: of hashes, initialisation, batches and dropout.
        device: `"auto"`, `"cpu"`, `"cuda"` or `"cuda:N"`.
        threads: CPU threads; `"auto"`: one below 50,000 rows, else all.
    """

    # Where things are, and on how many threads torch computes. What is in the tables decides; that is compared apart.
    beside = ("nodes", "edges", "out", "device", "threads", "replace")

    nodes: UserPath
    edges: UserPath
    out: UserPath | None = None
    id: str
    label: tuple[str, ...]
    task: Spec | None = None
    source: str | None = None
    target: str | None = None
    weight: str | None = None
    directed: bool = False
    columns: dict[str, Any] = pydantic.Field(default_factory=dict)
    split: Spec | None = None
    time: str | None = None
    group: str | None = None
    unseen: float = pydantic.Field(default=0.5, gt=0, lt=1)
    teacher: Spec = Spec("sage")
    method: Spec = Spec("glnn")
    student: Spec = Spec("mlp")
    previous: UserPath | None = None
    previous_weight: float | None = pydantic.Field(default=None, ge=0, le=1)
    warm_start: UserPath | None = None
    tradeoff: bool = False
    inputs: Spec = Spec("features")
    distill: dict[str, Any] = pydantic.Field(default_factory=dict)
    refit: bool = True
    replace: bool = False
    left_out: bool = False
    seed: int = pydantic.Field(default=0, ge=0)
    device: Device = "auto"
    threads: Threads = "auto"

    @pydantic.field_validator("label", mode="before")
    @classmethod
    def _label(cls, value: Any) -> Any:
        return label_columns(value)

    @classmethod
    def from_yaml(cls, path: str | Path) -> "FitConfig":
        """Read a YAML file.

        Raises:
            ConfigError: if it is absent, not YAML, or not a mapping of settings.
        """
        return cls(**read_yaml(path))

    @property
    def seeds(self) -> Sequence[int]:
        """The one seed."""
        return (self.seed,)

    @property
    def taken(self) -> tuple[str, ...]:
        """Columns of the nodes that are no features: ids and labels, and what is split by, unless it has an encoder."""
        by = [name for name in (self.time, self.group) if name is not None and name not in self.columns]
        return (self.id, *self.label, *by)

    @property
    def deployed(self) -> Path | None:
        """The folder of the model that is deployed, if one was named."""
        return self.warm_start or self.previous

    def _check_deployed(self) -> None:
        if self.warm_start is not None and self.previous is not None and self.warm_start != self.previous:
            raise ConfigError(
                f"warm_start, previous: expected one deployed model, got {self.warm_start} and {self.previous}; name "
                "it with warm_start alone, which keeps to its answers, too"
            )
        if self.deployed is not None and self.out is not None and self.deployed.resolve() == self.out.resolve():
            raise ConfigError(
                f"out: expected another folder than that of the deployed model, got {self.out}; the next version is "
                "compared with it"
            )
        for option, given in (("tradeoff", self.tradeoff), ("previous_weight", self.previous_weight is not None)):
            if given and self.deployed is None:
                raise ConfigError(
                    f"{option}: expected a deployed model to keep to; name one with --warm-start or --previous"
                )

    def resolve(self, rows: int) -> "FitConfig":
        """The same for a table of so many rows, with every setting written out.

        Where teacher and training of the student are left open, they depend on the number of rows; see
        `gnn2mlp.pipeline.fitting.sizes`.

        Raises:
            UnknownNameError: for a name that is not registered; the message offers the nearest match.
            ConfigError: for an option that cannot work, or a teacher that cannot provide what the method reads.
        """
        self._check_deployed()
        check_end_names(self.source, self.target)
        if not self.inputs.build(INPUTS).of_features:
            raise ConfigError(f"inputs: {self.inputs.name!r} read more than columns, which are all that ships")
        check_graph_free(self.student.name, "gnn2mlp fit")
        if is_auto(self.method):
            left_open = {"task": self._task(), "split": self._split().resolved(SPLITTERS)}
            return self.model_copy(update={**left_open, "method": auto_of(self.method).spec()})
        method = self.method.build(METHODS)
        if method.needs_graph:
            raise ConfigError(
                f"method: the student of {self.method.name!r} reads the graph when it answers, and what ships reads "
                "columns alone; take method.positions=null, or gnn2mlp run"
            )
        if not method.teacher_keys:
            raise ConfigError(f"method: {self.method.name!r} has no teacher; a plain MLP is trained beside any other")
        check_draws(method.build_objective().terms(), Export().draws)
        teacher = providing(self.teacher, method.teacher_keys)
        distill = Spec("distill", **sized_distill(self.distill, rows)).checked(Distiller, "distill")
        return self.model_copy(
            update={
                "task": self._task(),
                "split": self._split().resolved(SPLITTERS),
                "teacher": sized_teacher(teacher, rows).resolved(TEACHERS),
                "method": method.spec(),
                "student": self.student.resolved(STUDENTS),
                "inputs": self.inputs.resolved(INPUTS),
                "distill": Distiller(**distill).options(),
            }
        )

    def _task(self) -> Spec:
        task = self.task or Spec("multi_label" if len(self.label) > 1 else "classification")
        if task.name not in _TASKS:
            refuse_graphs(task.name)
            TASKS.get(task.name)  # the nearest name, if it is none
            if task.name == "link":
                raise ConfigError(
                    "task: 'link' reads no labels; take LinkFitConfig, or on the command line --task link"
                )
            raise ConfigError(f"task: expected one of {', '.join(_TASKS)}, got {task.name!r}")
        if task.name == "classification" and len(self.label) > 1:
            raise ConfigError(
                f"label: expected one column of classes, got {len(self.label)}; for several labels leave task out"
            )
        return task

    def _split(self) -> Spec:
        by: Mapping[str, str | None] = {"time": self.time, "group": self.group}
        named = [name for name, column in by.items() if column is not None]
        if len(named) > 1:
            raise ConfigError(f"split: expected a column of times or one of groups, got both; leave one out of {by}")
        if self.split is None:
            return Spec(named[0], every_class=False) if named else _HASHED
        if self.split.name in by and by[self.split.name] is None:
            raise ConfigError(f"split: {self.split.name!r} goes by a column; name it with --{self.split.name} COLUMN")
        if named and self.split.name != named[0]:
            raise ConfigError(f"split: {self.split.name!r} does not go by the column --{named[0]} {by[named[0]]}")
        known = SPLITTERS.get(self.split.name).constructor_options()
        filled = _HASHED.options if self.split.name == "hash" else {"every_class": False}
        return Spec(self.split.name, **{k: v for k, v in filled.items() if k in known}).override(**self.split.options)
