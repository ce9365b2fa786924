"""Soft labels of reliable neighbours, matched by the student."""

from collections.abc import Mapping
from typing import Literal

import torch
from torch import Tensor

from gnn2mlp.core.limits import check_at_least, check_positive, check_share
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch
from gnn2mlp.objectives._needs import TEACHER
from gnn2mlp.objectives._reliability import (
    ReliabilityForm,
    first_draws,
    fit_alpha,
    reliability_scores,
    sampling_probability,
)


class ReliableNeighbours(Objective):
    """L = τ² · mean over nodes i of the mean over their sampled neighbours j of KL(p_j^τ ‖ q_i^τ), p the teacher's.

    In every step each edge (i, j) is kept with probability 1 - ρ_j^α, ρ the entropy shift of the teacher at j (KRD, Wu
    et al., ICML 2023, equations 3, 5 and 8). A node of which no neighbour is kept says nothing. The factor τ² is that
    of `soft_labels`, so that the two terms keep their proportion as τ changes; the paper writes neither.

    The rule for mini-batches: node i of the batch learns from all of its neighbours in the observed graph. What the
    teacher says of them is read from the table, so they need not be in the batch, and a batch is an unbiased part of
    the whole. No edge exists per class: a step costs one sparse product.

    With `sample=False` all neighbours teach, always: the low-frequency part of FF-G2M (Wu et al., AAAI 2023). Beside
    `soft_labels` a weight of 0.1 is where to begin; no difference that it makes was found on the board
    (`benchmarks/OBJECTIVES.md`).

    Where edges have weights, which KRD does not know, the means over neighbours are weighted by them; a node itself
    weighs 1. On directed graphs a node's neighbours are those from which it receives.

    Args:
        temperature: τ, divides all logits.
        form: ρ from squared shifts (paper) or absolute ones (released code).
        draws: how many draws of noise ρ averages, the first of those that were written down; default: all. The released
            code takes one.
        sample: `False` keeps every neighbour, always; then no noise is needed. With `average="edges"` and
            `include_self` this is the low-frequency part of FF-G2M (Wu et al., AAAI 2023).
        warmup: epochs in which every neighbour is kept.
        alpha: α until it is fitted.
        bins: of the fit of α to the agreement of student and teacher.
        momentum: α ← momentum · α + (1 - momentum) · fitted, per epoch.
        every: fit α after each so many epochs, with momentum to that power: a fit needs a pass over all rows.
        average: `"nodes"` as above; `"edges"` is one mean over all kept edges, in which a node counts as often as it
            has neighbours.
        include_self: count node i among its neighbours, always kept. With `average="edges"` this is the loss of the
            released code, one mean over sampled edges and self-loops.
        sharpen: power of the teacher's probabilities, as in `soft_labels`.
    """

    name = "reliable_neighbours"
    citation = "Wu et al., Quantifying the Knowledge in GNNs for Reliable Distillation into MLPs, ICML 2023, equation 8"
    needs = frozenset({"logits", "entropy_shift", "neighbours", "all_rows"})
    speaks_of_classes = True
    fitted_alpha: Tensor

    def __init__(
        self,
        temperature: float = 1.0,
        form: ReliabilityForm = "squared",
        draws: int | None = None,
        sample: bool = True,
        warmup: int = 50,
        alpha: float = 1.0,
        bins: int = 50,
        momentum: float = 0.99,
        every: int = 5,
        average: Literal["nodes", "edges"] = "nodes",
        include_self: bool = False,
        sharpen: float = 1.0,
    ):
        super().__init__()
        self.sharpen = sharpen
        self.temperature = temperature
        self.form = form
        self.draws = draws
        self.sample = sample
        self.warmup = warmup
        self.alpha = alpha
        self.bins = bins
        self.momentum = momentum
        self.every = every
        self.average = average
        self.include_self = include_self
        check_positive(self.name, temperature=temperature, alpha=alpha, sharpen=sharpen)
        check_at_least(self.name, 1, every=every, draws=1 if draws is None else draws)
        check_at_least(self.name, 2, bins=bins)
        check_at_least(self.name, 0, warmup=warmup)
        check_share(self.name, momentum=momentum)
        if not sample:
            self.needs = self.needs - {"entropy_shift"}
        self.register_buffer("fitted_alpha", torch.tensor(float(alpha)))
        self._of_table: tuple[TeacherKnowledge | None, Tensor, Tensor] | None = None
        # ρ and α, by which it was made and in which version, and the probability that follows from them.
        self._kept: tuple[Tensor, Tensor, int, Tensor] | None = None

    @property
    def starts_at(self) -> int:  # type: ignore[override]
        """The first epoch in which neighbours are sampled."""
        return self.warmup + 1 if self.sample else 1

    def prepare(self, tables: Mapping[str, TeacherKnowledge], hidden: int) -> None:
        """Raise `ConfigError` if the teacher wrote down fewer draws than are to be averaged."""
        if TEACHER in tables and self.sample:
            first_draws(tables[TEACHER]["entropy_shift"], self.draws, self.name)

    def forward(self, batch: Batch) -> Tensor:
        """Mean divergence in nats, times τ²."""
        log_q = (batch.output.logits / self.temperature).log_softmax(-1)
        with torch.no_grad():
            targets = self._targets(batch)
        *_, entropy, count = targets.unbind(1)
        # Σ_j KL(p_j ‖ q_i) = Σ_j p_j·log p_j - (Σ_j p_j)·log q_i
        total = entropy - (targets[:, :-2] * log_q).sum(1)
        if self.average == "edges":
            value = edge_mean(total, count, batch.weights)
        else:
            value = batch.mean(total / count.where(count > 0, 1.0), count > 0)
        return self.temperature**2 * value

    def _targets(self, batch: Batch) -> Tensor:
        """Per row, summed over its kept neighbours: p_j (classes columns), p_j·log p_j, and what they weigh."""
        pattern = batch.links_of("neighbours", self.name)
        answers, rho = self._answers(batch)
        if self.sample and batch.epoch > self.warmup:
            probability = self._probability(rho)[pattern.indices]
            pattern = pattern.with_values(
                pattern.values.to(answers.dtype) * (torch.rand_like(probability) < probability)
            )
        kept = pattern @ answers
        return kept + answers[batch.rows] if self.include_self else kept

    def _probability(self, rho: Tensor) -> Tensor:
        """1 - ρ^α of every row of the table. Made anew when α has changed: a GPU waits where α is read."""
        alpha = self.fitted_alpha
        if (
            self._kept is None
            or self._kept[0] is not rho
            or self._kept[1] is not alpha
            or self._kept[2] != alpha._version
        ):
            self._kept = rho, alpha, alpha._version, sampling_probability(rho, alpha.item())
        return self._kept[3]

    def _answers(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """For every row of the table p_j, p_j·log p_j and a 1; and ρ_j. Made once for each table."""
        table = batch.tables.get(TEACHER)
        if self._of_table is None or self._of_table[0] is not table or table is None:
            teacher = batch.task.sharpened(batch.all_knowledge("logits"), self.sharpen)
            log_p = (teacher / self.temperature).log_softmax(-1)
            entropy = (log_p.exp() * log_p).sum(1, keepdim=True)
            answers = torch.cat([log_p.exp(), entropy, torch.ones_like(entropy)], dim=1)
            self._of_table = table, answers, self._rho(batch)
        return self._of_table[1], self._of_table[2]

    def _rho(self, batch: Batch) -> Tensor:
        """ρ of every row of the table; of none, where every neighbour teaches."""
        if not self.sample:
            return batch.labels.new_zeros(0)
        return reliability_scores(first_draws(batch.all_knowledge("entropy_shift"), self.draws, self.name), self.form)

    def follows(self, epoch: int) -> bool:
        """After the last epoch of the warm-up, and then after every so many."""
        return self.sample and epoch >= self.warmup and (epoch - self.warmup) % self.every == 0

    def after_epoch(self, batch: Batch) -> None:
        """Fit α to where student and teacher agree."""
        _, rho = self._answers(batch)
        agrees = batch.output.logits.argmax(1) == batch.knowledge("logits").argmax(1)
        fitted = fit_alpha(rho[batch.rows], agrees, self.bins)
        if fitted is not None:
            kept = self.momentum**self.every
            self.fitted_alpha.mul_(kept).add_((1 - kept) * fitted)


def edge_mean(total: Tensor, count: Tensor, weights: Tensor | None) -> Tensor:
    """One mean over edges from the sums over each row's edges and their numbers, (rows,); an edge weighs as its row."""
    if weights is not None:
        total, count = total * weights, count * weights
    edges = count.sum()
    return total.sum() / edges.where(edges > 0, 1.0)
