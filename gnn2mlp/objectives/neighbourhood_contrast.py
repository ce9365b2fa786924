"""Nodes that are few steps apart have like embeddings, all others unlike ones: structure without a teacher."""

import torch
import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.core.limits import check_at_least, check_positive
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch
from gnn2mlp.objectives._hops import power_among


class NeighbourhoodContrast(Objective):
    """L = mean over rows i of -log( Σ_j γ_ij exp(cos(z_i, z_j) / τ) / Σ_k exp(cos(z_i, z_k) / τ) ), j and k not i.

    γ are the entries of Â^r, Â the normalised adjacency with self-loops, z the student's last hidden activations; j
    and k are rows of the batch (Graph-MLP, Hu et al., 2021, equations 4 to 6). A row with none of its neighbourhood in
    the batch says nothing. Larger batches hold more of it, and cost their square in memory.

    Args:
        order: r, how many steps a neighbourhood reaches.
        temperature: τ, divides cosines.

    Example:
        >>> from gnn2mlp.nn.csr import CSR
        >>> from gnn2mlp.nn.mlp import MLPOutput
        >>> pair = CSR.from_dense(torch.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]))
        >>> student = MLPOutput(torch.zeros(3, 2), torch.ones(3, 1))  # all alike
        >>> links = {"adjacency": pair}
        >>> batch = Batch(torch.arange(3), torch.full((3,), -1), links=links, answer=student)
        >>> round(NeighbourhoodContrast(order=1)(batch).item(), 4)  # -log(γ / 2) with γ = 1/2, of two of three rows
        1.3863
    """

    name = "neighbourhood_contrast"
    citation = "Hu et al., Graph-MLP: Node Classification without Message Passing in Graph, 2021, arXiv 2106.04051"
    departures = (
        "A row is no neighbour of its own, as the paper writes it (released code: its cosine is set to 0 and counts as "
        "exp(0) in both sums). The temperature divides cosines, as in the paper (released code: it multiplies them, so "
        "that its 2 is 0.5 here). Rows without a neighbour in the batch are left out (released code: log of 1e-8)."
    )
    needs = frozenset({"adjacency"})
    couples_rows = True

    def __init__(self, order: int = 2, temperature: float = 1.0):
        super().__init__()
        check_at_least(self.name, 1, order=order)
        check_positive(self.name, temperature=temperature)
        self.order = order
        self.temperature = temperature
        # Rows of a batch and what follows from them: the batch of all rows is the same object in every epoch.
        self._kept: tuple[Tensor, Tensor, Tensor] | None = None

    def forward(self, batch: Batch) -> Tensor:
        """Mean over the rows that have some of their neighbourhood in the batch, in nats."""
        log_weight, has = self._neighbourhoods(batch)
        hidden = batch.output.hidden
        z = F.normalize(hidden.to(torch.promote_types(hidden.dtype, log_weight.dtype)), dim=1)
        alike = z @ z.T / self.temperature
        own = torch.eye(len(z), dtype=torch.bool, device=z.device)
        everyone = alike.masked_fill(own, -torch.inf)
        # A row without neighbours has a finite value all the same, so that its gradient, which is dropped, is a number.
        near = torch.where(has[:, None], everyone + log_weight, alike)
        return batch.mean(_log_sum(everyone) - near.logsumexp(1), has)

    def _neighbourhoods(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Log γ (rows, rows) between the rows of a batch, -inf for those far off; and which rows have a neighbour."""
        adjacency = batch.links_of("adjacency", self.name)
        if self._kept is None or self._kept[0] is not batch.rows:
            block = power_among(adjacency, batch.rows, self.order).to(torch.get_default_dtype())
            block.fill_diagonal_(0)
            self._kept = batch.rows, block.log(), block.any(1)
        return self._kept[1:]


def _log_sum(values: Tensor) -> Tensor:
    """Log Σ exp over each row; 0 of a batch of one row, which has no other."""
    return values.logsumexp(1) if len(values) > 1 else values.new_zeros(len(values))
