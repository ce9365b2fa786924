"""Message-passing teachers: a stack of layers, trained on the whole graph or on sampled neighbourhoods."""

from abc import abstractmethod
from typing import Any

import torch
from torch import Tensor, nn

from gnn2mlp.core.environment import resolve_device
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.nn.mlp import Norm
from gnn2mlp.teachers._base import Export
from gnn2mlp.teachers._inference import input_features
from gnn2mlp.teachers._layers import LAYER_KEYS, layer_knowledge
from gnn2mlp.teachers._network import GNN
from gnn2mlp.teachers._network_teacher import NetworkTeacher


class GNNTeacher(NetworkTeacher):
    """A stack of message-passing layers on a graph. Subclasses add their own options and supply `conv`.

    Args:
        hidden: width of hidden layers.
        layers: number of message-passing layers, at least 2.
        dropout: on hidden activations.
        norm: `"none"`, `"batch"` or `"layer"`, on hidden layers.
        lr: learning rate of Adam.
        weight_decay: L2 penalty in Adam's gradient.
        epochs: at most this many.
        patience: stop after this many epochs in a row of which none was kept, by the rule of `nn.selection.Selection`.
        fanouts: neighbours sampled per layer in training, first layer first; `None` trains on the whole graph.
        batch_size: training nodes per step when neighbours are sampled.

    Attributes:
        module_: the fitted network, set by `fit`.

    Example:
        >>> from gnn2mlp.data import Observed, graph_from_arrays
        >>> from gnn2mlp.teachers import GCN
        >>> graph = graph_from_arrays(torch.eye(6), [0, 0, 0, 1, 1, 1], [[0, 1, 3, 4], [1, 2, 4, 5]])
        >>> observed = Observed(graph, torch.arange(6), train=torch.tensor([0, 3]), valid=torch.tensor([1, 4]))
        >>> teacher = GCN(hidden=16, epochs=30)
        >>> history = teacher.fit(observed)
        >>> teacher.predict(graph).argmax(1).tolist()
        [0, 0, 0, 1, 1, 1]
        >>> teacher.export(observed, ["hidden"])["hidden"].shape
        torch.Size([6, 16])
    """

    module_: GNN

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
        fanouts: tuple[int, ...] | None = None,
        batch_size: int = 512,
    ):
        super().__init__(hidden, dropout, norm, lr, weight_decay, epochs, patience)
        self.layers = layers
        self.fanouts = fanouts
        self.batch_size = batch_size
        check_at_least("teacher", 2, layers=layers)
        check_at_least("teacher", 1, batch_size=batch_size)
        if fanouts is not None and (len(fanouts) != layers or min(fanouts) < 1):
            raise ConfigError(
                f"teacher.fanouts: expected a number of at least 1 for each layer ({layers}), got {list(fanouts)}"
            )

    @abstractmethod
    def conv(self, in_features: int, out_features: int, last: bool) -> nn.Module:
        """One layer, called as `conv(x, block)`; `last` marks the one that gives logits."""

    def convs(self, num_features: int, num_classes: int) -> list[nn.Module]:
        """The untrained layers for these sizes, first to last."""
        hidden = [self.hidden] * (self.layers - 1)
        sizes = zip([num_features, *hidden], [*hidden, num_classes], strict=True)
        return [self.conv(a, b, last=i == self.layers - 1) for i, (a, b) in enumerate(sizes)]

    def build(self, num_features: int, num_classes: int) -> GNN:
        """The untrained network for these sizes."""
        widths = [self.hidden] * (self.layers - 1)
        return GNN(self.convs(num_features, num_classes), widths, self.hidden_dropout, self.norm)

    @property
    def depth(self) -> int:
        """One link for each layer."""
        return self.layers

    @property
    def hidden_dropout(self) -> float:
        """Dropout behind each hidden layer."""
        return self.dropout

    def compute(
        self, graph: NodeData, needs: frozenset[str], how: Export, seed: int, device: torch.device | str
    ) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """As in `NetworkTeacher`, and what it knows of its own layers, where that is needed."""
        arrays, facts = super().compute(graph, needs, how, seed, device)
        if needs & LAYER_KEYS:
            assert isinstance(graph, GraphData), "those that provide them read graphs"
            device = resolve_device(device)
            features = input_features(graph, device)
            arrays |= layer_knowledge(self.module_.to(device), self.sampler(graph), features, graph.adjacency)
        return arrays, facts
