"""`Study`: teachers x methods x data sets x settings, splits and initialisations, as one YAML file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import pydantic

from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.errors import ConfigError, listing, nearest
from gnn2mlp.core.registry import short_name
from gnn2mlp.core.showing import short_repr
from gnn2mlp.core.spec import Spec, plain
from gnn2mlp.data.split import Setting
from gnn2mlp.pipeline.config import Device, RunConfig, Settings, Threads, UserPath, read_yaml, seeds_of

# Settings of a run that name a component.
COMPONENTS = ("dataset", "split", "teacher", "method", "student", "inputs")
# What a cell is called by; `skip` speaks of these.
AXES = ("dataset", "setting", "teacher", "method", "student", "override")
Override = tuple[str, dict[str, Any]] | None
_OWN = ("seeds", "initialisation", "out", "data_root", "cache", "device", "threads")


@dataclass(frozen=True)
class Cell:
    """One training of a study: a run of one seed with all of its settings.

    Args:
        labels: what it is called, by axis (`AXES`); an axis that the study leaves open is not there.
        config: resolved, of one seed and one initialisation.
    """

    labels: Mapping[str, str]
    config: RunConfig

    __repr__ = short_repr

    @property
    def seed(self) -> int:
        """Which split."""
        return self.config.seeds[0]

    @property
    def initialisation(self) -> int:
        """Which training on it."""
        return self.config.initialisation

    @cached_property
    def identity(self) -> str:
        """Digest of all settings that decide its scores, and of the seed."""
        return digest_json({"config": self.config.identity(), "seed": self.seed})

    def __str__(self) -> str:
        again = f", initialisation {self.initialisation}" if self.initialisation else ""
        return f"{' '.join(self.labels.values())}, split {self.seed}{again}"


class Study(Settings):
    """A grid of runs. Each entry of a list is a name, or a mapping with `name` and options.

    Args:
        name: of the study, for its folder and pages.
        datasets: registered names or paths of `.npz` files.
        settings: `transductive`, `inductive`, or both.
        teachers: which graph neural networks teach; without any, that of the recipe of each run.
        methods: how students learn.
        students: the graph-free networks; without any, that of the recipe of each run.
        overrides: by name, settings of a run that are laid over all others, such as
            `{wide: {student: {hidden: 1024}}}`; every one is a row of its own. `{plain: {}}` changes nothing.
        splits: how many seeds of splits (0, 1, ...), or which.
        initialisations: how many trainings on each split; they share it and differ in weights, batches and dropout.
        run: settings of all runs, as in `RunConfig`; options of a component without a name are for whichever it is.
        skip: cells that are left out, each a mapping of axes (dataset, setting, teacher, method, student, override) to
            a label or several.
        out: folder of the lines, of the runs and of the page; default: `studies/` and the name.
        keep_runs: leave each run in its folder, with its student, knowledge and report; else only its line is kept.
        data_root: folder with raw data; see `RunConfig`.
        cache: folder of trained teachers, shared by all runs.
        device: see `RunConfig`.
        threads: see `RunConfig`.

    Example:
        >>> study = Study(name="small", datasets=["digits"], teachers=["gcn", "sage"], methods=["glnn"], splits=2)
        >>> [str(cell) for cell in study.cells()]
        ['digits transductive gcn glnn, split 0', 'digits transductive sage glnn, split 0', \
'digits transductive gcn glnn, split 1', 'digits transductive sage glnn, split 1']
    """

    beside = ("out", "keep_runs", "data_root", "cache", "device", "threads")

    name: str
    datasets: tuple[Spec, ...]
    settings: tuple[Setting, ...] = ("transductive",)
    teachers: tuple[Spec, ...] = ()
    methods: tuple[Spec, ...] = (Spec("glnn"),)
    students: tuple[Spec, ...] = ()
    overrides: dict[str, dict[str, Any]] = pydantic.Field(default_factory=dict)
    splits: tuple[int, ...] = (0, 1, 2)
    initialisations: int = pydantic.Field(default=1, ge=1)
    run: dict[str, Any] = pydantic.Field(default_factory=dict)
    skip: tuple[dict[str, Any], ...] = ()
    out: UserPath | None = None
    keep_runs: bool = True
    data_root: UserPath | None = None
    cache: UserPath | None = None
    device: Device = "auto"
    threads: Threads = "auto"

    @pydantic.field_validator("datasets", "teachers", "methods", "students", "settings", mode="before")
    @classmethod
    def _several(cls, value: Any) -> Any:
        """One entry does for a list of one."""
        return [value] if isinstance(value, str | Mapping | Spec) else value

    @pydantic.field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        if Path(value).name != value:
            raise ValueError("expected a name for a folder in studies/; name another place as out")
        return value

    @pydantic.field_validator("splits", mode="before")
    @classmethod
    def _splits(cls, value: Any) -> Any:
        return seeds_of(value)

    @pydantic.field_validator("skip", mode="before")
    @classmethod
    def _skip(cls, value: Any) -> Any:
        rules = [value] if isinstance(value, Mapping) else value or ()
        for rule in rules:
            if not isinstance(rule, Mapping) or not rule:
                raise ValueError("expected mappings of axes to labels such as {teacher: sage, method: [krd, vqgraph]}")
            unknown = [axis for axis in rule if axis not in AXES]
            if unknown:
                raise ValueError(f"no axis {unknown[0]!r}{nearest(unknown[0], AXES)} (axes: {', '.join(AXES)})")
        return rules

    @classmethod
    def from_yaml(cls, path: str | Path) -> "Study":
        """Read a YAML file; its own name is that of the study, if it names none.

        Raises:
            ConfigError: if it is absent, not YAML, or not a study.
        """
        return cls(**{"name": Path(path).stem, **read_yaml(path)})

    @property
    def folder(self) -> Path:
        """Where lines, runs and the page go."""
        return self.out if self.out is not None else Path("studies") / self.name

    def cells(self) -> list[Cell]:
        """Every cell, all of them on the first split before any on the second, resolved: typos show before training.

        Raises:
            ConfigError: for a name or option that is not known, two cells of one name, or of one meaning, or a rule of
                `skip` that leaves out nothing.
        """
        self._check_skip()
        found: list[tuple[dict[str, str], RunConfig]] = []
        known: dict[str, dict[str, str]] = {}
        for labels, named, setting, override in self._every():
            if any(_fits(labels, rule) for rule in self.skip):
                continue
            try:
                first = RunConfig(**self._run_settings(named, setting, override)).resolve()
            except ConfigError as error:
                raise type(error)(f"study {self.name}, {' '.join(labels.values())}: {error}") from error
            if first.of_links or first.of_graphs:
                task, why = ("link", ", and links have several") if first.of_links else ("graph", " of nodes")
                raise ConfigError(
                    f"study {self.name}, {' '.join(labels.values())}: expected what nodes are to be predicted, got the "
                    f"task {task!r}; a study compares by one figure{why}: start gnn2mlp run for each"
                )
            identity = digest_json(first.identity())
            if identity in known:
                raise ConfigError(
                    f"study {self.name}: expected cells that differ, got the same settings as "
                    f"{' '.join(known[identity].values())!r} and {' '.join(labels.values())!r}; leave out one"
                )
            known[identity] = labels
            found.append((labels, first))
        if not found:
            raise ConfigError(
                f"study {self.name}: expected at least one cell, got none; name data sets, settings and methods, or "
                "skip less"
            )
        return [
            Cell(labels, config.model_copy(update={"seeds": (seed,), "initialisation": which}))
            for which, seed in product(range(self.initialisations), self.splits)
            for labels, config in found
        ]

    def _run_settings(self, named: Mapping[str, Spec], setting: str, override: Override) -> dict[str, Any]:
        """What a row of the study is to its runs."""
        given = {key: spec.to_dict() for key, spec in named.items()} | {"setting": setting}
        settings = merged(_named(self.run, given), given)
        settings = merged(settings, override[1]) if override is not None else settings
        return {**_without_own(settings), **self._surroundings()}

    def _every(self) -> Iterator[tuple[dict[str, str], dict[str, Spec], str, Override]]:
        """Labels, components, setting and override of each row, those that are skipped among them."""
        axes: list[Sequence[Any]] = [self.datasets, self.settings, self.teachers or [None], self.methods]
        axes += [self.students or [None], list(self.overrides.items()) or [None]]
        for dataset, setting, teacher, method, student, override in product(*axes):
            chosen = {"dataset": dataset, "teacher": teacher, "method": method, "student": student}
            named = {key: spec for key, spec in chosen.items() if spec is not None}
            labels = {
                "dataset": label_of(dataset),
                "setting": setting,
                **{key: label_of(spec) for key, spec in named.items() if key != "dataset"},
                **({} if override is None else {"override": override[0]}),
            }
            yield labels, named, setting, override

    def _check_skip(self) -> None:
        """Raise `ConfigError` for a label in `skip` that no row has: a typo would leave nothing out."""
        rows = [labels for labels, *_ in self._every()]
        for rule in self.skip:
            for axis, wanted in rule.items():
                known = list(dict.fromkeys(labels[axis] for labels in rows if axis in labels))
                for label in _listed(wanted):
                    if label not in known:
                        raise ConfigError(
                            f"study {self.name}, skip: no {axis} is called {label!r}{nearest(label, known)} "
                            f"({listing(known) or 'the study names none'})"
                        )

    def _surroundings(self) -> dict[str, Any]:
        given = {key: getattr(self, key) for key in ("data_root", "cache", "device", "threads")}
        return {key: value for key, value in given.items() if value is not None}


def _without_own(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a run, none of which are those that a study itself sets; latency is left out unless asked for."""
    if wrong := [key for key in _OWN if key in settings]:
        raise ConfigError(
            f"{wrong[0]!r} is no setting of single runs here; set it in the study itself, which has "
            "splits and initialisations in place of seeds and initialisation"
        )
    return {"latency": False, "refit": False, **settings}


