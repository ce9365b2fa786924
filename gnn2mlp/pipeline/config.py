"""`RunConfig`: one object for Python, YAML and the command line."""

import os
from collections.abc import Mapping, Sequence
from numbers import Integral
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
import pydantic
import yaml

from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.environment import check_device_name
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.files import user_path, write_text
from gnn2mlp.core.registry import short_name
from gnn2mlp.core.showing import call
from gnn2mlp.core.spec import Spec, plain
from gnn2mlp.data import SPLITTERS
from gnn2mlp.data.datasets import resolve_dataset
from gnn2mlp.data.datasets.npz import Npz
from gnn2mlp.distill import Distiller
from gnn2mlp.distill.networks import check_inputs_of
from gnn2mlp.inputs import INPUTS
from gnn2mlp.methods import METHODS
from gnn2mlp.methods.composed import Composed
from gnn2mlp.objectives import Objective, check_draws
from gnn2mlp.pipeline.graphs.config import check_graph_words, check_is_no_set, resolve_graphs, told_of_graphs
from gnn2mlp.pipeline.links.config import check_teaches_nodes, check_unit, check_words, resolve_links, told
from gnn2mlp.pipeline.recipes import Recipe, filled_component, find
from gnn2mlp.pipeline.setting_errors import explain
from gnn2mlp.pipeline.task_words import GRAPH, LINK, parse_task
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS, Export, providing


def _user_path(value: Any, info: pydantic.ValidationInfo) -> Any:
    return user_path(value, str(info.field_name)) if isinstance(value, str | os.PathLike) else value


def _device(value: str) -> str:
    # Whether it is there is asked when work begins: settings are also read where nothing is computed.
    check_device_name(value)
    return value


def _threads(value: Any) -> Any:
    if value != "auto" and (not isinstance(value, int) or value < 1):
        raise ValueError("expected 'auto' or a number of at least 1")
    return value


# Of nodes the first two, of links the first and the last.
Setting = Literal["transductive", "inductive", "production"]
# Settings that several jobs have.
UserPath = Annotated[Path, pydantic.BeforeValidator(_user_path)]
Device = Annotated[str, pydantic.AfterValidator(_device)]
Threads = Annotated[int | Literal["auto"], pydantic.BeforeValidator(_threads)]


