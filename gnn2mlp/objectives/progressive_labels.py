"""Soft labels for every stage of a sequence of MLPs, of rows as they are and mixed, later stages' harder."""

import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least, check_positive
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.nn.progressive import Progressive
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch


class ProgressiveLabels(Objective):
    """L = mean over stages k of λ · CE(y, q_k) + (1 - λ) · (τ² KL(p ‖ q_k) + μ · τ² KL(s p_i + (1 - s) p_j ‖ q_k(x̃))).

    q_k is what stage k of a sequence of MLPs says, p the teacher's probabilities, both at τ, and
    x̃ = s x_i + (1 - s) x_j a row mixed with another one of the batch, s drawn from Beta(a_k, a_k). The later the stage,
    the larger a_k, up to `mixup` at the last one: its rows are mixed more evenly, which is harder. A student of one
    network is a sequence of one, whose rows are not mixed.

    Args:
        hard_weight: λ in 0..1.
        temperature: τ.
        mixed_weight: μ; 0 leaves mixed rows out.
        mixup: a of the last stage.
        apart: whether a stage takes the one before it as given: later stages then do not change earlier ones.

    Example:
        >>> from gnn2mlp.knowledge import TeacherKnowledge
        >>> teacher = TeacherKnowledge(torch.arange(1), {"logits": torch.tensor([[0.0, 0.0]])})
        >>> student = MLPOutput(torch.tensor([[0.0, 0.0]]), torch.zeros(1, 1))
        >>> batch = Batch(torch.arange(1), torch.tensor([-1]), tables={"teacher": teacher}, answer=student)
        >>> ProgressiveLabels()(batch).item()  # they agree
        0.0
    """

    name = "progressive_labels"
    citation = (
        "Lu et al., ProGMLP: A Progressive Framework for GNN-to-MLP Knowledge Distillation, 2025, arXiv 2507.19031"
    )
    reads_features = True
    departures = (
        "The paper's abstract and summaries were read, not its formulas, and no code was found: how hardness grows "
        "with the stage is our reading. All stages train at once, later ones on what earlier ones say at the time "
        "(paper: in sequence); by default no gradient passes from one to the one before."
    )
    needs = frozenset({"logits"})
    couples_rows = True
    speaks_of_classes = True

    def __init__(
        self,
        hard_weight: float = 0.0,
        temperature: float = 1.0,
        mixed_weight: float = 1.0,
        mixup: float = 1.0,
        apart: bool = True,
    ):
        super().__init__()
        if not 0 <= hard_weight <= 1:
            raise ConfigError(f"{self.name}.hard_weight: expected a number from 0 to 1, got {hard_weight}")
        check_at_least(self.name, 0, mixed_weight=mixed_weight)
        check_positive(self.name, temperature=temperature, mixup=mixup)
        self.hard_weight = hard_weight
        self.temperature = temperature
        self.mixed_weight = mixed_weight
        self.mixup = mixup
        self.apart = apart

    def forward(self, batch: Batch) -> Tensor:
        """Mean over stages and rows, in nats."""
        network = batch.student
        log_p = (batch.knowledge("logits") / self.temperature).log_softmax(-1)
        if not isinstance(network, Progressive) or batch.own_rows is None:
            return self._plain(batch, batch.output, log_p)
        mapped = network.mapped(batch.own_rows)
        said = network.follow(mapped, self.apart)
        loss = torch.stack([self._plain(batch, each, log_p) for each in said]).mean()
        weight = (1 - self.hard_weight) * self.mixed_weight
        if not weight:
            return loss
        mixed = [self._mixed(batch, network, mapped[: stage + 1], log_p) for stage in range(len(mapped))]
        return loss + weight * torch.stack(mixed).mean()

    def _plain(self, batch: Batch, said: MLPOutput, log_p: Tensor) -> Tensor:
        """Labels and soft labels of one stage."""
        soft = self._divergence(batch, log_p.exp(), said.logits)
        if not self.hard_weight:
            return soft
        losses = batch.task.loss(said.logits, batch.labels)
        hard = batch.mean(losses, batch.task.known(batch.labels))
        return self.hard_weight * hard + (1 - self.hard_weight) * soft

    def _mixed(self, batch: Batch, network: Progressive, mapped: list[Tensor], log_p: Tensor) -> Tensor:
        """Soft labels of the last of some stages, of rows that are mixed with others."""
        rows, device = len(log_p), log_p.device
        evenness = self.mixup * len(mapped) / len(network.stages)
        shape = log_p.new_full((rows, 1), evenness)
        share = torch.distributions.Beta(shape, shape, validate_args=False).sample()
        other = torch.randperm(rows, device=device)
        # Own maps of rows are affine: mixing them mixes rows, and no sparse row is made dense for it.
        mixed = [share.to(each.dtype) * each + (1 - share).to(each.dtype) * each[other] for each in mapped]
        target = share * log_p.exp() + (1 - share) * log_p.exp()[other]
        return self._divergence(batch, target, network.follow(mixed, self.apart)[-1].logits)

    def _divergence(self, batch: Batch, target: Tensor, logits: Tensor) -> Tensor:
        log_q = (logits / self.temperature).log_softmax(-1)
        each = (torch.special.xlogy(target, target) - target * log_q).sum(-1)
        value: Tensor = self.temperature**2 * batch.mean(each)
        return value
