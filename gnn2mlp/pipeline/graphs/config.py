"""The settings of a run that predicts whole graphs: what the words mean, what does not apply, what is filled in."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gnn2mlp.core.errors import ConfigError, nearest
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS
from gnn2mlp.data.graphs import GRAPH_DATASETS, is_folder_of_tables, resolve_graph_dataset
from gnn2mlp.distill import Distiller
from gnn2mlp.distill.graphs import check_inputs
from gnn2mlp.inputs import INPUTS
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline.task_words import GRAPH, task_options
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS

if TYPE_CHECKING:
    from gnn2mlp.pipeline.config import RunConfig

# What is taken where nothing is named.
DEFAULTS = {"dataset": "motif-graphs", "teacher": "graph_gin", "method": "glnn", "student": "set_mlp"}
# What a student is trained with where nobody says otherwise: those of nodes make seven steps of an epoch over NCI1.
DISTILL: Mapping[str, Any] = {"batch_size": 64, "weight_decay": 0.0}
# Options of methods that are left open: on nci1 soft labels alone taught less than labels did.
METHOD_OPTIONS: Mapping[str, Mapping[str, Any]] = {"glnn": {"hard_weight": 0.5}}
# In the names of teachers, so that `--teacher gin` means the one of graphs.
_PREFIX = "graph_"
# Settings that whole graphs have not, with the value that says nothing.
_ABSENT = {
    "setting": "transductive",
    "unseen_fraction": 0.2,
    "export": {},
    "decoder": None,
    "previous": None,
    "previous_weight": None,
}
_NO_SEARCH = "method: 'auto' searches for methods of nodes; for whole graphs name one, such as glnn"
_WHY = {
    "setting": "graphs that are tested never exist in training",
    "unseen_fraction": "graphs that are tested never exist in training",
    "export": "teachers of whole graphs write logits and hidden alone",
    "decoder": "it scores pairs of nodes",
}


def check_graph_words(config: "RunConfig") -> None:
    """Raise `ValueError` for settings that whole graphs have not."""
    for key, silent in _ABSENT.items():
        if getattr(config, key) != silent:
            why = _WHY.get(key, "it is of nodes")
            raise ValueError(f"{key}: {why}, and --task graph predicts whole graphs; leave it out")
    if config.method.name == "auto":
        raise ValueError(_NO_SEARCH)
    if config.refit:
        raise ValueError("refit: a student of graphs is the one that was scored; leave it out with --task graph")


def told_of_graphs(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings without those that whole graphs have not."""
    return {key: value for key, value in settings.items() if key not in _ABSENT}


def resolve_graphs(config: "RunConfig") -> "RunConfig":
    """The same run with every setting written out; see `RunConfig.resolve`."""
    dataset = resolve_graph_dataset(_named(config, "dataset"))
    recipe = dataset.recipe if config.recipe is True else {}
    method = graph_method(_named(config, "method"))
    teacher = graph_teacher(_named(config, "teacher"))
    student = graph_student(_named(config, "student"))
    inputs = config.inputs.build(INPUTS)
    check_inputs(inputs)
    distill = Spec("distill", **{**DISTILL, **recipe.get("distill", {}), **config.distill})
    return config.model_copy(
        update={
            "dataset": dataset.spec(),
            "split": (config.split or dataset.default_split()).resolved(SPLITTERS),
            "teacher": TEACHERS.get(teacher.name)
            .with_recipe(teacher, recipe.get("teacher", {}))
            .resolved(TEACHERS),
            "method": method.build(METHODS).spec(),
            "student": Spec(student.name, **{**recipe.get("student", {}).get(student.name, {}), **student.options})
            .resolved(STUDENTS),
            "inputs": inputs.spec(),
            "distill": Distiller(**distill.checked(Distiller, "distill")).options(),
            "task": {"name": GRAPH, **task_options(config.task)},
        }
    )  # fmt: skip


def check_is_no_set(config: "RunConfig") -> None:
    """Raise `ConfigError` if a data set or a student of whole graphs is named for a task of nodes or links."""
    name = config.dataset.name
    if name in GRAPH_DATASETS.classes or is_folder_of_tables(name):
        raise ConfigError(
            f"dataset {name!r} is a set of whole graphs: add --task graph (in Python: task='graph'), or name a data "
            "set whose nodes are linked, such as cpf-cora"
        )
    if STUDENTS.get(config.student.name).unit == GRAPH:
        raise ConfigError(
            f"student {config.student.name!r} reads the nodes of whole graphs: add --task graph (in Python: "
            "task='graph'), or name a student of nodes, such as mlp"
        )


def graph_teacher(spec: Spec) -> Spec:
    """The teacher of whole graphs of this name, with or without what its name begins with.

    Raises:
        ConfigError: if it answers for nodes or pairs alone, or there is none.

    Example:
        >>> graph_teacher(Spec("gin", hidden=32))
        Spec('graph_gin', hidden=32)
    """
    able = [name for name, cls in TEACHERS.classes.items() if cls.unit == GRAPH]
    for name in (spec.name, f"{_PREFIX}{spec.name}"):
        if (":" in name and TEACHERS.get(name).unit == GRAPH) or name in able:
            return Spec(name, **spec.options)
    short = [name.removeprefix(_PREFIX) for name in able]
    raise ConfigError(
        f"teacher {spec.name!r} does not answer for whole graphs{nearest(spec.name, short)}; expected one of "
        f"{', '.join(short)}"
    )


def _named(config: "RunConfig", part: str) -> Spec:
    """The component that the configuration names, or the one that is taken where it names none."""
    if part in config.model_fields_set:
        found: Spec = getattr(config, part)
        return found
    return Spec(DEFAULTS[part])


def graph_method(spec: Spec) -> Spec:
    """The method with the options that suit whole graphs; refuses one that predicts links."""
    if spec.name == "auto":
        raise ConfigError(_NO_SEARCH)
    spec = Spec(spec.name, **{**METHOD_OPTIONS.get(spec.name, {}), **spec.options})
    method = spec.build(METHODS)
    if method.unit == "pair":
        able = [name for name, cls in METHODS.classes.items() if cls.unit == "node" and not cls.needs_graph]
        raise ConfigError(
            f"method {spec.name!r} predicts links, and --task graph predicts whole graphs; expected one of rows that "
            f"need no links, such as {', '.join(name for name in ('glnn', 'mlp', 'embedding_match') if name in able)}"
        )
    return spec


def graph_student(spec: Spec) -> Spec:
    """The student, if it reads sets of nodes; raises `ConfigError` if it does not."""
    if STUDENTS.get(spec.name).unit == GRAPH:
        return spec
    able = [name for name, cls in STUDENTS.classes.items() if cls.unit == GRAPH]
    raise ConfigError(
        f"student {spec.name!r} reads single nodes, and --task graph predicts whole graphs; expected one that reads "
        f"sets of nodes: {', '.join(able)}"
    )
