"""The multi-layer perceptron that every GNN-to-MLP paper distils into."""

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least, check_share
from gnn2mlp.nn.mlp import MLP, Norm
from gnn2mlp.students._base import Student


class MLPStudent(Student):
    """MLP of `layers` affine maps with ReLU (GLNN's student, Zhang et al., ICLR 2022).

    Args:
        hidden: width of hidden layers.
        layers: number of affine maps, at least 2.
        dropout: on hidden activations.
        norm: `"none"`, `"batch"` or `"layer"`, on hidden layers.
        residual: every hidden layer but the first adds to what it reads (He et al., CVPR 2016); of at least 3 layers.
        input_dropout: share of the values of a row that each training step drops; see `Student`.

    Verdict, beside 128 units and two layers on unseen nodes of cpf-cora / cpf-citeseer with a SAGE teacher, 10 splits
    (`benchmarks/results/students.json`; intervals over splits): 512 units -0.8 / +0.6 points, off 0 both times, and
    +0.7 / +2.7 with half of the values of a row dropped; batch normalisation -0.8 on cpf-cora, and with three residual
    layers -0.7, both off 0 (six splits of cpf-citeseer: -0.7 and +0.4, within chance).

    Example:
        >>> import torch
        >>> module = MLPStudent(hidden=16).build(num_features=4, num_classes=3)
        >>> module(torch.zeros(2, 4)).logits.shape
        torch.Size([2, 3])
    """

    name = "mlp"
    citation = "Zhang et al., Graph-less Neural Networks: Teaching Old MLPs New Tricks via Distillation, ICLR 2022"
    reads_sparse = True

    def __init__(
        self,
        hidden: int = 128,
        layers: int = 2,
        dropout: float = 0.3,
        norm: Norm = "none",
        input_dropout: float = 0.0,
        residual: bool = False,
    ):
        super().__init__(input_dropout)
        self.hidden = hidden
        self.layers = layers
        self.dropout = dropout
        self.norm = norm
        self.residual = residual
        if residual and layers < 3:
            raise ConfigError(
                f"student.residual: expected at least 3 layers, between which there is something to add, got {layers}"
            )
        check_at_least("student", 2, layers=layers)
        check_at_least("student", 1, hidden=hidden)
        check_share("student", dropout=dropout)

    def build(self, num_features: int, num_classes: int) -> MLP:
        """An untrained MLP for these sizes."""
        return MLP(num_features, self.hidden, num_classes, self.layers, self.dropout, self.norm, self.residual)
