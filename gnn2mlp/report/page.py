"""What all pages share: templates, one style, figures inside the page, text of facts."""

from collections.abc import Mapping
from importlib import resources
from typing import Any, NamedTuple

import jinja2
import yaml
from markupsafe import Markup
from matplotlib.figure import Figure

from gnn2mlp.report.graph_results import is_graph
from gnn2mlp.report.link_results import is_link
from gnn2mlp.report.results import Results
from gnn2mlp.report.svg import inline_svg

# Of the facts of a graph what stands elsewhere on a page, or in a form of its own.
ELSEWHERE = (
    "notes",
    "class_counts",
    "task_names",
    "homophily",
    "adjusted_homophily",
    "hyperedge_homophily",
    "adjusted_hyperedge_homophily",
    "labelled",
)


class Plot(NamedTuple):
    """A drawn figure with its title and what to look for in it."""

    svg: Markup
    title: str
    note: str


def draw(figure: Figure, key: str, title: str, note: str) -> Plot:
    """Put a figure into a page; `key` is unique within it."""
    return Plot(Markup(inline_svg(figure, key, f"{title}. {note}")), title, note)


def render(template: str, content: Mapping[str, Any]) -> str:
    """A page as text. Whatever the content holds is escaped: names of data sets are a user's."""
    folder = resources.files("gnn2mlp.report") / "templates"
    # A missing field is a mistake of ours and shall not pass as an empty cell.
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (folder / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = Markup((folder / "report.css").read_text(encoding="utf-8"))
    return environment.get_template(template).render(style=style, **content)


def provenance(results: Results) -> dict[str, Any]:
    """How results were made, for the last section of a page: graph and split, citations, environment, configuration."""
    return {
        "facts": _facts(results),
        "citations": results.get("citations") or {},
        "environment": environment_facts(results),
        "config": plain_yaml(results["config"]),
    }


def plain_yaml(config: Mapping[str, Any]) -> str:
    """A configuration as YAML, whatever it holds."""
    return str(yaml.safe_dump(_plain(config), sort_keys=False, allow_unicode=True, width=100))


def _facts(results: Results) -> dict[str, str]:
    """The graph and the roles of its nodes, label -> text."""
    graph, split = results.get("graph") or {}, results["seeds"][0].get("split", {})
    facts = {key: _text(value) for key, value in graph.items() if key not in ELSEWHERE}
    facts.update({f"note: {key}": _text(value) for key, value in (graph.get("notes") or {}).items()})
    if is_graph(results):
        roles = {"train": "training", "valid": "validation", "test": "test"}
        return facts | {f"{text} graphs": _text(split[role]) for role, text in roles.items() if role in split}
    if is_link(results):  # its page tells elsewhere how links were split; how many outputs a pair has says nothing
        return {key: text for key, text in facts.items() if key != "links"}
    facts.update({f"{role} nodes": _text(size) for role, size in split.items() if isinstance(size, int) and size})
    return facts


def environment_facts(results: Results) -> dict[str, str]:
    """Device, processor and versions where results were made, label -> text."""
    found = dict(results.get("environment") or {})
    versions = found.pop("versions", {})
    return {**{key: _text(value) for key, value in found.items()}, **{key: str(v) for key, v in versions.items()}}


def _text(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _plain(value: Any) -> Any:
    """What YAML can write: tuples become lists, anything unknown its text."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
