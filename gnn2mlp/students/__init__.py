"""Graph-free students: one file each."""

from typing import TYPE_CHECKING, Any

from gnn2mlp.core.registry import offered, python_names
from gnn2mlp.students._base import STUDENTS, Student, check_graph_free
from gnn2mlp.students._link import LinkStudent
from gnn2mlp.students._link_mixture import LinkMixture

__all__ = ["STUDENTS", "LinkMixture", "LinkStudent", "Student", "check_graph_free"]


if TYPE_CHECKING:
    # generated: by python benchmarks/tables.py
    from gnn2mlp.students.averaged import AveragedStudent as AveragedStudent
    from gnn2mlp.students.gnn import GNNStudent as GNNStudent
    from gnn2mlp.students.layerwise import LayerwiseMLP as LayerwiseMLP
    from gnn2mlp.students.mixture import MixtureStudent as MixtureStudent
    from gnn2mlp.students.mlp import MLPStudent as MLPStudent
    from gnn2mlp.students.progressive_mlp import ProgressiveMLPStudent as ProgressiveMLPStudent
    from gnn2mlp.students.routing_by_memory import RoutingByMemory as RoutingByMemory
    from gnn2mlp.students.set_mlp import SetMLP as SetMLP
    # end
else:

    def __getattr__(name: str) -> Any:
        return offered(__name__, name, STUDENTS)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(STUDENTS)])
