"""Several students of links as one, mixed pair by pair."""

from typing import Any

from torch import nn

from gnn2mlp.core.limits import check_at_least, check_share
from gnn2mlp.core.spec import Spec
from gnn2mlp.nn.link_mixture import GatedDecoder, SideBySide
from gnn2mlp.nn.link_network import LinkNetwork
from gnn2mlp.students._base import STUDENTS, Student
from gnn2mlp.students._link import LinkStudent


class LinkMixture(Student):
    """`members` networks of one recipe, whose embeddings lie side by side, and a gate that mixes their scores.

    It is what EHDM ships (https://arxiv.org/abs/2504.06193). A node costs as many embedders, and a pair as many
    decoders and the gate. As `LinkStudent` it is no student of the registry.

    Args:
        student: recipe of each member, a `LinkStudent`.
        members: how many there are.
        gate: hidden units of the gate.
        dropout: on these, in training.
        frozen: members take no gradient, as they are trained already, and the gate alone learns.
        input_dropout: see `Student`; all members see the same values of a row.

    Raises:
        ConfigError: for a recipe that there is not, or one of no `LinkStudent`.

    Example:
        >>> import torch
        >>> recipe = LinkStudent({"name": "mlp", "hidden": 8}, "dot", width=4)
        >>> network = LinkMixture(recipe, members=3).network(num_features=5, num_classes=1)
        >>> z = network(torch.rand(2, 5)).hidden
        >>> z.shape, network.score(z[:1], z[1:]).shape
        (torch.Size([2, 12]), torch.Size([1]))
    """

    name = "gnn2mlp.students._link_mixture:LinkMixture"
    citation = "Qin et al., Heuristic Methods are Good Teachers to Distill MLPs for Graph Link Prediction, 2025"
    reads_sparse = True

    def __init__(
        self,
        student: Any,
        members: int = 3,
        gate: int = 64,
        dropout: float = 0.5,
        frozen: bool = False,
        input_dropout: float = 0.0,
    ):
        super().__init__(input_dropout)
        self._student = LinkStudent.expect(Spec.parse(student).build(STUDENTS))
        self.student = self._student.spec().to_dict()
        self.members = members
        self.gate = gate
        self.dropout = dropout
        self.frozen = frozen
        check_at_least("student", 1, members=members, gate=gate)
        check_share("student", dropout=dropout)

    @property
    def hidden(self) -> int:  # type: ignore[override]
        """Width of the embeddings of all members side by side."""
        return self.members * self._student.width

    @property
    def one_process(self) -> bool:  # type: ignore[override]
        """Whether its members ask for it."""
        return self._student.one_process

    def build(self, num_features: int, num_classes: int) -> nn.Module:
        """Untrained networks for these sizes, and their gate."""
        return self.of([self._student.build(num_features, num_classes) for _ in range(self.members)])

    def of(self, networks: list[LinkNetwork]) -> LinkNetwork:
        """Networks of the recipe as one, with an untrained gate."""
        decoders = [network.decode for network in networks]
        gated = GatedDecoder(decoders, self._student.width, self.gate, self.dropout, self.frozen)
        return LinkNetwork(SideBySide((network.embed for network in networks), self.frozen), gated)
