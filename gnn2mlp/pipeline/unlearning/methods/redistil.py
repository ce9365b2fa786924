"""A new student from the old knowledge of what is left."""

from gnn2mlp.data.removal import Removal
from gnn2mlp.pipeline.seed import Models
from gnn2mlp.pipeline.unlearning.unlearner import Forgetting, Unlearner


class Redistil(Unlearner):
    """Drop the rows of what is forgotten from the teacher's knowledge, and distil a new student from the others.

    No teacher is trained. Where edges go, rows that they reach, as far as the teacher's messages travel, are written
    anew by the old teacher on the graph without them.

    Args:
        reexport: whether the rows near to what is gone are written anew; default: where edges go.
    """

    name = "redistil"
    citation = "this package; knowledge is a table of rows, after GLNN, Zhang et al., ICLR 2022, arXiv 2110.08727"
    forgets = frozenset({"student"})
    leaves = (
        "The teacher that wrote the knowledge had seen what is forgotten: its outputs on the nodes that are left are "
        "kept, and only method retrain makes them anew"
    )

    def __init__(self, reexport: bool | None = None):
        self.reexport = reexport

    def asks_teacher(self, removal: Removal) -> bool:
        """Where it was asked to, else where edges go."""
        return bool(removal.edges.numel()) if self.reexport is None else self.reexport

    def models(self, one: Forgetting) -> Models:
        """A new student, from the start, of the old knowledge of what is left."""
        knowledge = one.knowledge_left(self.reexport)
        return one.with_student(knowledge, one.student(knowledge))
