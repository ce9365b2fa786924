"""Message-passing teachers: the options and the training that GCN, SAGE and GAT share."""

import time
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least, check_positive, check_share
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.seeds import generator, seeded
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.sampling import Block, NeighbourSampler
from gnn2mlp.data.view import Observed
from gnn2mlp.evaluate.metrics import accuracy
from gnn2mlp.nn.csr import Features, gather
from gnn2mlp.nn.mlp import Norm
from gnn2mlp.nn.training import EarlyStopping, History
from gnn2mlp.teachers._base import Teacher
from gnn2mlp.teachers._inference import infer, inputs
from gnn2mlp.teachers._network import GNN

# One optimiser step: features of the first block's sources, blocks, the targets that are labelled, and their labels.
Step = tuple[Features, Sequence[Block], Tensor, Tensor]


class GNNTeacher(Teacher):
    """A message-passing teacher, trained full-batch or on sampled neighbourhoods.

    Subclasses add their own options and supply `conv`. All take:

    Args:
        hidden: width of hidden layers.
        layers: number of message-passing layers, at least 2.
        dropout: on hidden activations.
        norm: `"none"`, `"batch"` or `"layer"`, on hidden layers.
        lr: learning rate of Adam.
        weight_decay: L2 penalty in Adam's gradient.
        epochs: at most this many.
        patience: stop after this many epochs without an equal or better validation accuracy.
        fanouts: neighbours sampled per layer in training, first layer first; `None` trains on the whole graph.
        batch_size: training nodes per step when neighbours are sampled.
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
        self.hidden = hidden
        self.layers = layers
        self.dropout = dropout
        self.norm = norm
        self.lr = lr
        self.weight_decay = weight_decay
        self.epochs = epochs
        self.patience = patience
        self.fanouts = fanouts
        self.batch_size = batch_size
        check_at_least("teacher", 2, layers=layers)
        check_at_least("teacher", 1, hidden=hidden, epochs=epochs, patience=patience, batch_size=batch_size)
        check_at_least("teacher", 0, weight_decay=weight_decay)
        check_positive("teacher", lr=lr)
        check_share("teacher", dropout=dropout)
        if fanouts is not None and (len(fanouts) != layers or min(fanouts) < 1):
            raise ConfigError(
                f"teacher.fanouts: expected a number of at least 1 for each layer ({layers}), got {list(fanouts)}"
            )

    @abstractmethod
    def conv(self, in_features: int, out_features: int, last: bool) -> nn.Module:
        """One layer, called as `conv(x, block)`; `last` marks the one that gives logits."""

    def build(self, num_features: int, num_classes: int) -> GNN:
        """The untrained network for these sizes."""
        hidden = [self.hidden] * (self.layers - 1)
        sizes = zip([num_features, *hidden], [*hidden, num_classes], strict=True)
        convs = [self.conv(a, b, last=i == self.layers - 1) for i, (a, b) in enumerate(sizes)]
        return GNN(convs, hidden, self.hidden_dropout, self.norm)

    @property
    def hidden_dropout(self) -> float:
        """Dropout behind each hidden layer."""
        return self.dropout

    def fit(
        self, observed: Observed, *, seed: int = 0, device: torch.device | str = "cpu", progress: Progress = silent
    ) -> History:
        """Minimise cross-entropy on the training nodes with Adam; keep the best epoch by validation accuracy."""
        graph, start = observed.graph, time.perf_counter()
        with seeded(seed, f"teacher {self.name}"):
            self.initialise(graph.num_features, graph.num_classes)
            module = self.module_.to(device)
            optimiser = torch.optim.Adam(module.parameters(), lr=self.lr, weight_decay=self.weight_decay)
            stopping, self.history_ = EarlyStopping(module, self.patience), History()
            sampler, features = NeighbourSampler(graph.adjacency), inputs(graph, device)
            steps = self._steps(observed, sampler, features, seed)
            for epoch in range(1, self.epochs + 1):
                self.history_.loss.append(_train(module, optimiser, steps()))
                logits = infer(module, sampler, features)["logits"]
                score = accuracy(logits[observed.valid], graph.labels[observed.valid])
                self.history_.valid.append(score)
                progress(epoch, self.epochs, f"valid {score:.3f}")
                if stopping.update(epoch, score):
                    break
            stopping.restore()
        self.history_.best_epoch = stopping.best_epoch
        self.history_.seconds = time.perf_counter() - start
        return self.history_

    def evaluate(self, graph: GraphData, device: torch.device | str = "cpu") -> Mapping[str, Tensor]:
        """Logits and hidden activations of all nodes, from full neighbourhoods."""
        return infer(self.module_.to(device), NeighbourSampler(graph.adjacency), inputs(graph, device))

    def responder(self, graph: GraphData, device: torch.device | str = "cpu") -> Callable[[Tensor], Tensor]:
        """Answer requests from the full neighbourhood of each node, as deep as the network has layers."""
        sampler, features = NeighbourSampler(graph.adjacency), inputs(graph)
        module = self.module_.to(device).eval()

        @torch.inference_mode()
        def answer(ids: Tensor) -> Tensor:
            blocks = sampler.blocks(ids, [None] * self.layers)
            x = gather(features, blocks[0].sources).to(device)
            logits: Tensor = module(x, [block.to(device) for block in blocks])[0]
            return logits.softmax(-1).cpu()

        return answer

    def _steps(
        self, observed: Observed, sampler: NeighbourSampler, features: Features, seed: int
    ) -> Callable[[], Iterator[Step]]:
        """The steps of one epoch: one on the whole graph, or one for each batch of training nodes."""
        device, labels = features.device, observed.graph.labels[observed.train]
        if self.fanouts is None:
            blocks = [sampler.whole(device)] * self.layers
            whole = (features, blocks, observed.train.to(device), labels.to(device))
            return lambda: iter([whole])
        fanouts, random = self.fanouts, generator(seed, f"neighbours {self.name}")
        return lambda: _sampled(observed, sampler, features, fanouts, self.batch_size, random)


def _sampled(
    observed: Observed,
    sampler: NeighbourSampler,
    features: Features,
    fanouts: Sequence[int],
    batch_size: int,
    random: torch.Generator,
) -> Iterator[Step]:
    """A step for each batch of the shuffled training nodes, with neighbours sampled anew."""
    device = features.device
    order = observed.train[torch.randperm(observed.train.numel(), generator=random)]
    for nodes in order.split(batch_size):
        blocks = [block.to(device) for block in sampler.blocks(nodes, fanouts, random)]
        targets = torch.arange(nodes.numel(), device=device)
        yield gather(features, blocks[0].sources), blocks, targets, observed.graph.labels[nodes].to(device)


def _train(module: GNN, optimiser: torch.optim.Optimizer, steps: Iterable[Step]) -> float:
    """Take these steps; return the mean of their losses."""
    module.train()
    losses = []
    for x, blocks, rows, labels in steps:
        loss = F.cross_entropy(module(x, blocks)[0][rows], labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.detach())
    return torch.stack(losses).mean().item()
