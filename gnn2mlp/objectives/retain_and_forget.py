"""What is to be kept is held to one teacher, what is to be forgotten to another."""

from collections.abc import Mapping

from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch


class RetainAndForget(Objective):
    """L = α · mean over retained rows of d(preserver, q) + (1 - α) · mean over forgotten rows of d(destroyer, q).

    The loss of D2DGN (https://arxiv.org/abs/2309.16173).

    One table holds both teachers: its `logits` are those of the preserver, which is the model that is to forget, where
    `forgotten` is false, and those of the destroyer, which knows nothing of the rows, where it is true. The distance is
    d = response · KL(p ‖ q) + feature · mean squared difference of hidden activations. A batch without rows of a kind
    lacks that term. With α = 1 the model itself is a fixed point: nothing pulls it away.

    Args:
        alpha: α in 0..1, weight of what is retained.
        response: weight of the outputs' divergence; of other tasks than classes theirs.
        feature: weight of the activations' difference; above 0 the table's `hidden` are read, too.

    Example:
        >>> import torch
        >>> from gnn2mlp.nn.mlp import MLPOutput
        >>> said = {"logits": torch.tensor([[2.0, 0.0], [0.0, 0.0]]), "forgotten": torch.tensor([False, True])}
        >>> table = TeacherKnowledge(torch.arange(2), said)
        >>> student = MLPOutput(torch.tensor([[2.0, 0.0], [0.0, 0.0]]), torch.zeros(2, 1))
        >>> batch = Batch(torch.arange(2), torch.tensor([-1, -1]), tables={"teacher": table}, answer=student)
        >>> RetainAndForget()(batch).item()  # it says what it did of the one, and nothing of the other
        0.0
    """

    name = "retain_and_forget"
    citation = "Sinha et al., Distill to Delete: Unlearning in Graph Networks, arXiv 2309.16173, 2023"

    def __init__(self, alpha: float = 0.5, response: float = 1.0, feature: float = 0.0):
        super().__init__()
        check_at_least("retain_and_forget", 0, response=response, feature=feature)
        if not 0 <= alpha <= 1:
            raise ConfigError(f"retain_and_forget.alpha: expected a number from 0 to 1, got {alpha}")
        if not response and not feature:
            raise ConfigError("retain_and_forget: expected a weight above 0 of response or of feature, got 0 of both")
        self.alpha = alpha
        self.response = response
        self.feature = feature
        self.needs = frozenset({"logits", "forgotten"} | ({"hidden"} if feature else set()))

    def prepare(self, tables: Mapping[str, TeacherKnowledge], hidden: int) -> None:
        """See that activations can be compared.

        Raises:
            ConfigError: if those of the table are of another width than the student's.
        """
        table = tables.get("teacher")
        if self.feature and table is not None and table["hidden"].size(1) != hidden:
            raise ConfigError(
                f"retain_and_forget: expected hidden activations of the student's width, {hidden}, got "
                f"{table['hidden'].size(1)}; take a destroyer of the same architecture, or feature=0"
            )

    def forward(self, batch: Batch) -> Tensor:
        """Weighted mean distance, in nats where it is one of outputs alone."""
        forgotten, distance = batch.knowledge("forgotten"), self._distance(batch)
        kept, gone = batch.mean(distance, ~forgotten), batch.mean(distance, forgotten)
        return self.alpha * kept + (1 - self.alpha) * gone

    def _distance(self, batch: Batch) -> Tensor:
        """(rows,)."""
        said = batch.output
        parts = []
        if self.response:
            parts.append(self.response * batch.task.divergence(batch.knowledge("logits"), said.logits))
        if self.feature:
            parts.append(self.feature * (batch.knowledge("hidden") - said.hidden).square().mean(-1))
        return sum(parts[1:], parts[0])
