"""Several students as one, whose answer is the average of theirs."""

from typing import Any

from torch import nn

from gnn2mlp.core.limits import check_at_least
from gnn2mlp.core.spec import Spec
from gnn2mlp.nn.averaged import Averaged, Outputs
from gnn2mlp.students._base import STUDENTS, Student, check_graph_free


class AveragedStudent(Student):
    """`members` networks of one recipe that start apart and answer with the average of their probabilities.

    It is what a method that trains several students ships (their weights are then a part of the file), and may be
    trained as one network as well: then the average is what learns, and members share its mistakes rather than making
    their own. A request costs as many networks.

    Args:
        student: recipe of each member: a name, a mapping or a `Student`.
        members: how many there are.
        outputs: `"classes"`, `"labels"` for several labels a node, or `"values"` for numbers; see `nn.averaged`.
        input_dropout: see `Student`; all members see the same values of a row. That of `student` acts beside it, where
            each member draws its own.

    Raises:
        ConfigError: for a recipe that there is not, or without members.

    Example:
        >>> import torch
        >>> network = AveragedStudent({"name": "mlp", "hidden": 8}, members=3).network(4, 2)
        >>> network(torch.zeros(5, 4)).hidden.shape
        torch.Size([5, 24])
    """

    name = "averaged"
    citation = "Lakshminarayanan et al., Simple and Scalable Predictive Uncertainty Estimation, NeurIPS 2017"
    reads_sparse = True

    def __init__(
        self,
        student: Any = "mlp",
        members: int = 3,
        outputs: Outputs = "classes",
        input_dropout: float = 0.0,
    ):
        super().__init__(input_dropout)
        self._student = Spec.parse(student).build(STUDENTS)
        check_graph_free(self._student.spec().name, f"student {self.name!r}")
        # Stored in its plain form, with every option, so that the recipe in a file stays what it was.
        self.student = self._student.spec().to_dict()
        self.members = members
        self.outputs = outputs
        check_at_least("student", 1, members=members)

    @property
    def hidden(self) -> int:  # type: ignore[override]
        """Width of the hidden activations of all members side by side."""
        return self.members * self._student.hidden

    @property
    def one_process(self) -> bool:  # type: ignore[override]
        """Whether its members ask for it."""
        return self._student.one_process

    def build(self, num_features: int, num_classes: int) -> nn.Module:
        """Untrained networks for these sizes, one after the other from torch's global generator."""
        networks = (self._student.network(num_features, num_classes) for _ in range(self.members))
        return Averaged(networks, outputs=self.outputs)