def _named(settings: Mapping[str, Any], cell: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of all runs, in which options of a component without a name are for that of the cell."""
    made: dict[str, Any] = {}
    for key, value in settings.items():
        nameless = key in COMPONENTS and isinstance(value, Mapping) and "name" not in value
        made[key] = {"name": cell[key]["name"], **value} if nameless and key in cell else value
    return merged({}, made)


def label_of(spec: Spec) -> str:
    """A component's name, with the options that were given.

    Example:
        >>> label_of(Spec("glnn", temperature=2.0)), label_of(Spec("my/graph.npz"))
        ('glnn(temperature=2.0)', 'graph')
    """
    options = ",".join(f"{key}={_text(value)}" for key, value in plain(spec.options).items())
    name = Path(spec.name).stem if spec.name.endswith(".npz") else short_name(spec.name)
    return f"{name}({options})" if options else name


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return label_of(Spec.parse(value)) if "name" in value else ",".join(f"{k}={_text(v)}" for k, v in value.items())
    return f"[{'+'.join(map(_text, value))}]" if isinstance(value, list) else str(value)


def merged(settings: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a run with others laid over them, option by option within a component, unless that is another one.

    Example:
        >>> merged({"student": {"name": "mlp", "hidden": 64}}, {"student": {"dropout": 0.5}, "distill": {"lr": 0.1}})
        {'student': {'name': 'mlp', 'hidden': 64, 'dropout': 0.5}, 'distill': {'lr': 0.1}}
        >>> merged({"teacher": {"name": "gcn", "hidden": 64}}, {"teacher": "sage"})
        {'teacher': {'name': 'sage'}}
    """
    made = dict(settings)
    for key, value in over.items():
        below = made.get(key)
        if key in COMPONENTS:
            default = RunConfig.model_fields[key].default
            base = Spec.parse(below if below is not None else default).to_dict() if below or default else {}
            wanted = dict(value) if isinstance(value, Mapping) else Spec.parse(value).to_dict()
            same = wanted.get("name", base.get("name")) == base.get("name")
            made[key] = {**base, **wanted} if same else wanted
        elif isinstance(value, Mapping) and isinstance(below, Mapping):
            made[key] = merged(below, value)
        else:
            made[key] = value
    return made


def _fits(labels: Mapping[str, str], rule: Mapping[str, Any]) -> bool:
    """Whether a cell is one that a rule leaves out."""
    return all(labels.get(axis) in _listed(wanted) for axis, wanted in rule.items())


def _listed(wanted: Any) -> list[str]:
    """Labels, of which one needs no list; in YAML one may look like a number."""
    return [str(one) for one in (wanted if isinstance(wanted, list | tuple) else [wanted])]
