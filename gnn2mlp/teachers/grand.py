"""Graph random neural network: nodes are dropped at random, what is left travels, and draws have to agree."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from gnn2mlp.core.limits import check_at_least, check_positive, check_share
from gnn2mlp.data.sampling import Block
from gnn2mlp.nn.dropout import dropout, relu_dropout_
from gnn2mlp.nn.linear import Linear
from gnn2mlp.tasks import Task
from gnn2mlp.teachers._network import LayerInput
from gnn2mlp.teachers._propagation import Hop, PropagationNetwork, PropagationTeacher, spread
from gnn2mlp.teachers._training import MiniBatch


class RandomPropagation(PropagationNetwork):
    """relu(1/(K+1) Σ_k Â^k D X W + b) W' + b', where D drops each node with a probability (DropNode).

    Args:
        drop_node: that probability; the nodes that are kept are scaled by its rest, so that their mean stays.
        options: the others of `PropagationNetwork`.
    """

    def __init__(self, num_features: int, num_classes: int, drop_node: float, hidden: int, **options: Any):
        # The first bias is added where rows arrive, so that they are those of a map behind the propagation.
        maps = [Linear(num_features, hidden, bias=False, init="glorot"), Linear(hidden, num_classes, init="glorot")]
        super().__init__(maps, hidden, **options)
        self.drop_node = drop_node
        self.bias = torch.nn.Parameter(torch.zeros(hidden))

    def travel(self, mapped: Tensor, hops: Sequence[Hop]) -> tuple[Tensor, Tensor]:
        """As in `PropagationNetwork`."""
        if self.training and self.drop_node:
            mapped = mapped * dropout(mapped.new_ones(mapped.size(0), 1), self.drop_node, self.training)
        mean = spread(mapped, hops, 1, 1) / (self.hops + 1)
        hidden = relu_dropout_(self.norms[0](mean + self.bias), self.dropout, self.training)
        logits: Tensor = self.convs[1](hidden)
        return logits, hidden

    def draws(self, x: LayerInput, blocks: Sequence[Block], count: int) -> Tensor:
        """Logits (draws, targets, classes) under draws of all that is random.

        Where features are not dropped, they are mapped once for all draws.
        """
        steps, shared = self.steps(blocks), None if self.input_dropout else self.first_map(x)
        drawn = [self.travel(self.first_map(x) if shared is None else shared, steps)[0] for _ in range(count)]
        return torch.stack(drawn)


def consistency(task: Task, outputs: Tensor, sharpening: float) -> Tensor:
    """1/S Σ_s mean_i ‖z̄'_i - z_i^s‖² with z̄' the sharpened mean of the draws, which gets no gradient.

    Feng et al., equations 6 and 7, with the mean over nodes for their sum, as in the released code.

    Args:
        task: says what outputs stand for; targets of a regression are not sharpened.
        outputs: (draws, nodes, outputs).
        sharpening: T of the mean, sharper below 1.

    Returns:
        A scalar.

    Example:
        >>> from gnn2mlp.tasks.classification import NodeClassification
        >>> task, logits = NodeClassification(["a", "b"]), torch.tensor([[[0.75, 0.25]], [[0.25, 0.75]]]).log()
        >>> round(consistency(task, logits, 0.5).item(), 6)  # the mean is even, and stays so when it is sharpened
        0.125
    """
    with torch.no_grad():
        mean = task.mean_output(outputs)
        has_probabilities = task.answers.classes is not None
        target = task.expected(task.sharpened(mean, 1 / sharpening) if has_probabilities else mean)
    return (task.expected(outputs) - target).square().sum(-1).mean()


class GRAND(PropagationTeacher):
    """GRAND (Feng et al., NeurIPS 2020, https://arxiv.org/abs/2005.11079): random propagation, and draws that agree.

    In each of S draws every node is dropped with a probability, features with another, and what is left is averaged
    over 0 to K hops. The loss is the supervised one, its mean over draws, plus `consistency` times the squared
    distance of each draw from the sharpened mean of all, over labelled and unlabelled nodes alike.

    Weights and the direction of edges are read as in `GCN`. Features are mapped before they travel, which is the same,
    as both are linear, and costs `hidden` in place of `features` columns a hop.

    Departures from the paper: the dropout of the first layer acts on features before they travel and not behind;
    the consistency is a mean over nodes, as in the released code; rows of features are not normalised unless
    `normalise` asks for it; the weights of epochs are chosen as for all teachers.

    Args:
        drop_node: probability that a node's features do not travel, in training.
        draws: S.
        consistency: λ of the agreement of draws.
        sharpening: T of the mean that draws are to agree with.
        options: those of `PropagationTeacher`; there are no `fanouts`, as it trains on the whole graph.

    Example:
        >>> from gnn2mlp.data import Observed, graph_from_arrays
        >>> graph = graph_from_arrays(torch.eye(6), [0, 0, 0, 1, 1, 1], [[0, 1, 3, 4], [1, 2, 4, 5]])
        >>> observed = Observed(graph, torch.arange(6), train=torch.tensor([0, 3]), valid=torch.tensor([1, 4]))
        >>> teacher = GRAND(hops=2, hidden=16, input_dropout=0.0, epochs=60)
        >>> history = teacher.fit(observed)
        >>> teacher.predict(graph).argmax(1).tolist()
        [0, 0, 0, 1, 1, 1]
    """

    name = "grand"
    citation = "Feng et al., Graph Random Neural Networks for Semi-Supervised Learning on Graphs, NeurIPS 2020"
    module_: RandomPropagation

    def __init__(
        self,
        drop_node: float = 0.5,
        draws: int = 4,
        consistency: float = 1.0,
        sharpening: float = 0.5,
        **options: Any,
    ):
        super().__init__(**options)
        self.drop_node = drop_node
        self.draws = draws
        self.consistency = consistency
        self.sharpening = sharpening
        check_share("teacher", drop_node=drop_node)
        check_at_least("teacher", 1, draws=draws)
        check_at_least("teacher", 0, consistency=consistency)
        check_positive("teacher", sharpening=sharpening)

    def build(self, num_features: int, num_classes: int) -> RandomPropagation:
        """The untrained network for these sizes."""
        return RandomPropagation(num_features, num_classes, self.drop_node, **self.network_options())

    def loss(self, batch: MiniBatch, random: torch.Generator) -> Tensor:
        """The supervised loss and λ times the consistency, both means over draws."""
        outputs = self.module_.draws(batch.features, batch.blocks, self.draws)
        supervised = torch.stack([self.supervised_loss(logits, batch) for logits in outputs]).mean()
        if not self.consistency:
            return supervised
        return supervised + self.consistency * consistency(batch.task, outputs, self.sharpening)
