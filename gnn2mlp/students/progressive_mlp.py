"""A sequence of MLPs that may answer early: a dial between latency and accuracy."""

from gnn2mlp.core.limits import check_at_least, check_share
from gnn2mlp.nn.mlp import Norm
from gnn2mlp.nn.progressive import Progressive, check_threshold
from gnn2mlp.students._base import Student


class ProgressiveMLPStudent(Student):
    """`stages` MLPs in a row, each reading the features and what the one before it said (ProGMLP, Lu et al., 2025).

    All of them ship. Without an exit the last one answers; `Predictor.exiting` says how sure an earlier one must be to
    answer a row, whose later stages are then not computed.

    Args:
        hidden: width of hidden layers.
        layers: affine maps of each stage, at least 2.
        dropout: on hidden activations.
        norm: `"none"`, `"batch"` or `"layer"`, on hidden layers.
        stages: how many MLPs there are.
        exit_threshold: of the highest probability; `None`: the last stage answers.
        input_dropout: see `Student`.

    Example:
        >>> import torch
        >>> module = ProgressiveMLPStudent(hidden=16, stages=2).build(num_features=4, num_classes=3)
        >>> module(torch.zeros(2, 4)).logits.shape, len(module.answers(torch.zeros(2, 4)))
        (torch.Size([2, 3]), 2)
    """

    name = "progressive_mlp"
    citation = (
        "Lu et al., ProGMLP: A Progressive Framework for GNN-to-MLP Knowledge Distillation, 2025, arXiv 2507.19031"
    )
    reads_sparse = True

    def __init__(
        self,
        hidden: int = 128,
        layers: int = 2,
        dropout: float = 0.3,
        norm: Norm = "none",
        stages: int = 3,
        exit_threshold: float | None = None,
        input_dropout: float = 0.0,
    ):
        super().__init__(input_dropout)
        self.hidden = hidden
        self.layers = layers
        self.dropout = dropout
        self.norm = norm
        self.stages = stages
        self.exit_threshold = check_threshold(exit_threshold)
        check_at_least("student", 2, layers=layers)
        check_at_least("student", 1, hidden=hidden, stages=stages)
        check_share("student", dropout=dropout)

    def network(self, num_features: int, num_classes: int) -> Progressive:
        """What `build` gives; it drops values of rows itself, also where objectives ask its stages one by one."""
        module = self.build(num_features, num_classes)
        module.input_dropout = self.input_dropout
        return module

    def build(self, num_features: int, num_classes: int) -> Progressive:
        """An untrained sequence for these sizes."""
        sizes = num_features, self.hidden, num_classes, self.stages, self.layers
        return Progressive(*sizes, self.dropout, self.norm, self.exit_threshold)
