"""What teachers that train a network have in common: training, inference, and what they write down."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import torch
from torch import Tensor

from gnn2mlp.core.environment import resolve_device
from gnn2mlp.core.limits import check_at_least, check_positive, check_share
from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.seeds import seeded
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.sampling import BlockSampler, NeighbourSampler
from gnn2mlp.data.view import Observed
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.knowledge.keys import KEYS
from gnn2mlp.nn import loop
from gnn2mlp.nn.csr import Features
from gnn2mlp.nn.mlp import Norm
from gnn2mlp.nn.optim import adam
from gnn2mlp.nn.selection import Selection, tolerance_for
from gnn2mlp.nn.training import History
from gnn2mlp.nn.training_state import TrainingState
from gnn2mlp.teachers._base import Export, Teacher
from gnn2mlp.teachers._derived import DERIVED, derived
from gnn2mlp.teachers._inference import infer, input_features
from gnn2mlp.teachers._neighbourhood import NeighbourhoodPredictor
from gnn2mlp.teachers._network import LayerInput, Network
from gnn2mlp.teachers._training import GNNTraining, MiniBatch


class NetworkTeacher(Teacher):
    """A teacher that trains a network over blocks of a graph. Subclasses supply `build`.

    Args:
        hidden: width of hidden layers.
        dropout: on hidden activations.
        norm: `"none"`, `"batch"` or `"layer"`, on hidden layers.
        lr: learning rate of Adam.
        weight_decay: L2 penalty in Adam's gradient.
        epochs: at most this many.
        patience: stop after this many epochs in a row of which none was kept, by the rule of `nn.selection.Selection`.

    Attributes:
        module_: the fitted network, set by `fit`.
        fanouts: neighbours sampled per layer in training; `None` trains on the whole graph.
        batch_size: training nodes per step when neighbours are sampled.
        distillable: whether its network can be a student's, trained by an objective in place of its own loss.
        uses_passes: whether `metrics` or `on_epoch_end` uses the pass over all nodes that a validation makes; else
            there is none where no node validates.
    """

    provides = frozenset({"logits", "hidden"}) | DERIVED
    reads: type[NodeData] = GraphData
    module_: Network
    fanouts: tuple[int, ...] | None = None
    batch_size: int = 512
    distillable: ClassVar[bool] = True
    uses_passes: ClassVar[bool] = False

    def __init__(
        self, hidden: int, dropout: float, norm: Norm, lr: float, weight_decay: float, epochs: int, patience: int
    ):
        self.hidden = hidden
        self.dropout = dropout
        self.norm = norm
        self.lr = lr
        self.weight_decay = weight_decay
        self.epochs = epochs
        self.patience = patience
        check_at_least("teacher", 1, hidden=hidden, epochs=epochs, patience=patience)
        check_at_least("teacher", 0, weight_decay=weight_decay)
        check_positive("teacher", lr=lr)
        check_share("teacher", dropout=dropout)

    @abstractmethod
    def build(self, num_features: int, num_classes: int) -> Network:
        """The untrained network for these sizes."""

    @property
    def fit_lr(self) -> float:
        """Learning rate of `fit`; a teacher that goes on from what another learnt has a lower one."""
        return self.lr

    @property
    @abstractmethod
    def depth(self) -> int:
        """How many links messages travel: the blocks that a pass reads."""

    def initialise(self, num_features: int, num_classes: int) -> None:
        """Set `module_` to an untrained network for these sizes."""
        self.num_features_, self.num_classes_ = num_features, num_classes
        self.module_ = self.build(num_features, num_classes)

    def sampler(self, graph: NodeData) -> BlockSampler[Any]:
        """Makes the blocks that its layers read.

        Raises:
            DataError: if its layers cannot read such data.
        """
        self.check_reads(graph)
        assert isinstance(graph, GraphData), "checked above"
        return NeighbourSampler(graph.adjacency)

    def fit(
        self,
        observed: Observed,
        *,
        seed: int = 0,
        device: torch.device | str = "cpu",
        progress: Progress = silent,
        listeners: Sequence[Listener] = (),
    ) -> History:
        """Minimise `loss` with Adam; keep the epoch that `Selection` chooses on validation nodes.

        Raises:
            ConfigError: if there is no such device.
            DivergenceError: at a loss that is not finite.
        """
        graph, device = observed.graph, resolve_device(device)
        with seeded(seed, f"teacher {self.name}"):
            self.initialise(graph.num_features, graph.task.num_outputs)
            module = self.module_.to(device)
            optimiser = adam(module.parameters(), self.fit_lr, self.weight_decay)
            selection = Selection(module, self.patience, tolerance=tolerance_for(observed.valid.numel()))
            state = TrainingState(module, optimiser, selection)
            training = GNNTraining(self, observed, self.sampler(graph), input_features(graph, device), seed)
            self.history_ = loop.fit(
                training, state, self.epochs, stage="teacher", progress=progress, listeners=listeners
            )
        return self.history_

    def on_fit_start(self, sampler: BlockSampler[Any], features: Features, random: torch.Generator) -> None:
        """Prepare the untrained network. Default: nothing."""

    def loss(self, batch: MiniBatch, random: torch.Generator) -> Tensor:
        """What a step minimises: the supervised loss of the labelled targets."""
        return self.supervised_loss(self.module_.logits(batch.features, batch.blocks), batch)

    def supervised_loss(self, logits: Tensor, batch: MiniBatch) -> Tensor:
        """The task's loss on what is labelled, its mean by weight, of logits (targets, outputs)."""
        losses = batch.task.loss(logits[batch.rows], batch.labels, batch.weights)
        return losses.mean() if batch.weights is None else losses.sum() / batch.weights.sum().clamp(min=1e-12)

    def validate(self, sampler: BlockSampler[Any], features: LayerInput) -> dict[str, Tensor]:
        """The pass over all nodes after an epoch, from which the validation score is taken; where `infer` leaves it."""
        return infer(self.module_, sampler, features)

    def metrics(self, found: Mapping[str, Tensor]) -> Mapping[str, float]:
        """What else to note of an epoch, by name, from what `validate` found of all nodes. Default: nothing."""
        return {}

    def on_epoch_end(self, found: Mapping[str, Tensor], random: torch.Generator) -> None:
        """Use what `validate` found of all nodes after an epoch. Default: nothing."""

    def input_nodes(self, observed: Observed) -> Tensor:
        """The nodes that sampled training visits in an epoch: those that are labelled."""
        return observed.train

    def evaluate(self, graph: NodeData, device: torch.device | str = "cpu") -> Mapping[str, Tensor]:
        """`logits`, `hidden` and what else `compute` reads, over all nodes of `graph`, on the CPU.

        From full neighbourhoods, in evaluation mode.
        """
        device = resolve_device(device)
        found = infer(self.module_.to(device), self.sampler(graph), input_features(graph, device))
        return {name: value.cpu() for name, value in found.items()}

    def predict(self, graph: NodeData, device: torch.device | str = "cpu") -> Tensor:
        """Logits (nodes, classes) on `graph`."""
        return self.evaluate(graph, device)["logits"]

    def export(
        self,
        observed: Observed,
        needs: Iterable[str] = ("logits",),
        *,
        how: Export | None = None,
        seed: int = 0,
        card: Mapping[str, Any] | None = None,
        device: torch.device | str = "cpu",
    ) -> TeacherKnowledge:
        """As in `Teacher`."""
        wanted = sorted(set(needs))
        self.check_provides(wanted)
        arrays, facts = self.compute(observed.graph, frozenset(wanted), how or Export(), seed, device)
        facts = {"teacher": self.spec().to_dict(), **facts, **(card or {})}
        # A network may compute in another precision than knowledge is kept in.
        kept = {key: arrays[key].to(KEYS[key].dtype) for key in wanted}
        return TeacherKnowledge(observed.node_ids, kept, facts)

    def compute(
        self, graph: NodeData, needs: frozenset[str], how: Export, seed: int, device: torch.device | str
    ) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """At least the arrays `needs` over all nodes of `graph`, and facts about them for the card."""
        arrays = dict(self.evaluate(graph, device))
        more, facts = derived(partial(self.predict, device=device), graph, arrays["logits"], needs, how, seed)
        return arrays | more, facts

    def neighbourhood_predictor(self, graph: NodeData, device: torch.device | str = "cpu") -> NeighbourhoodPredictor:
        """Answers requests from the full neighbourhood of each node, as deep as the network has layers."""
        device = resolve_device(device)
        module = self.module_.to(device).eval()
        return NeighbourhoodPredictor(module, self.sampler(graph), input_features(graph), self.depth, device)

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Weights, and the sizes of the network."""
        return self.module_.state_dict(), {"num_features": self.num_features_, "num_classes": self.num_classes_}

    def restore(self, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
        """Build the network anew and give it these weights."""
        with seeded(0, "weights that are overwritten at once"):
            self.initialise(facts["num_features"], facts["num_classes"])
        self.module_.load_state_dict(tensors)
        self.module_.eval()
