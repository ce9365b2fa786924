"""What turns a node into the row that a student reads: one file each.

Example:
    >>> from gnn2mlp.inputs import Standardise
    >>> Standardise()
    Spec('standardise')
"""

from typing import TYPE_CHECKING, Any

from gnn2mlp.core.registry import offered, python_names
from gnn2mlp.inputs._base import INPUTS, Inputs, NodeRows

__all__ = ["INPUTS", "Inputs", "NodeRows"]


if TYPE_CHECKING:
    # generated: by python benchmarks/tables.py
    from gnn2mlp.inputs.features import OwnFeatures as OwnFeatures
    from gnn2mlp.inputs.hops import Hops as Hops
    from gnn2mlp.inputs.imputed_neighbours import ImputedNeighbours as ImputedNeighbours
    from gnn2mlp.inputs.positions import Positions as Positions
    from gnn2mlp.inputs.standardise import Standardise as Standardise
    from gnn2mlp.inputs.text import TextInputs as TextInputs
    # end
else:

    def __getattr__(name: str) -> Any:
        return offered(__name__, name, INPUTS)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(INPUTS)])
