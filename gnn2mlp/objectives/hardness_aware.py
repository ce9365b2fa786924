"""The harder a node is, the more of its neighbours' soft labels teach it."""

import math
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_positive
from gnn2mlp.nn.csr import CSR
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch
from gnn2mlp.objectives.reliable_neighbours import edge_mean

Scheme = Literal["mixup", "weight"]
# The least entropy, as a share of the largest: a node that the teacher is wholly sure of has none to divide by.
_LEAST = 1e-8


class HardnessAware(Objective):
    """L = τ² · mean over the edges (i, j) that were kept, self-loops among them, of what j teaches i (HGMD).

    How hard a node is, is an entropy: that of the teacher's class distribution p, and that of the student's q. In every
    step edge (i, j) is kept with probability

        π_ij = 1 - exp(-α · cos(p_i, p_j) · √(H(p_i) · H(q_i)) / H(p_j)),

    so that hard nodes have many teachers, and sure neighbours teach more often. What is taught then:

    - `"mixup"`: KL(m_ij ‖ q_i) of the mixture m_ij = (1 - w) · p_i + w · p_j with w = π_ij · u, u ~ Beta(β, β);
    - `"weight"`: KL(p_j ‖ q_i), a node's edges weighed in proportion to cos(p_i, p_j) · π_ij, on average 1.

    Entropies are shares of log(classes), which cancels in π. Those of the student are of its present answers, and no
    gradient goes through π. As in `reliable_neighbours`, neighbours are looked up in the table and need not be in the
    batch; an edge of weight v counts as v edges; the factor τ² is that of `soft_labels`.

    Args:
        scheme: `"mixup"` or `"weight"`.
        temperature: τ, divides all logits in the divergences; π is of logits as they are.
        alpha: α; the larger, the more edges are kept.
        beta: β of `"mixup"`; small ones make u nearly 0 or 1.
        decay: α is multiplied by it after each epoch; 0.9908 is the released code's, a hundredth after 500 epochs.
        average: `"edges"` is one mean over all kept edges, as in the released code; `"nodes"` is a mean over nodes of
            the means over their edges.
    """

    name = "hardness_aware"
    citation = "Wu et al., Teach Harder, Learn Poorer: Rethinking Hard Sample Distillation, CIKM 2024"
    needs = frozenset({"logits", "neighbours"})
    speaks_of_classes = True

    def __init__(
        self,
        scheme: Scheme = "mixup",
        temperature: float = 1.0,
        alpha: float = 5.0,
        beta: float = 0.4,
        decay: float = 1.0,
        average: Literal["nodes", "edges"] = "edges",
    ):
        super().__init__()
        self.scheme = scheme
        self.temperature = temperature
        self.alpha = alpha
        self.beta = beta
        self.decay = decay
        self.average = average
        check_positive(self.name, temperature=temperature, alpha=alpha, beta=beta, decay=decay)
        if decay > 1:
            raise ConfigError(f"{self.name}.decay: expected at most 1, got {decay}")

    def forward(self, batch: Batch) -> Tensor:
        """Mean divergence in nats, times τ²."""
        logits = batch.output.logits
        with torch.no_grad():
            taught = self._taught(batch, logits.detach())
        log_q = (logits / self.temperature).log_softmax(-1)
        # Σ_j KL(m_j ‖ q_i) = Σ_j m_j · log m_j - (Σ_j m_j) · log q_i
        total = taught.entropy - (taught.target * log_q).sum(1)
        if self.average == "edges":
            return self.temperature**2 * edge_mean(total, taught.weight, batch.weights)
        return self.temperature**2 * batch.mean(total / taught.weight)

    def _taught(self, batch: Batch, logits: Tensor) -> "_Taught":
        """What the kept edges of each row add up to."""
        pattern = batch.links_of("neighbours", self.name)
        everyone, own = batch.all_knowledge("logits"), batch.knowledge("logits")
        i, j = pattern.row_ids(), pattern.indices
        alike = _cosine(own.softmax(-1), everyone.softmax(-1), i, j)
        hardness = (_hardness(own) * _hardness(logits)).sqrt()
        alpha = self.alpha * self.decay ** (batch.epoch - 1)
        chance = -torch.expm1(-alpha * alike * hardness[i] / _hardness(everyone)[j])
        kept = pattern.values.to(chance.dtype) * (torch.rand_like(chance) < chance)
        p, own_p = ((each / self.temperature).softmax(-1) for each in (everyone, own))
        if self.scheme == "mixup":
            share = chance * torch.distributions.Beta(self.beta, self.beta, False).sample(chance.shape).to(chance)
            mixed = torch.lerp(own_p.index_select(0, i), p.index_select(0, j), share[:, None])
            return _sums(pattern, mixed, kept, own_p)
        weight = kept * alike * chance
        return _evened(_sums(pattern, p.index_select(0, j), weight, own_p), pattern, kept)


class _Taught(NamedTuple):
    """Sums over each row's kept edges: of targets m (rows, classes), of m·log m (rows,), and of weights (rows,)."""

    target: Tensor
    entropy: Tensor
    weight: Tensor


def _sums(pattern: CSR, targets: Tensor, weight: Tensor, own: Tensor) -> _Taught:
    """Of targets (edges, classes) with weights (edges,), and of those of the rows themselves, of weight 1."""
    summed = _per_row(pattern, weight, _columns(targets)) + _columns(own)
    return _Taught(summed[:, :-2], summed[:, -2], summed[:, -1])


def _columns(m: Tensor) -> Tensor:
    """m, m·log m and a 1, side by side (rows, classes + 2)."""
    entropy = torch.special.xlogy(m, m).sum(1, keepdim=True)
    return torch.cat([m, entropy, torch.ones_like(entropy)], dim=1)


def _evened(taught: _Taught, pattern: CSR, kept: Tensor) -> _Taught:
    """The same with each row's weights scaled to be 1 on average over its kept edges and its self-loop."""
    edges = _per_row(pattern, kept, torch.ones_like(kept)[:, None])[:, 0] + 1
    scale = edges / taught.weight
    return _Taught(taught.target * scale[:, None], taught.entropy * scale, edges)


def _per_row(pattern: CSR, weight: Tensor, values: Tensor) -> Tensor:
    """Σ over the entries of each row of weight (entries,) times values (entries, width)."""
    entry = torch.arange(weight.numel(), device=weight.device)
    return CSR(pattern.indptr, entry, weight, (pattern.shape[0], weight.numel())) @ values


def _hardness(logits: Tensor) -> Tensor:
    """Entropy (rows,) of the class distribution as a share of the largest there is, at least a little."""
    log_p = logits.log_softmax(-1)
    entropy: Tensor = -(log_p.exp() * log_p).sum(-1) / math.log(max(2, logits.size(-1)))
    return entropy.clamp(min=_LEAST)


def _cosine(own: Tensor, everyone: Tensor, i: Tensor, j: Tensor) -> Tensor:
    """Cosine (edges,) between rows i of `own` and rows j of `everyone`."""
    first, second = (x / x.norm(dim=1, keepdim=True) for x in (own, everyone))
    cosine: Tensor = (first.index_select(0, i) * second.index_select(0, j)).sum(1)
    return cosine
