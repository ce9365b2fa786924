"""Soft labels of reliable hyperedges, matched by the student."""

from collections.abc import Mapping

import torch
from torch import Tensor

from gnn2mlp.core.limits import check_at_least, check_positive
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.divergence import probabilities_as_log_target
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch
from gnn2mlp.objectives._needs import TEACHER
from gnn2mlp.objectives._reliability import ReliabilityForm, first_draws, reliability_scores, sampling_probability

# The least probability whose logarithm is taken: a student may be surer of a class than float32 can say.
SMALLEST = 1e-30


class ReliableHyperedges(Objective):
    """L = τ² · mean over sampled hyperedges e of KL(P_e^τ ‖ Q_e^τ), the means of p and q over the nodes of e.

    In every step hyperedge e is kept with probability 1 - ρ_e, ρ_e = δ_e / max δ with δ_e = |mean over the nodes of e
    of the teacher's entropy shift| (LightHGNN+, Feng et al., ICLR 2024): the more noise on the features moves the
    entropy of a hyperedge, the more rarely it teaches. All observed hyperedges count alike; nodes that lie in none are
    taught by `soft_labels` alone. The factor τ² is that of `soft_labels`.

    The rule for mini-batches: a hyperedge stands for those of its nodes that are in the batch, in P_e as in Q_e, and
    those with none are left out. So the term vanishes where student and teacher agree, in batches as well. The batch of
    all nodes is the paper's. δ_e is always that of all its nodes. No pair of nodes is made: a step costs incidences
    times classes.

    Args:
        temperature: τ, divides all logits.
        form: ρ from `"absolute"` shifts (paper) or squared ones, averaged over draws.
        draws: how many draws of noise ρ averages, the first of those that were written down; default: all. The paper
            takes one.
        sample: `False` keeps every hyperedge, always.
        released_divergence: as in `soft_labels`; P_e and Q_e are then means of plain probabilities, which τ divides.
        sharpen: power of the teacher's probabilities of each node, as in `soft_labels`.
    """

    name = "reliable_hyperedges"
    citation = "Feng et al., LightHGNN: Distilling Hypergraph Neural Networks into MLPs, ICLR 2024"
    needs = frozenset({"logits", "entropy_shift", "hyperedges"})
    speaks_of_classes = True

    def __init__(
        self,
        temperature: float = 1.0,
        form: ReliabilityForm = "absolute",
        draws: int | None = None,
        sample: bool = True,
        released_divergence: bool = False,
        sharpen: float = 1.0,
    ):
        super().__init__()
        self.sharpen = sharpen
        self.temperature = temperature
        self.form = form
        self.draws = draws
        self.sample = sample
        self.released_divergence = released_divergence
        check_positive(self.name, temperature=temperature, sharpen=sharpen)
        check_at_least(self.name, 1, draws=1 if draws is None else draws)
        self._probability: tuple[TeacherKnowledge | None, Tensor] | None = None
        self._target: tuple[tuple[object, ...], CSR, Tensor] | None = None

    def prepare(self, tables: Mapping[str, TeacherKnowledge], hidden: int) -> None:
        """Raise `ConfigError` if the teacher wrote down fewer draws than are to be averaged."""
        if TEACHER in tables:
            first_draws(tables[TEACHER]["entropy_shift"], self.draws, self.name)

    def forward(self, batch: Batch) -> Tensor:
        """Mean in nats, times τ²; 0 if no hyperedge is kept."""
        hyperedges = batch.links_of("hyperedges", self.name)
        kept = self.kept(batch, hyperedges)
        inside, teacher = self._of_rows(batch, hyperedges)
        log_q = (inside @ self._distribution(batch.output.logits)).clamp(min=SMALLEST).log()
        if self.released_divergence:
            value = probabilities_as_log_target(teacher, log_q, self.temperature)
        else:
            value = self.temperature**2 * (torch.xlogy(teacher, teacher) - teacher * log_q).sum(-1)
        kept = kept & (inside.indptr.diff() > 0)
        if batch.weights is not None:  # a hyperedge counts as its nodes in the batch do on average
            kept = kept * inside.matmul(batch.weights.to(value.dtype)[:, None])[:, 0]
        total = kept.sum()
        return (value * kept).sum() / total.where(total > 0, 1)

    def _distribution(self, logits: Tensor) -> Tensor:
        return (logits if self.released_divergence else logits / self.temperature).softmax(-1)

    def kept(self, batch: Batch, hyperedges: CSR) -> Tensor:
        """Which hyperedges teach in this step, bool (hyperedges,)."""
        if not self.sample:
            return torch.ones(len(hyperedges), dtype=torch.bool, device=hyperedges.device)
        table = batch.tables.get(TEACHER)
        if self._probability is None or self._probability[0] is not table or table is None:
            shifts = first_draws(batch.all_knowledge("entropy_shift"), self.draws, self.name)
            rho = reliability_scores(averaging(hyperedges) @ shifts, self.form)
            self._probability = table, sampling_probability(rho, 1.0)
        probability = self._probability[1]
        return torch.rand_like(probability) < probability

    def _of_rows(self, batch: Batch, hyperedges: CSR) -> tuple[CSR, Tensor]:
        """Per hyperedge the mean over its nodes in the batch, as an operator, and P_e; kept while the rows stay."""
        key = batch.rows, batch.tables.get(TEACHER), hyperedges
        if self._target is None or any(new is not old for new, old in zip(key, self._target[0], strict=True)):
            inside = averaging(hyperedges.transpose().rows(batch.rows).transpose())
            said = batch.task.sharpened(batch.knowledge("logits"), self.sharpen)
            teacher = inside @ self._distribution(said)
            self._target = key, inside, teacher
        return self._target[1], self._target[2]


def averaging(members: CSR) -> CSR:
    """The pattern (hyperedges, nodes) with weights whose product is the mean over each hyperedge's nodes."""
    size = members.indptr.diff().clamp(min=1)
    return members.with_values((1 / size.to(members.dtype))[members.row_ids()])
