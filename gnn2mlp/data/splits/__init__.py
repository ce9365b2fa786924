"""One file per way of splitting; `gnn2mlp.data.split` has the base class and the registry."""

from typing import TYPE_CHECKING, Any

from gnn2mlp.core.registry import offered, python_names
from gnn2mlp.data.split import SPLITTERS, Split, Splitter

__all__ = ["SPLITTERS", "Split", "Splitter"]


if TYPE_CHECKING:
    # generated: by python benchmarks/tables.py
    from gnn2mlp.data.splits.carried import Carried as Carried
    from gnn2mlp.data.splits.cpf import Cpf as Cpf
    from gnn2mlp.data.splits.folds import Folds as Folds
    from gnn2mlp.data.splits.fraction import Fraction as Fraction
    from gnn2mlp.data.splits.group import Group as Group
    from gnn2mlp.data.splits.hash import Hash as Hash
    from gnn2mlp.data.splits.own import Own as Own
    from gnn2mlp.data.splits.per_class import PerClass as PerClass
    from gnn2mlp.data.splits.time import Time as Time
    # end
else:

    def __getattr__(name: str) -> Any:
        return offered(__name__, name, SPLITTERS)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(SPLITTERS)])
