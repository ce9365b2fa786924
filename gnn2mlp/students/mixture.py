"""A mixture of experts: several small MLPs and a gate."""

from gnn2mlp.core.limits import check_at_least, check_positive, check_share
from gnn2mlp.nn.mixture import Mixture
from gnn2mlp.nn.mlp import MLP, Norm
from gnn2mlp.students._base import Student


class MixtureStudent(Student):
    """`experts` MLPs whose logits a linear gate mixes, row by row; see `nn.mixture.Mixture`.

    Four experts of 32 units have about as many parameters as an MLP of 128 and the gate besides. A request costs all
    experts. Verdict: beside that MLP +0.6 points on unseen nodes of cpf-cora (10 splits, 95 % interval -0.2 to +1.4)
    and -0.6 on cpf-citeseer (6 splits, -1.1 to -0.1), with a SAGE teacher (`benchmarks/results/students.json`).

    Args:
        hidden: width of the hidden layers of each expert.
        experts: how many there are.
        layers: affine maps of each expert, at least 2.
        dropout: on hidden activations.
        norm: `"none"`, `"batch"` or `"layer"`, on hidden layers.
        temperature: τ of the gate's softmax.
        gumbel: add Gumbel noise to the gate's scores in training.
        input_dropout: see `Student`; gate and experts see the same values of a row.

    Example:
        >>> import torch
        >>> MixtureStudent(hidden=8, experts=3).network(4, 2)(torch.zeros(5, 4)).logits.shape
        torch.Size([5, 2])
    """

    name = "mixture"
    citation = "Chernov, (GG) MoE vs. MLP on Tabular Data, arXiv 2502.03608, 2025"
    reads_sparse = True

    def __init__(
        self,
        hidden: int = 32,
        experts: int = 4,
        layers: int = 2,
        dropout: float = 0.3,
        norm: Norm = "none",
        temperature: float = 1.0,
        gumbel: bool = True,
        input_dropout: float = 0.0,
    ):
        super().__init__(input_dropout)
        self.hidden = hidden
        self.experts = experts
        self.layers = layers
        self.dropout = dropout
        self.norm = norm
        self.temperature = temperature
        self.gumbel = gumbel
        check_at_least("student", 2, layers=layers)
        check_at_least("student", 1, hidden=hidden, experts=experts)
        check_share("student", dropout=dropout)
        check_positive("student", temperature=temperature)

    def build(self, num_features: int, num_classes: int) -> Mixture:
        """Untrained experts for these sizes, and their gate."""
        sizes = num_features, self.hidden, num_classes, self.layers, self.dropout, self.norm
        return Mixture(num_features, [MLP(*sizes) for _ in range(self.experts)], self.temperature, self.gumbel)
