"""Whom the teacher attends to among a node's neighbours, matched by the student."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_positive
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.attention import aggregate, dot_scores, log_sum
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.linear import Linear
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch
from gnn2mlp.objectives._needs import TEACHER


class AttentionMaps(Objective):
    """L = τ² · mean over rows i and heads of KL(a_i^T ‖ a_i^S) over N(i) ∪ {i} (GKEDM, Wu, 2024, arXiv 2403.15419).

    a_i^T = softmax_j (⟨q_i, k_j⟩ / (τ √width)) with the teacher's queries and keys. The student's map is asked with its
    own query P z_i of the same keys, z_i being its last hidden activations and P a linear map that is learnt and left
    behind: so that a student without a graph has a map too, in training alone. An edge of weight w counts as w edges.

    As both are of one exponential family, the divergence is log Σ exp s - log Σ exp t + ⟨q_i - P z_i, c_i⟩ / (τ √width)
    in the student's scores s, the teacher's t, and c_i, the teacher's mean key: edges x heads numbers, no more. A node
    without neighbours attends to itself alone, and adds 0.

    Args:
        temperature: τ, divides all scores; 1 in the paper. The factor τ² is that of `soft_labels`.

    Example:
        >>> sorted(AttentionMaps().needs)
        ['attention_key', 'attention_query', 'neighbours']
    """

    name = "attention_maps"
    citation = "Wu, Graph Knowledge Enhancement and Distillation Module, 2024, arXiv 2403.15419"
    needs = frozenset({"attention_query", "attention_key", "neighbours"})

    def __init__(self, temperature: float = 1.0):
        super().__init__()
        check_positive(self.name, temperature=temperature)
        self.temperature = temperature
        self.query: nn.Module = nn.Identity()
        # The teacher's side of the rows of a batch that comes again, by the links that it came with.
        self._kept: tuple[CSR, Tensor, Tensor] | None = None

    def prepare(self, tables: Mapping[str, TeacherKnowledge], hidden: int) -> None:
        """Build the map from the student's hidden activations to queries.

        Raises:
            ConfigError: without a table.
        """
        if TEACHER not in tables:
            raise ConfigError("attention_maps: expected knowledge with attention queries, got none; name a teacher")
        _, heads, width = tables[TEACHER]["attention_query"].shape
        self.query = Linear(hidden, heads * width, bias=False, init="glorot")

    def forward(self, batch: Batch) -> Tensor:
        """Mean divergence in nats, times τ²; at least 0."""
        links, theirs = batch.links_of("neighbours", self.name), batch.knowledge("attention_query")
        own = self.query(batch.output.hidden).view_as(theirs).to(theirs.dtype)
        keys = batch.all_knowledge("attention_key")
        mean, total = self._of_teacher(batch, links, theirs, keys)
        scale = self.temperature * theirs.size(-1) ** 0.5
        gap = _totals(links, own, keys, batch.rows, scale) - total + ((theirs - own) * mean).sum(-1) / scale
        return self.temperature**2 * batch.mean(gap.mean(1))

    @torch.no_grad()
    def _of_teacher(self, batch: Batch, links: CSR, query: Tensor, keys: Tensor) -> tuple[Tensor, Tensor]:
        """C (rows, heads, width) and log Σ exp t (rows, heads)."""
        if self._kept is None or self._kept[0] is not links:
            scale = self.temperature * query.size(-1) ** 0.5
            total = _totals(links, query, keys, batch.rows, scale)
            weights = (_scores(links, query, keys, scale) - total[links.row_ids()]).exp()
            at_home = keys.index_select(0, batch.rows)
            alone = ((query * at_home).sum(-1) / scale - total).exp()
            self._kept = links, aggregate(links, weights, keys) + alone[..., None] * at_home, total
        return self._kept[1], self._kept[2]


def _scores(links: CSR, query: Tensor, keys: Tensor, scale: float) -> Tensor:
    """Scores (edges, heads) of the neighbours of each row."""
    return dot_scores(links, query, keys) / scale + links.values.log().to(query.dtype)[:, None]


def _totals(links: CSR, query: Tensor, keys: Tensor, rows: Tensor, scale: float) -> Tensor:
    """Log Σ exp (rows, heads) of the scores of each row's neighbours and of its own."""
    own = (query * keys.index_select(0, rows)).sum(-1) / scale
    return torch.logaddexp(log_sum(links, _scores(links, query, keys, scale)), own)
