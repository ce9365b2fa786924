"""What a teacher answered on what is left, kept in its place when it is deleted, so that it can still be scored."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.identity import Execution
from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.removal import Removal
from gnn2mlp.data.view import Full, Observed
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.nn.training import History
from gnn2mlp.pipeline.stage import Origin
from gnn2mlp.teachers import Export, Teacher

_KIND = "recorded teacher"


class RecordedTeacher(Teacher):
    """Answers of a teacher that is there no more: logits of all nodes of one graph, with and without links of new ones.

    It can be scored as the teacher was, and nothing else.

    Args:
        answers: float (nodes, classes) by the digest of the graph on which they were given.
    """

    name: ClassVar[str] = "recorded"
    citation = "the teacher whose answers were recorded"

    def __init__(self, answers: Any):
        self.answers: Mapping[str, Tensor] = answers

    def fit(
        self,
        observed: Observed,
        *,
        seed: int = 0,
        device: torch.device | str = "cpu",
        progress: Progress = silent,
        listeners: Sequence[Listener] = (),
    ) -> History:
        """Of no use here."""
        raise ConfigError(ALONE)

    def export(
        self,
        observed: Observed,
        needs: Iterable[str] = ("logits",),
        *,
        how: Export | None = None,
        seed: int = 0,
        card: Mapping[str, Any] | None = None,
        device: torch.device | str = "cpu",
    ) -> TeacherKnowledge:
        """Of no use here."""
        raise ConfigError(ALONE)

    def predict(self, graph: NodeData, device: torch.device | str = "cpu") -> Tensor:
        """The logits (nodes, classes) that were recorded of this graph."""
        if graph.digest not in self.answers:
            raise DataError(f"{graph.name}: expected a graph whose answers were recorded; {ALONE}")
        return self.answers[graph.digest]


ALONE = (
    "the teacher was deleted when something was forgotten, and only its answers were kept; take --method retrain, "
    "which trains another"
)


def record_answers(
    teacher: Teacher, full: Full, removal: Removal, execution: Execution, *, device: torch.device
) -> RecordedTeacher:
    """The answers of a teacher on what is left.

    Args:
        teacher: a real one, which answers now; of a recorded one the answers for nodes that are left stay as they were.
        full: what is left, with the split.
        removal: what goes.
        execution: how torch computes; it is so already.
        device: which device of the kind that `execution` names.
    """
    graphs = {"warm": full.graph, "cold": full.graph.without_links_of(full.split.unseen)}
    if isinstance(teacher, RecordedTeacher):
        earlier = [*teacher.answers.values()]
        told = {"warm": earlier[0][removal.left], "cold": earlier[-1][removal.left]}
    else:
        told = {name: teacher.predict(graph, device).cpu() for name, graph in graphs.items()}
    return RecordedTeacher({graphs[name].digest: told[name] for name in graphs})


def save_recorded(path: Path, teacher: RecordedTeacher, origin: Origin) -> None:
    """Write the answers and how they came about."""
    digests = [*teacher.answers]
    arrays = {str(number): teacher.answers[digest] for number, digest in enumerate(digests)}
    artefact.save(path, _KIND, arrays, {"digests": digests, "about": origin.to_dict()})


def load_recorded(path: Path) -> tuple[RecordedTeacher, Any]:
    """The answers, and what the card says of how they came about."""
    arrays, card = artefact.load(path, _KIND)
    return RecordedTeacher({d: arrays[str(number)] for number, d in enumerate(card["digests"])}), card["about"]
