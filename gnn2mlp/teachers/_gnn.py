"""Message-passing networks over blocks: the part that GCN, SAGE and GAT share."""

import time
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.seeds import generator, seeded
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.sampling import Block, NeighbourSampler
from gnn2mlp.data.view import Observed
from gnn2mlp.nn.csr import Features, compute_form, gather
from gnn2mlp.nn.mlp import Norm, make_norm
from gnn2mlp.nn.training import EarlyStopping, History
from gnn2mlp.teachers._base import Teacher

# Above this many nodes, inference goes layer by layer over chunks of rows, so that one layer's activations suffice.
LAYERWISE_ABOVE = 200_000
CHUNK = 65_536

# One optimiser step: features of the first block's sources, blocks, labels, and which targets they belong to (None: all).
Step = tuple[Features, Sequence[Block], Tensor, Tensor | None]
Steps = Callable[[], Iterator[Step]]


class GNN(nn.Module):
    """A stack of message-passing layers: conv, then norm, ReLU and dropout except after the last.

    Args:
        convs: modules called as `conv(x, block)`.
        widths: output width of each hidden layer.
        dropout: probability that a hidden activation is dropped in training.
        norm: normalisation of hidden layers.
    """

    def __init__(self, convs: Sequence[nn.Module], widths: Sequence[int], dropout: float, norm: Norm):
        super().__init__()
        self.convs = nn.ModuleList(convs)
        self.norms = nn.ModuleList(make_norm(norm, width) for width in widths)
        self.dropout = dropout

    def layer(self, index: int, x: Features, block: Block) -> Tensor:
        """Apply one layer to the rows of the block's sources; the result has a row per target."""
        h: Tensor = self.convs[index](x, block)
        if index == len(self.convs) - 1:
            return h
        return F.dropout(F.relu(self.norms[index](h)), self.dropout, self.training)

    def forward(self, x: Features, blocks: Sequence[Block]) -> tuple[Tensor, Tensor]:
        """Logits and the activations that enter the last layer, both for the last block's targets."""
        for index, block in enumerate(blocks[:-1]):
            x = self.layer(index, x, block)
        logits = self.layer(len(blocks) - 1, x, blocks[-1])
        return logits, x[: blocks[-1].num_targets] if isinstance(x, Tensor) else logits


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
        if layers < 2:
            raise ConfigError(f"teacher.layers: expected at least 2, got {layers}")
        if fanouts is not None and len(fanouts) != layers:
            raise ConfigError(f"teacher.fanouts: expected one per layer ({layers}), got {list(fanouts)}")

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
            sampler = NeighbourSampler(graph.adjacency)
            features = compute_form(graph.features, device)
            steps = self._sampled(observed, sampler, features, seed) if self.fanouts else self._whole(observed, sampler, features)
            valid_labels = graph.labels[observed.valid]
            for epoch in range(1, self.epochs + 1):
                module.train()
                losses = []
                for x, blocks, labels, rows in steps():
                    logits = module(x, blocks)[0]
                    loss = F.cross_entropy(logits if rows is None else logits[rows], labels)
                    optimiser.zero_grad()
                    loss.backward()
                    optimiser.step()
                    losses.append(loss.detach())
                self.history_.loss.append(torch.stack(losses).mean().item())
                logits = self._infer(sampler, features, device)["logits"][observed.valid]
                score = (logits.argmax(-1) == valid_labels).double().mean().item()
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
        self.module_.to(device).eval()
        return self._infer(NeighbourSampler(graph.adjacency), compute_form(graph.features, device), device)

    def _whole(self, observed: Observed, sampler: NeighbourSampler, features: Features) -> Steps:
        blocks = [sampler.whole().to(features.device)] * self.layers
        train = observed.train.to(features.device)
        labels = observed.graph.labels[observed.train].to(features.device)
        return lambda: iter([(features, blocks, labels, train)])

    def _sampled(self, observed: Observed, sampler: NeighbourSampler, features: Features, seed: int) -> Steps:
        random = generator(seed, f"neighbours {self.name}")
        assert self.fanouts is not None

        def steps() -> Iterator[Step]:
            order = observed.train[torch.randperm(observed.train.numel(), generator=random)]
            for nodes in order.split(self.batch_size):
                blocks = [block.to(features.device) for block in sampler.blocks(nodes, self.fanouts or (), random)]
                yield gather(features, blocks[0].sources), blocks, observed.graph.labels[nodes].to(features.device), None

        return steps

    @torch.no_grad()
    def _infer(self, sampler: NeighbourSampler, features: Features, device: torch.device | str) -> dict[str, Tensor]:
        module = self.module_.eval()
        nodes = len(sampler.adjacency)
        if nodes <= LAYERWISE_ABOVE:
            logits, hidden = module(features, [sampler.whole().to(device)] * self.layers)
            return {"logits": logits.cpu(), "hidden": hidden.cpu()}
        return self._layerwise(sampler, features, device, CHUNK)

    @torch.no_grad()
    def _layerwise(
        self, sampler: NeighbourSampler, features: Features, device: torch.device | str, chunk: int
    ) -> dict[str, Tensor]:
        """Inference that holds two layers' activations (on the CPU) and one chunk's (on the device)."""
        hidden = x = features
        for index in range(self.layers):
            hidden, parts = x, []
            for targets in torch.arange(len(sampler.adjacency)).split(chunk):
                block = sampler.block(targets)
                rows = gather(x, block.sources.to(x.device)).to(device)
                parts.append(self.module_.layer(index, rows, block.to(device)).cpu())
            x = torch.cat(parts)
        assert isinstance(x, Tensor) and isinstance(hidden, Tensor)
        return {"logits": x, "hidden": hidden}
