"""What the setting `task` of a run says: options of the data set's own task, links, or whole graphs."""

from collections.abc import Mapping
from typing import Any

from gnn2mlp.core.errors import ConfigError, nearest
from gnn2mlp.core.spec import Configurable, plain
from gnn2mlp.tasks import TASKS

LINK, GRAPH = "link", "graph"
# What the words name beside the task of nodes, each with a `run` of its own.
OTHERS = (LINK, GRAPH)


def parse_task(value: Any) -> Any:
    """The setting in one form: options of a node task, `{"name": "link", ...}`, `{"name": "graph", ...}`, or nothing.

    Raises:
        ValueError: for a word that names no task, or one that the data decide.

    Example:
        >>> parse_task("link"), parse_task({"metric": "macro_f1"}), parse_task("node")
        ({'name': 'link'}, {'metric': 'macro_f1'}, None)
    """
    given = plain(value.spec() if isinstance(value, Configurable) else value)
    given = {"name": given} if isinstance(given, str) else given
    if not isinstance(given, Mapping) or "name" not in given:
        return given
    name, options = given["name"], {key: option for key, option in given.items() if key != "name"}
    if name in OTHERS:
        return {"name": name, **options}
    if name == "node":
        return options or None
    if name in TASKS.classes:
        raise ValueError(
            f"task: expected 'node', 'link' or 'graph'; which task of nodes or graphs it is the data say, got {name!r}"
        )
    raise ValueError(f"task: expected 'node', 'link' or 'graph', got {name!r}{nearest(str(name), ('node', *OTHERS))}")


def task_options(task: Mapping[str, Any] | None) -> dict[str, Any]:
    """The options of the setting, without the word.

    Example:
        >>> task_options({"name": "graph", "metric": "roc_auc"})
        {'metric': 'roc_auc'}
    """
    return {key: value for key, value in (task or {}).items() if key != "name"}


def refuse_graphs(name: str) -> None:
    """Raise `ConfigError` where a fit of labels of nodes is to learn whole graphs, which has settings of its own."""
    if name == GRAPH or name.startswith(f"{GRAPH}_"):
        raise ConfigError(
            f"task: {name!r} is of whole graphs; take GraphFitConfig, or on the command line --task graph with --graphs"
        )
