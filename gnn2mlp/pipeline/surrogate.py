"""The linear surrogate of a teacher, as `explain` and `trust` read it."""

from torch import Tensor

from gnn2mlp.core.limits import check_at_least
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.data.graph import GraphData
from gnn2mlp.explainers import Surrogate, fit_surrogate
from gnn2mlp.teachers import Teacher

# Below this agreement the surrogate stands for another model than the teacher.
LEAST_AGREEMENT = 0.8
# Of a teacher with more layers the surrogate has as many hops: rows of a higher power hold nearly all nodes.
_MOST_HOPS = 3
# Hops of a teacher that does not say how far it reads.
_UNKNOWN = 2


def teacher_reach(teacher: Teacher) -> int:
    """How many links away a teacher reads, of several teachers the farthest.

    Example:
        >>> from gnn2mlp.teachers import APPNP, GCN, Ensemble
        >>> several = Ensemble(members=["gcn", "sage"])
        >>> teacher_reach(GCN(layers=3)), teacher_reach(APPNP(hops=10)), teacher_reach(several)
        (3, 10, 2)
    """
    members = getattr(teacher, "teachers", None)
    if members:
        return max(map(teacher_reach, members))
    return int(getattr(teacher, "depth", _UNKNOWN))


def surrogate_of(
    teacher: Teacher,
    graph: GraphData,
    logits: Tensor,
    *,
    hops: int | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Surrogate:
    """Fit a surrogate to what a teacher says of all nodes of a graph.

    Args:
        teacher: whose reach the surrogate has, up to three hops.
        graph: that it answered on.
        logits: (nodes, classes) its answers.
        hops: another reach.
        seed: of the surrogate's weights, and of the nodes that judge it.
        progress: told after every epoch.

    Raises:
        ConfigError: for less than one hop.
    """
    reach = min(teacher_reach(teacher), _MOST_HOPS) if hops is None else hops
    check_at_least("explain", 1, hops=reach)
    return fit_surrogate(graph, logits, hops=reach, seed=seed, progress=progress)
