"""Teachers that are a stack of equal layers: the options that all of them share."""

from abc import abstractmethod

from torch import nn

from gnn2mlp.core.limits import check_at_least, check_positive, check_share
from gnn2mlp.nn.mlp import Norm
from gnn2mlp.teachers._network import GNN
from gnn2mlp.teachers._training import GraphTeacher, Optimisation


class LayeredTeacher(GraphTeacher):
    """A stack of message-passing layers. Subclasses add their own options and supply `conv` and `sampler`.

    Args:
        hidden: width of hidden layers.
        layers: number of message-passing layers, at least 2.
        dropout: on hidden activations.
        norm: `"none"`, `"batch"` or `"layer"`, on hidden layers.
        lr: learning rate of Adam.
        weight_decay: L2 penalty in Adam's gradient.
        epochs: at most this many.
        patience: stop after this many epochs without an equal or better validation accuracy.
    """

    fanouts: tuple[int, ...] | None = None
    batch_size: int = 512

    def __init__(
        self,
        hidden: int = 128,
        layers: int = 2,
        dropout: float = 0.5,
        norm: Norm = "none",
        lr: float = 0.01,
        weight_decay: float = 5e-4,
        epochs: int = 200,
        patience: int = 50,
    ):
        self.hidden = hidden
        self.layers = layers
        self.dropout = dropout
        self.norm = norm
        self.lr = lr
        self.weight_decay = weight_decay
        self.epochs = epochs
        self.patience = patience
        check_at_least("teacher", 2, layers=layers)
        check_at_least("teacher", 1, hidden=hidden, epochs=epochs, patience=patience)
        check_at_least("teacher", 0, weight_decay=weight_decay)
        check_positive("teacher", lr=lr)
        check_share("teacher", dropout=dropout)

    @abstractmethod
    def conv(self, in_features: int, out_features: int, last: bool) -> nn.Module:
        """One layer, called as `conv(x, block)`; `last` marks the one that gives logits."""

    def build(self, num_features: int, num_classes: int) -> GNN:
        """The untrained network for these sizes."""
        widths = [self.hidden] * (self.layers - 1)
        return GNN(self.convs(num_features, num_classes), widths, self.hidden_dropout, self.norm)

    def convs(self, num_features: int, num_classes: int) -> list[nn.Module]:
        """The untrained layers for these sizes, first to last."""
        hidden = [self.hidden] * (self.layers - 1)
        sizes = zip([num_features, *hidden], [*hidden, num_classes], strict=True)
        return [self.conv(a, b, last=i == self.layers - 1) for i, (a, b) in enumerate(sizes)]

    @property
    def optimisation(self) -> Optimisation:
        """Its own options."""
        return self

    @property
    def hidden_dropout(self) -> float:
        """Dropout behind each hidden layer."""
        return self.dropout
