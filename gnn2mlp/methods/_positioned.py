"""Positions in the graph as a method's own inputs."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.view import Observed
from gnn2mlp.distill.learner import Learner
from gnn2mlp.inputs import INPUTS, Inputs
from gnn2mlp.inputs.features import OwnFeatures
from gnn2mlp.inputs.positions import Positions


def plain_positions(value: Any) -> dict[str, Any] | None:
    """The inputs of a method's option `positions` with every option written out; `None` where there are none.

    Raises:
        ConfigError: for inputs that do not read the graph.
    """
    return None if value is None else _built(value).spec().to_dict()


def check_not_streamed(method: str, positions: Mapping[str, Any] | None) -> None:
    """Raise `ConfigError` for positions, which a table of rows does not have."""
    if positions is not None:
        raise ConfigError(
            f"method {method!r} makes positions of nodes in a graph, and a table of rows has none: gnn2mlp run, or "
            "leave them out with method.positions=null"
        )


def with_positions(method: str, positions: Mapping[str, Any] | None, learner: Learner) -> Learner:
    """A learner whose student reads features and positions, unless its inputs read the graph themselves.

    Raises:
        ConfigError: if the student is to have other inputs, or rows come from a table.
    """
    if positions is None or learner.inputs.needs_graph:
        return learner
    if not isinstance(learner.data, Observed):
        check_not_streamed(method, positions)
    if not isinstance(learner.inputs, OwnFeatures):
        raise ConfigError(
            f"method {method!r} makes the student's rows of features and positions, got inputs "
            f"{learner.inputs.name!r}; leave these out, or the positions with method.positions=null"
        )
    return replace(learner, inputs=_built(positions))


def _built(value: Any) -> Inputs:
    made = value if isinstance(value, Inputs) else Spec.parse(value).build(INPUTS)
    if not made.needs_graph:
        raise ConfigError(
            f"method.positions: expected inputs that read the graph, such as {Positions.name!r}, got {made.name!r}"
        )
    return made
