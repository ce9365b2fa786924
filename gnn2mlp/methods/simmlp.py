"""SimMLP: an MLP learns by itself to tell what its neighbourhood is like; a linear probe reads labels off it."""

from dataclasses import replace

import torch
from torch import nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least, check_positive
from gnn2mlp.data.view import Observed
from gnn2mlp.distill.distiller import Distiller
from gnn2mlp.distill.learner import Learner
from gnn2mlp.distill.result import DistillationResult
from gnn2mlp.inputs.features import OwnFeatures
from gnn2mlp.methods._base import Method
from gnn2mlp.methods._chain import observed_of
from gnn2mlp.nn.linear import Linear
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import Objective
from gnn2mlp.objectives.aggregation_alignment import AggregationAlignment
from gnn2mlp.objectives.hard_labels import HardLabels
from gnn2mlp.students import Student


class SimMLP(Method):
    """SimMLP (Wang et al., WSDM 2025, https://arxiv.org/abs/2412.03864): self-supervised by the graph, no teacher.

    First the student's hidden layers learn that a node's embedding tells the aggregated embeddings of its
    neighbourhood (`AggregationAlignment`), without labels. Then its last layer alone learns the training labels, from
    embeddings that stay as they are. `distill` holds the settings of this second phase, and validation chooses its
    epoch; the first ends after `epochs`.

    Its published figures for unseen and for isolated nodes cannot be compared with: the released evaluation puts the
    embeddings of observed nodes before those of unseen ones and then looks rows up by their ids in the whole graph, so
    that most of the rows that it scores as unseen were observed.

    Args:
        epochs: of the first phase; 1000 for most data sets.
        lr: learning rate of the first phase.
        weight_decay: L2 penalty of the first phase.
        batch_size: rows per step of the first phase; graphs up to this size are one batch.
        steps: of aggregation.
        eta: η, at least 1: weighs rows that are far off.
        reconstruction: ρ, weight of the reconstructed features.
        feature_dropout: share of the values of a row that is dropped.
        edge_dropout: share of the edges that is left out.
        predictor_layers: affine maps of the predictor, 1 or 2.

    Example:
        >>> SimMLP().teacher_keys  # no teacher is trained
        frozenset()
        >>> SimMLP().build_objective()  # of the last layer
        Spec('hard_labels')
    """

    name = "simmlp"
    citation = "Wang et al., Training MLPs on Graphs without Supervision, WSDM 2025, arXiv 2412.03864"
    idea = (
        "A network without graph can learn what a neighbourhood looks like before it sees a label. SimMLP trains the "
        "hidden layers so that a node's embedding tells the aggregated embedding of its neighbours. Then the last "
        "layer alone learns the labels. No teacher is needed, and the graph is read in training alone."
    )
    departures = (
        "The embedding is the last hidden layer of whatever student is trained, after ReLU and dropout (released code: "
        "a residual PReLU network whose embedding has neither and is scaled to length 1). Adam at a constant rate with "
        "averaged weights (released code: AdamW, cosine schedule). Unseen nodes are scored as themselves (released "
        "code: rows are looked up by other nodes' ids). " + AggregationAlignment.departures
    )
    streams = False

    def __init__(
        self,
        epochs: int = 1000,
        lr: float = 0.001,
        weight_decay: float = 0.0,
        batch_size: int = 4096,
        steps: int = 2,
        eta: float = 1.0,
        reconstruction: float = 10.0,
        feature_dropout: float = 0.5,
        edge_dropout: float = 0.25,
        predictor_layers: int = 2,
    ):
        check_at_least("method", 1, epochs=epochs, batch_size=batch_size)
        check_positive("method", lr=lr)
        check_at_least("method", 0, weight_decay=weight_decay)
        AggregationAlignment(steps, eta, reconstruction, feature_dropout, edge_dropout, predictor_layers)
        self.epochs = epochs
        self.lr = lr
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.steps = steps
        self.eta = eta
        self.reconstruction = reconstruction
        self.feature_dropout = feature_dropout
        self.edge_dropout = edge_dropout
        self.predictor_layers = predictor_layers

    def build_objective(self) -> Objective:
        """Hard labels: what the last layer learns."""
        return HardLabels()

    def build_alignment(self) -> Objective:
        """What the hidden layers learn before."""
        return AggregationAlignment(
            self.steps,
            self.eta,
            self.reconstruction,
            self.feature_dropout,
            self.edge_dropout,
            self.predictor_layers,
        )

    @property
    def needs(self) -> frozenset[str]:
        """What both phases read."""
        return self.build_objective().needs | self.build_alignment().needs

    def learn(self, learner: Learner) -> DistillationResult:
        """Train the hidden layers, write embeddings down, train the last layer on them and put it into its place."""
        observed = observed_of(learner, self.name)
        check_last_layer(learner.student, self.name)
        first = learner.fit(
            self.build_alignment(),
            data=replace(observed, valid=observed.valid[:0]),  # nothing tells one epoch from another: the last is kept
            distiller=Distiller(self.lr, self.weight_decay, self.epochs, self.epochs, self.batch_size),
            name="embedding",
        )
        embedding = learner.write(first, ["hidden"])["hidden"]
        probe = learner.fit(
            self.build_objective(),
            student=LinearProbe(embedding.size(1)),
            data=with_features(observed, embedding),
            inputs=OwnFeatures(),
        )
        first.module.head = probe.module.head
        history = replace(probe.history, seconds=first.history.seconds + probe.history.seconds)
        card = {**first.card, "distill": probe.card["distill"], "embedding": first.card["distill"]}
        return replace(first, history=history, card=card, task=probe.task, objective=None)


def check_last_layer(student: Student, method: str) -> None:
    """Raise `ConfigError` unless the last layer of the student's network is a linear map called `head`."""
    if not isinstance(getattr(student.network(1, 1), "head", None), Linear):
        raise ConfigError(
            f"method {method!r} trains the last layer by itself, and that of the student {student.name!r} is no linear "
            "map called 'head'; take student=mlp"
        )


def with_features(observed: Observed, features: torch.Tensor) -> Observed:
    """The same nodes, labels and links with other features (nodes, width)."""
    return replace(observed, graph=replace(observed.graph, features=features, feature_names=None))


class LinearProbe(Student):
    """One affine map from embeddings to classes."""

    name = "linear_probe"

    def __init__(self, hidden: int):
        super().__init__()
        self.hidden = hidden

    def build(self, num_features: int, num_classes: int) -> nn.Module:
        """An untrained map."""
        return _Probe(num_features, num_classes)


class _Probe(nn.Module):
    def __init__(self, num_features: int, num_classes: int):
        super().__init__()
        self.head = Linear(num_features, num_classes)

    def forward(self, x: torch.Tensor) -> MLPOutput:
        return MLPOutput(self.head(x), x)
