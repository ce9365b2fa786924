"""Any terms, with weights that are trained beside the student."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.objectives._base import Objective, RowSet, parse_objective
from gnn2mlp.objectives._batch import Batch


class LearntMixture(Objective):
    """L = Σ_k softmax(w)_k · L_k, w trained with the student, as in the released code of LinguGKD.

    Weights begin as the shares that the terms are given, and are a distribution always. Nothing holds them but the loss
    itself, which is smallest where all weight lies on the smallest term: with many epochs the mixture ends there,
    whatever that term is worth. A fixed sum is the better choice; this one is for comparisons.

    Args:
        objective: the terms and the weights that they begin with, as an `Objective`, or by name, mapping or list of
            them as in YAML; none that follows training.

    Example:
        >>> from gnn2mlp.nn.mlp import MLPOutput
        >>> term = LearntMixture([{"name": "hard_labels", "weight": 3}, {"name": "hidden_match", "weight": 1}])
        >>> [round(share, 3) for share in term.shares.tolist()]
        [0.75, 0.25]
    """

    name = "learnt_mixture"
    citation = (
        "Hu et al., Large Language Model Meets Graph Neural Network in Knowledge Distillation, AAAI 2025, "
        "arXiv 2402.05894, released code"
    )
    vanishes = False

    def __init__(self, objective: Any = ("hard_labels", "soft_labels")):
        super().__init__()
        self.inner = parse_objective(objective)
        self.objective = self.inner.to_list()
        self._used = [term for term in self.inner.terms() if term.weight]
        if not self._used:
            raise ConfigError(f"{self.name}.objective: expected a term with a weight to begin with, got none")
        self.needs = self.inner.needs
        if "all_rows" in self.needs:
            raise ConfigError(f"{self.name}.objective: one that follows training has a weight of its own to follow")
        self.speaks_of_classes = self.inner.speaks_of_classes
        self.starts_at = self.inner.starts_at
        self.further_answers = self.inner.further_answers
        self.reads_features = any(term.objective.reads_features for term in self._used)
        self.couples_rows = any(term.objective.couples_rows for term in self._used)
        self.mixing = nn.Parameter(torch.tensor([term.weight for term in self._used]).log())

    @property
    def row_set(self) -> RowSet:  # type: ignore[override]
        """`"labelled"` if all terms matter there alone."""
        return "all" if any(term.objective.row_set == "all" for term in self._used) else "labelled"

    @property
    def shares(self) -> Tensor:
        """How much each term counts at present, (terms,): at least 0, and 1 in all."""
        return self.mixing.detach().softmax(0)

    def prepare_features(self, num_features: int) -> None:
        """Tell every term."""
        self.inner.prepare_features(num_features)

    def prepare(self, tables: Mapping[str, TeacherKnowledge], hidden: int) -> None:
        """Prepare every term."""
        self.inner.prepare(tables, hidden)

    def forward(self, batch: Batch) -> Tensor:
        """Mean of the terms by their present shares."""
        return (self.mixing.softmax(0) * torch.stack([term.objective(batch) for term in self._used])).sum()
