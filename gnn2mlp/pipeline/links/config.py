"""The settings of a run that predicts links: what the words mean, what does not apply, and what is filled in."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets import DATASETS, resolve_dataset
from gnn2mlp.data.datasets.npz import Npz
from gnn2mlp.data.links import LINK_SPLITTERS
from gnn2mlp.decoders import DECODERS
from gnn2mlp.distill import Distiller
from gnn2mlp.inputs import INPUTS
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline.recipes import Recipe, filled_component, find
from gnn2mlp.pipeline.task_words import LINK, task_options
from gnn2mlp.students import STUDENTS, check_graph_free
from gnn2mlp.tasks import LinkPrediction
from gnn2mlp.teachers import TEACHERS, Export, providing

if TYPE_CHECKING:
    from gnn2mlp.pipeline.config import RunConfig

# What is taken where nothing is named.
DEFAULTS = {"teacher": "sage", "method": "llp", "decoder": "hadamard", "split": "edges"}
# Where the usual teacher cannot write what the method reads.
_OTHER_TEACHER = "heuristic"
# Settings of nodes, with the value that says nothing.
_OF_NODES = {"unseen_fraction": 0.2, "previous": None, "previous_weight": None}
# A teacher of links answers for pairs of nodes; every such kind writes this key.
_SCORES = frozenset({"context_scores"})
# What other teachers say something of.
_CALLED = {"node": "nodes", "graph": "whole graphs"}


def check_words(config: "RunConfig") -> None:
    """Raise `ValueError` for settings that nodes have and links have not, or the other way round."""
    if config.train_on is not None:
        raise ValueError("train_on: condensed sets are of whole graphs (--task graph); leave it out")
    if not config.of_links:
        if config.setting == "production":
            raise ValueError(
                "setting: 'production' is of links (--task link); for nodes expected 'transductive' or 'inductive'"
            )
        if config.decoder is not None:
            raise ValueError("decoder: it scores pairs of nodes, of which only --task link predicts anything")
        return
    if config.setting == "inductive":
        raise ValueError(
            "setting: 'inductive' is of nodes; for links expected 'transductive' or 'production', in which some nodes "
            "appear after training"
        )
    if config.method.name == "auto":
        raise ValueError(_no_search())
    for key, silent in _OF_NODES.items():
        if getattr(config, key) != silent:
            more = "; the share of new nodes is --set split.new_nodes" if key == "unseen_fraction" else ""
            raise ValueError(f"{key}: it is of nodes, and --task link predicts links; leave it out{more}")
    if config.refit:
        raise ValueError("refit: a student of links is the one that was scored; leave it out with --task link")


def told(settings: dict[str, Any], of_links: bool) -> dict[str, Any]:
    """The settings without those that links have not."""
    return {key: value for key, value in settings.items() if key not in _OF_NODES} if of_links else settings


def of_unit(unit: str) -> list[str]:
    """Names of the methods that predict `"node"` or `"pair"`."""
    return [name for name, cls in METHODS.classes.items() if cls.unit == unit]


def _no_search() -> str:
    return f"method: 'auto' searches for methods of nodes; for links expected one of {', '.join(of_unit('pair'))}"


def check_unit(method: Spec, unit: str) -> None:
    """Raise `ConfigError` if a method predicts links where nodes are asked for, or the other way round."""
    if method.name == "auto" and unit == "pair":
        raise ConfigError(_no_search())
    if method.build(METHODS).unit == unit:
        return
    if unit == "node":
        raise ConfigError(
            f"method {method.name!r} predicts links: add --task link (in Python: task='link'), or name a method of "
            f"nodes: {', '.join(of_unit(unit))}"
        )
    raise ConfigError(
        f"method {method.name!r} says what nodes are, and --task link predicts links; expected one of "
        f"{', '.join(of_unit(unit))}"
    )


def resolve_links(config: "RunConfig") -> "RunConfig":
    """The same run with every setting written out; see `RunConfig.resolve`.

    What was published for the nodes of a data set is not taken: it was chosen for other networks and another loss.
    """
    dataset = resolve_dataset(config.dataset)
    if isinstance(dataset, Npz) and "target" not in config.dataset.options:
        # Which asks for no labels.
        dataset = dataset.spec().override(target="links").build(DATASETS)
    method = config.method if "method" in config.model_fields_set else Spec(DEFAULTS["method"])
    check_unit(method, "pair")
    recipe = _recipe(config, method)
    settings: Mapping[str, Any] = {} if recipe is None else recipe.settings
    built = filled_component(method, settings.get("method")).build(METHODS)
    task = Spec(LINK, **task_options(config.task))
    inputs = config.inputs.build(INPUTS)
    if not inputs.of_features:
        able = [name for name in INPUTS.names() if not _needs_graph(name)]
        raise ConfigError(
            f"inputs {config.inputs.name!r} reads more than features, and links are told by these; expected one of "
            f"{', '.join(able)}"
        )
    check_graph_free(config.student.name, "--task link")
    split = config.split or Spec(DEFAULTS["split"])
    if not isinstance(config.recipe, str):  # whose shares are of either setting
        check_new_nodes(split, config.setting)
    decoder = config.decoder or Spec(DEFAULTS["decoder"])
    teacher = link_teacher(config.teacher if "teacher" in config.model_fields_set else None, built.teacher_keys)
    export = Spec("export", **{**settings.get("export", {}), **config.export})
    distill = Spec("distill", **{**settings.get("distill", {}), **config.distill})
    return config.model_copy(
        update={
            "recipe": config.recipe if recipe is None else str(recipe),
            "dataset": dataset.spec(),
            "split": filled_component(split, settings.get("split")).resolved(LINK_SPLITTERS),
            "teacher": filled_component(teacher, settings.get("teacher")).resolved(TEACHERS),
            "export": Export(**export.checked(Export, "export")).options(),
            "method": built.spec(),
            "student": filled_component(config.student, settings.get("student")).resolved(STUDENTS),
            "decoder": filled_component(decoder, settings.get("decoder")).resolved(DECODERS),
            "inputs": inputs.spec(),
            "distill": Distiller(**distill.checked(Distiller, "distill")).options(),
            "task": {"name": LINK, **LinkPrediction(**task.checked(LinkPrediction, "task")).spec().options},
        }
    )


def check_new_nodes(split: Spec, setting: str) -> None:
    """Raise `ConfigError` for a share of new nodes, other than the usual one, where all nodes are known."""
    share = split.options.get("new_nodes")
    if share is None or setting != "transductive":
        return
    if share != getattr(Spec(split.name).build(LINK_SPLITTERS), "new_nodes", None):
        raise ConfigError(
            f"split.new_nodes: the setting is 'transductive', in which no node is new, got {share}; add --setting "
            "production (in Python: setting='production'), or leave it out"
        )


def _recipe(config: "RunConfig", method: Spec) -> Recipe | None:
    """The recipe of the package for this data set, method and setting, whatever network teaches."""
    if config.recipe is not True:
        return None
    return find(config.dataset.name, method.name, config.setting, None)


def link_teacher(named: Spec | None, needs: Iterable[str]) -> Spec:
    """The teacher of links that writes what a method `needs`: `named`, perhaps built around it, else the usual one.

    Raises:
        ConfigError: for a teacher of nodes that no teacher of links goes around, and for one that does not write it.
    """
    wanted = _SCORES.union(needs)
    if named is not None:
        _check_teaches_links(named)
        return providing(named, wanted)
    try:
        return providing(Spec(DEFAULTS["teacher"]), wanted)
    except ConfigError:
        return providing(Spec(_OTHER_TEACHER), wanted)


def _check_teaches_links(teacher: Spec) -> None:
    """Raise `ConfigError` for a teacher of nodes that no teacher of links goes around."""
    unit = TEACHERS.get(teacher.name).unit
    if unit == "pair" or _around(teacher.name):
        return
    own = [name for name, cls in TEACHERS.classes.items() if cls.unit == "pair"]
    networks = [name for name in TEACHERS.names() if _around(name)]
    raise ConfigError(
        f"teacher {teacher.name!r} says what {_CALLED[unit]} are, and --task link predicts links; expected "
        f"{' or '.join(own)}, or a network that embeds nodes: {', '.join(networks)}"
    )


def _around(name: str) -> bool:
    """Whether a teacher of links can be built around this one."""
    return any(cls.wrapping(Spec(name)) is not None for cls in TEACHERS.classes.values() if cls.unit == "pair")


def check_teaches_nodes(teacher: Spec) -> None:
    """Raise `ConfigError` for a teacher of links or of whole graphs where nodes are asked for."""
    unit = TEACHERS.get(teacher.name).unit
    if unit == "pair":
        raise ConfigError(
            f"teacher {teacher.name!r} scores pairs of nodes: add --task link (in Python: task='link'), or name a "
            "teacher of nodes, such as gcn"
        )
    if unit == "graph":
        raise ConfigError(
            f"teacher {teacher.name!r} answers for whole graphs: add --task graph (in Python: task='graph'), or name a "
            "teacher of nodes, such as gcn"
        )


def _needs_graph(inputs: str) -> bool:
    try:
        return not Spec(inputs).build(INPUTS).of_features
    except ConfigError:  # one that cannot do without options is somebody's own
        return True
