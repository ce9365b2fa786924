"""Whom the user of a result is to cite: data set, teacher, method, and all that these are made of."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from gnn2mlp.core.registry import Registry, short_name
from gnn2mlp.core.spec import Configurable, Spec
from gnn2mlp.data.datasets import resolve_dataset
from gnn2mlp.data.graphs import resolve_graph_dataset
from gnn2mlp.decoders import DECODERS
from gnn2mlp.inputs import INPUTS
from gnn2mlp.methods import METHODS
from gnn2mlp.objectives import OBJECTIVES
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS

if TYPE_CHECKING:
    from gnn2mlp.pipeline.config import RunConfig

_REGISTRIES: tuple[Registry[Any], ...] = (TEACHERS, STUDENTS, INPUTS, OBJECTIVES, METHODS)


def citations(config: "RunConfig") -> dict[str, str]:
    """Whom to cite, by part: `"dataset"`, `"teacher"`, `"method"`, and what is inside of them or beside.

    A part inside of another is called by both, such as `"teacher, gcn"` of a tokenizer around a GCN. What cites nobody,
    or the same as a part before it, is left out.

    Args:
        config: resolved, or not.

    Example:
        >>> from gnn2mlp.pipeline import RunConfig
        >>> found = citations(RunConfig(teacher={"name": "vq", "encoder": "gat"}, method="vqgraph"))
        >>> list(found), found["teacher, gat"][:24]
        (['dataset', 'teacher', 'teacher, gat', 'method'], 'Veličković et al., Graph')
    """
    beside = {"student": (config.student, STUDENTS), "inputs": (config.inputs, INPUTS)}
    # A plain network on plain features is nobody's.
    beside = {part: one for part, one in beside.items() if one[0].name != type(config).model_fields[part].default.name}
    if config.decoder is not None:
        beside["decoder"] = (config.decoder, DECODERS)
    dataset = resolve_graph_dataset(config.dataset) if config.of_graphs else resolve_dataset(config.dataset)
    told = {"dataset": dataset.citation}
    told |= parts_cited({"teacher": (config.teacher, TEACHERS), "method": (config.method, METHODS)})
    return told | {k: v for k, v in parts_cited(beside).items() if v not in told.values()}


def parts_cited(parts: Mapping[str, tuple[Spec, Any]]) -> dict[str, str]:
    """Citations of components and of what is inside of them, each once beside those of the components themselves.

    Args:
        parts: by what they are called, a component and the registry that knows it.
    """
    told: dict[str, str] = {}
    for part, (spec, registry) in parts.items():
        made = spec.build(registry)
        told[part] = made.citation
        for name, citation in _inside(made):
            if citation not in (Configurable.citation, *told.values()):
                told[f"{part}, {name}"] = citation
    return told


def _inside(made: Any) -> Iterator[tuple[str, str]]:
    """Names and citations of the components that a component holds, as objects or as plain mappings."""
    for value in vars(made).values():
        for one in value if isinstance(value, list | tuple) else [value]:
            component = one if isinstance(one, Configurable) else _registered(one)
            if component is not None:
                yield short_name(component.name), component.citation
            if isinstance(one, Configurable):
                yield from _inside(one)


def _registered(value: Any) -> Any:
    """The class of a component in its plain form, if its name is of one kind of component alone."""
    name = value.get("name") if isinstance(value, Mapping) else None
    found = [registry.classes[name] for registry in _REGISTRIES if name in registry.classes]
    return found[0] if len(found) == 1 else None
