"""Any loss, on features that were moved to where it is large."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least, check_positive
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.norms import without_statistics
from gnn2mlp.objectives._base import Objective, RowSet, parse_objective
from gnn2mlp.objectives._batch import Batch


class AdversarialFeatures(Objective):
    """L(x + δ) of any other objective L, with δ in [-ε, ε] found by projected gradient ascent on L.

    Adversarial feature augmentation of NOSMOG (Tian et al., ICLR 2023, section 4.3): δ begins uniform, and is moved
    `steps` times by ε · `stride` along the sign of its gradient (Madry et al., ICLR 2018). Sparse rows of the batch
    become dense for it, as every feature moves, also one that is 0: a training step costs `steps` + 1 dense passes.

    The norms of a student do not count these passes among the rows that their statistics are made of.

    Args:
        objective: L, as an `Objective`, or by name, mapping or list of them as in YAML; none that follows training.
        epsilon: ε, in units of the features; 0.001 to 0.1 in the published settings.
        steps: of the ascent; 5 in the released code, 0: random noise alone.
        stride: of a step, as a share of ε; a quarter in the released code.
        where: `"all"` features move (paper), or the `"nonzero"` ones alone, so that a bag of words stays one of the
            same words.

    Example:
        >>> from gnn2mlp.nn import MLP
        >>> batch = Batch(torch.arange(2), torch.tensor([0, 1]), torch.eye(2), MLP(2, 4, 2))
        >>> _ = torch.manual_seed(0)
        >>> term = AdversarialFeatures("hard_labels", epsilon=0.5)
        >>> bool(term(batch) > parse_objective("hard_labels")(batch))
        True
    """

    name = "adversarial_features"
    citation = "Tian et al., Learning MLPs on Graphs (NOSMOG), ICLR 2023, section 4.3; Madry et al., ICLR 2018"
    reads_features = True
    couples_rows = True  # its passes are its own, and processes that share norms would wait for each other's

    @property
    def row_set(self) -> RowSet:  # type: ignore[override]
        """`"labelled"` if all of L matters there alone."""
        return "all" if any(weight and term.row_set == "all" for weight, term in self.inner.terms()) else "labelled"

    def __init__(
        self,
        objective: Any = "soft_labels",
        epsilon: float = 0.05,
        steps: int = 5,
        stride: float = 0.25,
        where: Literal["all", "nonzero"] = "all",
    ):
        super().__init__()
        check_positive(self.name, epsilon=epsilon, stride=stride)
        check_at_least(self.name, 0, steps=steps)
        self.inner = parse_objective(objective)
        self.objective = self.inner.to_list()
        self.epsilon = epsilon
        self.steps = steps
        self.stride = stride
        self.where = where
        self.needs = self.inner.needs
        self.speaks_of_classes = self.inner.speaks_of_classes
        self.starts_at = self.inner.starts_at
        if "all_rows" in self.needs:
            raise ConfigError(f"{self.name}.objective: one that follows training cannot be asked of moved features")

    def prepare(self, tables: Mapping[str, TeacherKnowledge], hidden: int) -> None:
        """Prepare L."""
        self.inner.prepare(tables, hidden)

    def forward(self, batch: Batch) -> Tensor:
        """L of the rows moved by δ."""
        if batch.own_rows is None or batch.student is None:
            raise ConfigError(f"{self.name}: expected a batch with features and a student to ask, got its answer alone")
        rows = batch.own_rows.to_dense() if isinstance(batch.own_rows, CSR) else batch.own_rows
        with without_statistics(batch.student):
            value: Tensor = self.inner(_moved(batch, rows + self._ascended(batch, rows)))
        return value

    def _ascended(self, batch: Batch, rows: Tensor) -> Tensor:
        """δ (rows, features)."""
        reach = self.epsilon if self.where == "all" else self.epsilon * (rows != 0).to(rows.dtype)
        fixed = rows.detach()
        delta = torch.empty_like(fixed).uniform_(-1, 1) * reach
        for _ in range(self.steps):
            with torch.enable_grad():
                delta.requires_grad_()
                (uphill,) = torch.autograd.grad(self.inner(_moved(batch, fixed + delta)), delta)
            delta = (delta.detach() + self.stride * uphill.sign() * reach).clamp_(-self.epsilon, self.epsilon)
        return delta


def _moved(batch: Batch, rows: Tensor) -> Batch:
    return replace(batch, features=rows, answer=None)
