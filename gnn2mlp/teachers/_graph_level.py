"""Teachers of whole graphs: they answer for a graph from its nodes and edges, and write down a row for each."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from gnn2mlp.core.environment import resolve_device
from gnn2mlp.core.errors import DataError
from gnn2mlp.core.limits import check_at_least, check_positive, check_share
from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.seeds import seeded
from gnn2mlp.data.graphs import GraphSet, ObservedGraphs
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.view import Observed
from gnn2mlp.knowledge import KEYS, TeacherKnowledge
from gnn2mlp.nn import loop
from gnn2mlp.nn.graph_pool import Pooling
from gnn2mlp.nn.mlp import MLPOutput, Norm
from gnn2mlp.nn.optim import adam
from gnn2mlp.nn.selection import Selection, tolerance_for
from gnn2mlp.nn.training import History
from gnn2mlp.nn.training_state import TrainingState
from gnn2mlp.teachers._base import TEACHERS, Export, Teacher
from gnn2mlp.teachers._graph_network import GraphNetwork, Reads
from gnn2mlp.teachers._graph_training import GraphTraining, answer_graphs


class GraphLevelTeacher(Teacher):
    """A teacher that trains a network on whole graphs. Subclasses supply `build`.

    Its knowledge has a row for each graph: `logits` (graphs, outputs) and `hidden` (graphs, hidden), what enters the
    last layer. Rows are called by ids of graphs.

    Args:
        lr: learning rate of Adam.
        weight_decay: L2 penalty in Adam's gradient.
        epochs: at most this many.
        patience: stop after this many epochs in a row of which none was kept, by the rule of `nn.selection.Selection`.
        batch_size: training graphs per step, nearly: n graphs make round(n / batch_size) steps of equal size; with
            batch normalisation at least two graphs each.

    Attributes:
        unit: `"graph"`.
        module_: the fitted network, set by `fit`.
    """

    unit = "graph"
    provides = frozenset({"logits", "hidden"})
    module_: nn.Module

    def __init__(self, lr: float, weight_decay: float, epochs: int, patience: int, batch_size: int):
        self.lr = lr
        self.weight_decay = weight_decay
        self.epochs = epochs
        self.patience = patience
        self.batch_size = batch_size
        check_at_least("teacher", 1, epochs=epochs, patience=patience, batch_size=batch_size)
        check_at_least("teacher", 0, weight_decay=weight_decay)
        check_positive("teacher", lr=lr)

    @abstractmethod
    def build(self, reads: Reads, num_outputs: int) -> nn.Module:
        """The untrained network, called as `module(batch)`, which gives an `MLPOutput` over the graphs of a batch."""

    def initialise(self, reads: Reads, num_outputs: int) -> None:
        """Set `module_` to an untrained network for graphs that have this to read."""
        self.reads_, self.num_outputs_ = reads, num_outputs
        self.module_ = self.build(reads, num_outputs)

    def fit(
        self,
        observed: Observed | ObservedGraphs,
        *,
        seed: int = 0,
        device: torch.device | str = "cpu",
        progress: Progress = silent,
        listeners: Sequence[Listener] = (),
    ) -> History:
        """Minimise the task's loss on the training graphs with Adam; keep the epoch that `Selection` chooses.

        Where the training graphs are a condensed set, the validation score alone chooses it.

        Raises:
            ConfigError: if there is no such device.
            DataError: if the view is not one of whole graphs.
            DivergenceError: at a loss that is not finite.
        """
        view, device = self.view(observed), resolve_device(device)
        with seeded(seed, f"teacher {self.name}"):
            self.initialise(reads_of(view.graphs), view.task.num_outputs)
            module = self.module_.to(device)
            tolerance = None if view.condensed else tolerance_for(view.valid.numel())
            selection = Selection(module, self.patience, tolerance=tolerance)
            state = TrainingState(module, adam(module.parameters(), self.lr, self.weight_decay), selection)
            training = self.training(view, seed, device)
            self.history_ = loop.fit(
                training, state, self.epochs, stage="teacher", progress=progress, listeners=listeners
            )
        return self.history_

    def training(self, view: ObservedGraphs, seed: int, device: torch.device) -> GraphTraining:
        """What a step and a validation are."""
        return GraphTraining(self.module_, view, self.batch_size, seed, device)

    def view(self, observed: Observed | ObservedGraphs) -> ObservedGraphs:
        """The view, if it is one of whole graphs.

        Raises:
            DataError: if it is not.
        """
        if isinstance(observed, ObservedGraphs):
            return observed
        raise DataError(
            f"teacher {self.name!r} answers for whole graphs, and {observed.graph.name} is one {observed.graph.kind} "
            "whose nodes are asked for; take a teacher of nodes, such as gcn"
        )

    def check_reads(self, graph: NodeData | GraphSet) -> None:
        """Raise `DataError` if the task is not one of whole graphs."""
        if isinstance(graph, GraphSet):
            return
        able = [name for name, kind in TEACHERS.classes.items() if kind.unit == graph.task.unit]
        raise DataError(
            f"teacher {self.name!r} answers for a graph, and the task of {graph.name}, {graph.task.name!r}, asks for a "
            f"{graph.task.unit}; expected one of {', '.join(able)} as teacher"
        )

    def evaluate(self, graphs: GraphSet, device: torch.device | str = "cpu") -> MLPOutput:
        """`logits` (graphs, outputs) and `hidden` (graphs, hidden) of all graphs of a set, on the CPU.

        Raises:
            DataError: if its nodes or edges have other codes or features than those of training.
        """
        check_same(self.reads_, reads_of(graphs), graphs.name)
        device = resolve_device(device)
        return answer_graphs(self.module_.to(device), graphs, device)

    def predict(self, graph: NodeData | GraphSet, device: torch.device | str = "cpu") -> Tensor:
        """Logits (graphs, outputs) of all graphs of a set."""
        self.check_reads(graph)
        assert isinstance(graph, GraphSet), "checked above"
        return self.evaluate(graph, device).logits

    def export(
        self,
        observed: Observed | ObservedGraphs,
        needs: Iterable[str] = ("logits",),
        *,
        how: Export | None = None,
        seed: int = 0,
        card: Mapping[str, Any] | None = None,
        device: torch.device | str = "cpu",
    ) -> TeacherKnowledge:
        """As in `Teacher`, with a row for each observed graph, called by its id."""
        view, wanted = self.view(observed), sorted(set(needs))
        self.check_provides(wanted)
        found = self.evaluate(view.graphs, device)._asdict()
        kept = {key: found[key].to(KEYS[key].dtype) for key in wanted}
        facts = {"teacher": self.spec().to_dict(), "rows": "graphs", **(card or {})}
        return TeacherKnowledge(view.graph_ids, kept, facts)

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Weights, and what the network reads and answers."""
        return self.module_.state_dict(), {"reads": self.reads_._asdict(), "num_outputs": self.num_outputs_}

    def restore(self, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
        """Build the network anew and give it these weights."""
        told = facts["reads"]
        reads = Reads(tuple(told["code_sizes"]), told["features"], tuple(told["edge_code_sizes"]))
        with seeded(0, "weights that are overwritten at once"):
            self.initialise(reads, facts["num_outputs"])
        self.module_.load_state_dict(tensors)
        self.module_.eval()


class MessageGraphTeacher(GraphLevelTeacher):
    """A stack of message-passing layers, whose nodes are pooled. Subclasses supply `conv`.

    Args:
        hidden: width of nodes and of what is pooled.
        layers: number of message-passing layers.
        pool: over the nodes of a graph: `"mean"`, `"sum"`, which tells how many there are, or `"max"`.
        dropout: on hidden activations.
        norm: `"none"`, `"batch"` or `"layer"`, behind each layer.
        lr: learning rate of Adam.
        weight_decay: L2 penalty in Adam's gradient.
        epochs: at most this many.
        patience: stop after this many epochs in a row of which none was kept.
        batch_size: training graphs per step.

    Raises:
        ConfigError: for an option that cannot be.
    """

    module_: GraphNetwork

    def __init__(
        self,
        hidden: int = 64,
        layers: int = 3,
        pool: Pooling = "mean",
        dropout: float = 0.3,
        norm: Norm = "batch",
        lr: float = 0.005,
        weight_decay: float = 0.0,
        epochs: int = 100,
        patience: int = 30,
        batch_size: int = 32,
    ):
        super().__init__(lr, weight_decay, epochs, patience, batch_size)
        self.hidden = hidden
        self.layers = layers
        self.pool: Pooling = pool
        self.dropout = dropout
        self.norm: Norm = norm
        check_at_least("teacher", 1, hidden=hidden, layers=layers)
        check_share("teacher", dropout=dropout)

    @abstractmethod
    def conv(self, reads: Reads) -> nn.Module:
        """One layer, called as `conv(h, messages)`, from and to rows (nodes, hidden)."""

    def build(self, reads: Reads, num_outputs: int) -> GraphNetwork:
        """The untrained network."""
        convs = [self.conv(reads) for _ in range(self.layers)]
        return GraphNetwork(reads, convs, self.hidden, num_outputs, self.pool, self.dropout, self.norm)


def reads_of(graphs: GraphSet) -> Reads:
    """What networks read of a set of graphs."""
    return Reads(tuple(graphs.code_sizes), graphs.num_features, tuple(graphs.edge_code_sizes))


def check_same(trained: Reads, given: Reads, where: str) -> None:
    """Raise `DataError` if nodes or edges have other fields or features than those that a network was trained on.

    A field with fewer or more values is none other: what was never seen is embedded as nothing.
    """
    sides = [
        ("fields of node codes", len(trained.code_sizes), len(given.code_sizes)),
        ("features of a node", trained.features, given.features),
        ("fields of edge codes", len(trained.edge_code_sizes), len(given.edge_code_sizes)),
    ]
    if wrong := [f"{expected} {what}, got {got}" for what, expected, got in sides if expected != got]:
        raise DataError(f"{where}: expected what the teacher was trained on: {'; '.join(wrong)}")
