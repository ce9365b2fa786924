"""Explainers of graph neural networks through a linear surrogate, one file each, and of graph-free students."""

from typing import TYPE_CHECKING, Any

from gnn2mlp.core.registry import offered, python_names
from gnn2mlp.explainers._base import EXPLAINERS, Explainer
from gnn2mlp.explainers._contributions import Blank, Contributions, blank_row, contributions
from gnn2mlp.explainers._explanation import Explanation
from gnn2mlp.explainers._margins import Margins, own_margins
from gnn2mlp.explainers._surrogate import Surrogate, fit_surrogate

__all__ = [
    "EXPLAINERS",
    "Blank",
    "Contributions",
    "Explainer",
    "Explanation",
    "Margins",
    "Surrogate",
    "blank_row",
    "contributions",
    "fit_surrogate",
    "own_margins",
]


if TYPE_CHECKING:
    # generated: by python benchmarks/tables.py
    from gnn2mlp.explainers.dnx import DnX as DnX
    from gnn2mlp.explainers.fastdnx import FastDnX as FastDnX
    from gnn2mlp.explainers.propagation import Propagation as Propagation
    from gnn2mlp.explainers.random import Random as Random
    # end
else:

    def __getattr__(name: str) -> Any:
        return offered(__name__, name, EXPLAINERS)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(EXPLAINERS)])
