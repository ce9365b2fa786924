"""A student that misses some features of a node says of it what it says of the whole node."""

import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_share
from gnn2mlp.nn.csr import CSR, Features
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch


class MaskedAlignment(Objective):
    """L = a · mean of (log q(x) - log q(x̃))² + (1 - a) · mean of (h(x) - h(x̃))², over labelled rows and each column.

    q are the student's probabilities, h its last hidden activations, and x̃ is the row x without some of its values,
    which are 0 (AdaGMLP, Lu et al., KDD 2024, node alignment).

    Args:
        missing: share of the values that x̃ lacks.
        outputs: a in 0..1, how much of the loss is that of outputs.

    Example:
        >>> import torch
        >>> from gnn2mlp.nn import MLP
        >>> student = MLP(4, 8, 3)
        >>> blank = Batch(torch.arange(2), torch.tensor([0, 1]), torch.zeros(2, 4), student)
        >>> MaskedAlignment()(blank).item()  # there is nothing to miss
        0.0
    """

    name = "masked_alignment"
    citation = "Lu et al., AdaGMLP: AdaBoosting GNN-to-MLP Knowledge Distillation, KDD 2024, arXiv 2405.14307"
    reads_features = True
    departures = (
        "The last hidden layer is aligned (released code: the mean over all). Each value is dropped by itself "
        "(released code: a fixed number in each row, which is then divided by its sum, also where features are not)."
    )
    row_set = "labelled"
    further_answers = 1
    speaks_of_classes = True

    def __init__(self, missing: float = 0.1, outputs: float = 0.5):
        super().__init__()
        check_share(self.name, missing=missing)
        if not 0 <= outputs <= 1:
            raise ConfigError(f"{self.name}.outputs: expected a number from 0 to 1, got {outputs}")
        self.missing = missing
        self.outputs = outputs

    def forward(self, batch: Batch) -> Tensor:
        """Mean over labelled rows; 0 of none."""
        whole = batch.output
        part = whole if batch.student is None or batch.own_rows is None else batch.student(self._masked(batch.own_rows))
        logits = (whole.logits.log_softmax(-1) - part.logits.log_softmax(-1)).square().mean(-1)
        hidden = (whole.hidden - part.hidden).square().mean(-1)
        return batch.mean(self.outputs * logits + (1 - self.outputs) * hidden, batch.labels >= 0)

    def _masked(self, rows: Features) -> Features:
        values = rows.values if isinstance(rows, CSR) else rows
        kept = values * (torch.rand_like(values) >= self.missing)
        return rows.with_values(kept) if isinstance(rows, CSR) else kept
