"""The cost of carrying the student's answers of a batch over into the teacher's."""

import torch
from torch import Tensor

from gnn2mlp.core.limits import check_at_least, check_positive
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch


class Sinkhorn(Objective):
    """L = Σ_ij P_ij C_ij, C_ij = ‖q_i^τ - p_j^τ‖₁ between student's row i and teacher's row j of a batch (SinKD).

    P is the transport of the entropic problem, with exp(-C / ε) scaled by turns to the marginals of both sides, 1 / B
    each, or the rows' weights: of a batch as a whole, so that a row may be answered as the teacher answers another one.
    It goes beside `soft_labels`, not in their place. Its least value is above 0: the entropy spreads every row's mass.

    A step costs as many numbers as a batch has pairs of rows, times `iterations`.

    On the board (`benchmarks/OBJECTIVES.md`) no difference to soft labels alone was found, for many times their cost.

    Args:
        epsilon: ε, in units of C, which lies in 0..2.
        iterations: scalings of both sides.
        temperature: τ, divides both logits.

    Example:
        >>> from gnn2mlp.knowledge import TeacherKnowledge
        >>> from gnn2mlp.nn.mlp import MLPOutput
        >>> teacher = TeacherKnowledge(torch.arange(2), {"logits": torch.tensor([[99.0, 0.0], [0.0, 99.0]])})
        >>> crossed = MLPOutput(torch.tensor([[0.0, 99.0], [99.0, 0.0]]), torch.zeros(2, 1))
        >>> batch = Batch(torch.arange(2), torch.tensor([-1, -1]), tables={"teacher": teacher}, answer=crossed)
        >>> Sinkhorn()(batch).item() < 1e-6  # as a batch the answers are the same
        True
    """

    name = "sinkhorn"
    citation = (
        "Cui et al., Sinkhorn Distance Minimization for Knowledge Distillation, LREC-COLING 2024, arXiv 2402.17110"
    )
    departures = (
        "A mean over rows (released code: their sum, times 0.002), computed in logarithms; rows are scaled before "
        "columns, as there."
    )
    needs = frozenset({"logits"})
    speaks_of_classes = True
    couples_rows = True
    vanishes = False

    def __init__(self, epsilon: float = 0.1, iterations: int = 20, temperature: float = 2.0):
        super().__init__()
        check_positive("sinkhorn", epsilon=epsilon, temperature=temperature)
        check_at_least("sinkhorn", 1, iterations=iterations)
        self.epsilon = epsilon
        self.iterations = iterations
        self.temperature = temperature

    def forward(self, batch: Batch) -> Tensor:
        """Mean cost of a row, in 0..2."""
        ours = (batch.output.logits / self.temperature).softmax(-1)
        theirs = (batch.knowledge("logits").to(ours.dtype) / self.temperature).softmax(-1)
        cost = torch.cdist(ours, theirs, p=1)
        each = torch.ones_like(ours[:, 0]) if batch.weights is None else batch.weights.to(ours.dtype)
        share = (each / each.sum()).clamp(min=torch.finfo(each.dtype).tiny).log()
        kept = -cost / self.epsilon
        for _ in range(self.iterations):
            kept = kept - kept.logsumexp(1, keepdim=True) + share[:, None]
            kept = kept - kept.logsumexp(0, keepdim=True) + share
        total: Tensor = (kept.exp() * cost).sum()
        return total