class Settings(pydantic.BaseModel):
    """What the configurations of all jobs have in common: immutable, strict about names, with errors in one sentence.

    A subclass says in `beside` which of its settings do not decide the result; every other one does.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    beside: ClassVar[Sequence[str]] = ()

    def __init__(self, **settings: Any):
        try:
            super().__init__(**settings)
        except pydantic.ValidationError as error:
            raise ConfigError(explain(error, type(self))) from error

    def to_dict(self) -> dict[str, Any]:
        """Plain types, for YAML and JSON; settings left open are omitted."""
        fields = self.model_dump(exclude_none=True)
        return {k: str(v) if isinstance(v, Path) else plain(v) for k, v in fields.items()}

    def __repr__(self) -> str:
        """The settings that were given."""
        return call(type(self).__name__, {name: getattr(self, name) for name in sorted(self.model_fields_set)})

    __str__ = __repr__

    def identity(self) -> dict[str, Any]:
        """The settings that decide the result. Call on a resolved configuration."""
        return {key: value for key, value in self.to_dict().items() if key not in self.beside}


class RunConfig(Settings):
    """Settings of a run; immutable. Components are given by name, mapping, `Spec` or object.

    What is left open is filled in by `resolve`: first from the settings published for the data set, then from the
    components' own defaults. The resolved form is saved beside each result and is itself a valid input.

    Args:
        dataset: registered name or path of an `.npz` file.
        split: how nodes get their roles, default: the data set's; of a link task how links do, see
            `gnn2mlp.data.links.LinkSplitter`.
        setting: `"transductive"`, or `"inductive"`: a part of the test nodes does not exist in training. Of a link task
            `"transductive"`, or `"production"`: some nodes appear after training.
        unseen_fraction: that part; 0.2 in the literature.
        teacher: which graph neural network teaches.
        export: how the teacher writes down what it knows, options of `Export`: draws, noise, top.
        method: how the student learns from it.
        student: the graph-free network; or `"gnn"`, a smaller graph neural network, which needs the graph to answer.
        decoder: of a link task, how two embeddings of the student become a score: `"hadamard"` (default) or `"dot"`.
        previous: folder of a student that is deployed (a run, a fit, or the student alone): the new one is to keep to
            its answers, and the report tells how many changed.
        previous_weight: how much, w in 0..1: the loss is (1 - w) · that of the method + w · KL(previous ‖ student); 0.5
            by default.
        train_on: of whole graphs, a condensed set, or the folder of `condense` with one for each seed: the teacher is
            trained on it in place of the training graphs.
        inputs: what makes the student's row of a node: `"features"`, or `"standardise"` for columns of different units.
        distill: options of `Distiller`: lr, weight_decay, epochs, patience, batch_size,
            rows_fraction.
        task: options of the data set's task that win over its own, such as `{"metric": "average_precision",
            "class_weight": "balanced", "threshold": "f1"}`. Or `"link"`, also `{"name": "link", "metric": "hits@20"}`:
            links are predicted, of any data set; teacher and method are then `"sage"` and `"llp"` by default. Or
            `"graph"`, also with options such as `{"name": "graph", "metric": "roc_auc"}`: whole graphs are predicted,
            of a data set of graphs; teacher, method and student are then `"gin"`, `"glnn"` and `"set_mlp"` by default.
        seeds: how many (0, 1, ...), or which; each seed has its own split, initialisation and batches.
        initialisation: which of several trainings on the split of a seed; 0 is the one that a run has anyway, others
            have the same split, and weights, batches and dropout of their own, teacher's and students' alike.
        out: folder of the results; default: `runs/` and a name that tells the configuration.
        data_root: folder with raw data, read only; default `$GNN2MLP_DATA`, else data are downloaded.
        cache: folder of trained teachers, their knowledge, and what language models made of texts; default
            `$GNN2MLP_CACHE` or the user's cache folder.
        device: `"auto"`, `"cpu"`, `"cuda"` or `"cuda:N"`.
        threads: CPU threads; `"auto"` takes one for graphs below 50,000 nodes, where more cost time, else all.
        latency: measure the latency per request at the end.
        refit: train the student that ships again, on all labels; default: for your own data (an `.npz` file), and not
            for benchmark data sets, where a run is for scores.
        recipe: fill in what is left open from settings that were chosen on validation for this data set and method,
            where the package has some. A resolved configuration says here which.
    """

    # Where things are, what is measured beside, and how many seeds: they decide no score.
    beside = ("seeds", "out", "data_root", "cache", "device", "threads", "latency", "refit", "recipe")

    dataset: Spec = Spec("digits")
    split: Spec | None = None
    setting: Setting = "transductive"
    unseen_fraction: float = pydantic.Field(default=0.2, gt=0, lt=1)
    teacher: Spec = Spec("gcn")
    export: dict[str, Any] = pydantic.Field(default_factory=dict)
    method: Spec = Spec("glnn")
    student: Spec = Spec("mlp")
    decoder: Spec | None = None
    previous: UserPath | None = None
    previous_weight: float | None = pydantic.Field(default=None, ge=0, le=1)
    train_on: UserPath | None = None
    inputs: Spec = Spec("features")
    distill: dict[str, Any] = pydantic.Field(default_factory=dict)
    task: dict[str, Any] | None = None
    seeds: tuple[int, ...] = (0, 1, 2)
    initialisation: int = pydantic.Field(default=0, ge=0)
    out: UserPath | None = None
    data_root: UserPath | None = None
    cache: UserPath | None = None
    device: Device = "auto"
    threads: Threads = "auto"
    latency: bool = True
    refit: bool | None = None
    recipe: bool | str = True

    @pydantic.field_validator("method", mode="before")
    @classmethod
    def _method(cls, value: Any) -> Any:
        return Composed(value).spec() if isinstance(value, Objective) else value

    @pydantic.field_validator("seeds", mode="before")
    @classmethod
    def _seeds(cls, value: Any) -> Any:
        return seeds_of(value)

    _task = pydantic.field_validator("task", mode="before")(parse_task)

    @pydantic.model_validator(mode="after")
    def _words(self) -> Self:
        if self.of_graphs:
            check_graph_words(self)
        else:
            check_words(self)
        if self.previous_weight is not None and self.previous is None:
            raise ConfigError("previous_weight: expected a deployed student to keep to; name one with --previous")
        return self

    @property
    def of_links(self) -> bool:
        """Whether links are predicted, and not what nodes are.

        Example:
            >>> RunConfig(task="link").of_links, RunConfig(task={"metric": "macro_f1"}).of_links
            (True, False)
        """
        return self.task is not None and self.task.get("name") == LINK

    @property
    def of_graphs(self) -> bool:
        """Whether whole graphs are predicted.

        Example:
            >>> RunConfig(task="graph", dataset="mutag").of_graphs
            True
        """
        return self.task is not None and self.task.get("name") == GRAPH

    def to_dict(self) -> dict[str, Any]:
        """Plain types, for YAML and JSON; settings left open are omitted, and so are those that the task has not."""
        settings = super().to_dict()
        return told_of_graphs(settings) if self.of_graphs else told(settings, self.of_links)

    @classmethod
    def from_yaml(cls, path: str | Path) -> Self:
        """Read a YAML file.

        Raises:
            ConfigError: if it is absent, not YAML, or not a mapping of settings.
        """
        return cls(**read_yaml(path))

    def resolve(self) -> "RunConfig":
        """The same run with every setting written out.

        Raises:
            UnknownNameError: for a name that is not registered; the message offers the nearest match.
            ConfigError: for an unknown or ill-typed option, a teacher that cannot provide what the method reads, or
                more draws of noise than are written down.
        """
        if self.of_graphs:
            return resolve_graphs(self)
        check_is_no_set(self)
        if self.of_links:
            return resolve_links(self)
        dataset = resolve_dataset(self.dataset)
        if self.method.name == "auto":
            raise ConfigError(
                "method: 'auto' searches for a method, which run and auto do; name a method, or with --out the folder "
                "of a run that has found one"
            )
        check_unit(self.method, "node")
        check_teaches_nodes(self.teacher)
        chosen = self.chosen_recipe()
        if chosen is not None:
            return self._following(chosen).resolve()
        recipe = dataset.recipe
        student = STUDENTS.get(self.student.name).with_recipe(self.student, recipe)
        distill = Spec("distill", **{**recipe.get("distill", {}), **self.distill})
        method = self.method.build(METHODS)
        method.check_student(student.build(STUDENTS))
        check_inputs_of(student.build(STUDENTS), self.inputs.build(INPUTS))
        export = Export(**Spec("export", **self.export).checked(Export, "export"))
        check_draws(method.build_objective().terms(), export.draws)
        teacher = providing(self.teacher, method.teacher_keys)
        teacher = TEACHERS.get(teacher.name).with_recipe(teacher, recipe.get("teacher", {}))
        return self.model_copy(
            update={
                "refit": isinstance(dataset, Npz) if self.refit is None else self.refit,
                "dataset": dataset.spec(),
                "split": (self.split or dataset.default_split()).resolved(SPLITTERS),
                "teacher": teacher.resolved(TEACHERS),
                "export": export.options(),
                "method": method.spec(),
                "student": student.resolved(STUDENTS),
                "inputs": self.inputs.resolved(INPUTS),
                "distill": Distiller(**distill.checked(Distiller, "distill")).options(),
            }
        )

    def chosen_recipe(self) -> Recipe | None:
        """The recipe of the package that fills in what this configuration leaves open; see `gnn2mlp.pipeline.recipes`.

        A teacher that was not named is the recipe's.
        """
        if self.recipe is not True:
            return None
        encoder = self.teacher.options.get("encoder") if self.teacher.name == "vq" else self.teacher
        named = None if encoder is None or "teacher" not in self.model_fields_set else Spec.parse(encoder).name
        return find(self.dataset.name, self.method.name, self.setting, named)

    def _following(self, recipe: Recipe) -> "RunConfig":
        """The same with the recipe's settings where it is silent."""
        settings = recipe.settings
        if "teacher" in self.model_fields_set:
            needs = self.method.build(METHODS).teacher_keys
            teacher = filled_component(providing(self.teacher, needs), settings.get("teacher"))
        else:
            teacher = Spec.parse(settings.get("teacher", recipe.when["teacher"][0]))
        return self.model_copy(
            update={
                "recipe": str(recipe),
                "teacher": teacher,
                "method": filled_component(self.method, settings.get("method")),
                "student": filled_component(self.student, settings.get("student")),
                "distill": {**settings.get("distill", {}), **self.distill},
            }
        )

    def to_yaml(self) -> str:
        """The YAML form, valid input of `from_yaml`."""
        return str(yaml.safe_dump(self.to_dict(), sort_keys=False, allow_unicode=True, width=120))

    def save(self, path: Path) -> None:
        """Write the YAML form."""
        write_text(path, self.to_yaml())

    def folder(self, job: str | None = None) -> Path:
        """Where results go: `out`, or a name under `runs/` made from the configuration. Call on a resolved one.

        Args:
            job: what is done; default: the method's name.
        """
        if self.out is not None:
            return self.out
        dataset = _shortened(Path(self.dataset.options.get("path", short_name(self.dataset.name))).stem)
        teacher, method = short_name(self.teacher.name), job or short_name(self.method.name)
        setting = "graphs" if self.of_graphs else self.setting
        parts = (dataset, teacher, method, setting, digest_json(self.identity())[:6])
        return Path("runs") / "-".join(parts)


def _shortened(name: str, most: int = 100) -> str:
    """As much of a name as leaves room for others in the name of a folder."""
    encoded = os.fsencode(name)
    return name if len(encoded) <= most else encoded[:most].decode(errors="ignore")


def differing(present: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """Names of the settings in which two identities differ, also of those that one of them leaves open.

    Example:
        >>> differing({"seed": 1, "task": {"metric": "f1"}}, {"seed": 2})
        'seed and another task'
    """
    return " and another ".join(key for key in {**wanted, **present} if present.get(key) != wanted.get(key))


def read_yaml(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The mapping in a YAML file, in UTF-8 whatever the locale; `ConfigError` if there is none."""
    try:
        content = yaml.safe_load(user_path(path, "config").read_bytes())
    except OSError as error:
        raise ConfigError(f"config: expected a YAML file at {path}, got: {error.strerror}") from error
    except yaml.reader.ReaderError as error:
        raise ConfigError(
            f"config: expected text in UTF-8 in {path}, got a byte or character that YAML has none of at position "
            f"{error.position}; save the file as UTF-8"
        ) from error
    except yaml.MarkedYAMLError as error:
        where = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ConfigError(f"config: {path} is not YAML{where}: {error.problem or error.context}") from error
    if content is None:
        raise ConfigError(f"config: expected settings such as 'dataset: digits' in {path}, which is empty")
    if not isinstance(content, dict):
        raise ConfigError(f"config: expected a mapping of settings in {path}, got {type(content).__name__}")
    return {str(key): value for key, value in content.items()}


def seeds_of(value: Any) -> tuple[int, ...]:
    """The seeds that a number of them or a list says.

    Raises:
        ValueError: if it says none, or what is no seed.

    Example:
        >>> seeds_of(3), seeds_of([4, 7])
        ((0, 1, 2), (4, 7))
    """
    given = value.tolist() if isinstance(value, np.ndarray | np.generic) else value
    if isinstance(given, bool) or not isinstance(given, int | Sequence) or isinstance(given, str):
        raise ValueError("expected a number of seeds or a list of them")
    seeds = [*range(given)] if isinstance(given, int) else [*given]
    whole = all(isinstance(seed, Integral) and not isinstance(seed, bool) for seed in seeds)
    if not seeds or not whole or len(set(seeds)) < len(seeds) or min(seeds) < 0:
        raise ValueError("expected at least one seed, all different, none negative")
    return tuple(int(seed) for seed in seeds)
