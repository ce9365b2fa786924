"""Condensers: a set of graphs becomes a small one that trains the same networks. One file each."""

from typing import TYPE_CHECKING, Any

from gnn2mlp.condensers._base import CONDENSERS, Condensed, Condenser, Training
from gnn2mlp.condensers._set import DistilledSet
from gnn2mlp.condensers.colours import tree_colours
from gnn2mlp.condensers.coverage import Coverage, CoveragePoint
from gnn2mlp.condensers.frequent import FrequentSets, frequent_sets
from gnn2mlp.condensers.trees import Trees, unroll
from gnn2mlp.core.registry import offered, python_names

__all__ = [
    "CONDENSERS",
    "Condensed",
    "Condenser",
    "Coverage",
    "CoveragePoint",
    "DistilledSet",
    "FrequentSets",
    "Training",
    "Trees",
    "frequent_sets",
    "tree_colours",
    "unroll",
]


if TYPE_CHECKING:
    # generated: by python benchmarks/tables.py
    from gnn2mlp.condensers.gradient_matching import GradientMatching as GradientMatching
    from gnn2mlp.condensers.herding import Herding as Herding
    from gnn2mlp.condensers.mirage import Mirage as Mirage
    from gnn2mlp.condensers.random import Random as Random
    # end
else:

    def __getattr__(name: str) -> Any:
        return offered(__name__, name, CONDENSERS)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(CONDENSERS)])
