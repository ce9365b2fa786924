"""Training on graphs: steps on the whole graph or on sampled neighbourhoods, stopping on validation, inference."""

import time
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.seeds import generator, seeded
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.sampling import Block, BlockSampler, NeighbourSampler
from gnn2mlp.data.view import Observed
from gnn2mlp.evaluate.metrics import accuracy
from gnn2mlp.nn.csr import Features, gather
from gnn2mlp.nn.optim import adam, clear
from gnn2mlp.nn.selection import Selection
from gnn2mlp.nn.training import History
from gnn2mlp.teachers._base import Teacher
from gnn2mlp.teachers._inference import infer, inputs
from gnn2mlp.teachers._neighbourhood import NeighbourhoodPredictor
from gnn2mlp.teachers._network import GNN


class MiniBatch(NamedTuple):
    """One optimiser step: features of the first block's sources, a block for each layer, and what is labelled.

    `rows` (labelled,) are positions among the last block's targets, `labels` (labelled,) their classes.
    """

    features: Features
    blocks: Sequence[Block]
    rows: Tensor
    labels: Tensor


class Optimisation(Protocol):
    """The options that training reads; see `LayeredTeacher` and `GNNTeacher`."""

    layers: int
    lr: float
    weight_decay: float
    epochs: int
    patience: int
    fanouts: tuple[int, ...] | None
    batch_size: int


class GraphTeacher(Teacher):
    """A teacher whose network is a stack of message-passing layers over blocks."""

    module_: GNN

    @property
    @abstractmethod
    def optimisation(self) -> Optimisation:
        """How it is trained."""

    @abstractmethod
    def sampler(self, graph: NodeData) -> BlockSampler[Any]:
        """Cuts the blocks that its layers read.

        Raises:
            DataError: if its layers cannot read such data.
        """

    def fit(
        self, observed: Observed, *, seed: int = 0, device: torch.device | str = "cpu", progress: Progress = silent
    ) -> History:
        """Minimise `loss` with Adam; keep the best epoch by validation accuracy."""
        graph, how, start = observed.graph, self.optimisation, time.perf_counter()
        with seeded(seed, f"teacher {self.name}"):
            self.initialise(graph.num_features, graph.num_classes)
            module = self.module_.to(device)
            sampler, features = self.sampler(graph), inputs(graph, device)
            random = generator(seed, f"draws of {self.name}")
            self.on_fit_start(sampler, features, random)
            optimiser = adam(module.parameters(), how.lr, how.weight_decay)
            stopping, self.history_ = Selection(module, how.patience), History()
            steps = self._steps(observed, sampler, features, seed)
            for epoch in range(1, how.epochs + 1):
                self.history_.loss.append(self._train(optimiser, steps(), random))
                found = self.validate(sampler, features)
                score = accuracy(found["logits"][observed.valid], graph.labels[observed.valid])
                self.history_.valid.append(score)
                progress(epoch, how.epochs, f"valid {score:.3f}")
                stop = stopping.update(epoch, score)  # keeps the state that was scored, whatever comes next
                self.on_epoch_end(found, random)
                if stop:
                    break
            stopping.restore()
        self.history_.best_epoch = stopping.best_epoch
        self.history_.seconds = time.perf_counter() - start
        return self.history_

    def on_fit_start(self, sampler: BlockSampler[Any], features: Features, random: torch.Generator) -> None:
        """Prepare the untrained network. Default: nothing."""

    def loss(self, step: MiniBatch, random: torch.Generator) -> Tensor:
        """What a step minimises: the cross-entropy of the labelled targets."""
        return F.cross_entropy(self.module_(step.features, step.blocks)[0][step.rows], step.labels)

    def validate(self, sampler: BlockSampler[Any], features: Features) -> dict[str, Tensor]:
        """The pass over all nodes after an epoch, from which the validation score is taken."""
        return infer(self.module_, sampler, features)

    def on_epoch_end(self, found: Mapping[str, Tensor], random: torch.Generator) -> None:
        """Use what inference found of all nodes after an epoch. Default: nothing."""

    def input_nodes(self, observed: Observed) -> Tensor:
        """The nodes that sampled training visits in an epoch: those that are labelled."""
        return observed.train

    def evaluate(self, graph: NodeData, device: torch.device | str = "cpu") -> Mapping[str, Tensor]:
        """Logits and hidden activations of all nodes, from full neighbourhoods."""
        return infer(self.module_.to(device), self.sampler(graph), inputs(graph, device))

    def neighbourhood_predictor(self, graph: NodeData, device: torch.device | str = "cpu") -> NeighbourhoodPredictor:
        """Answer requests from the full neighbourhood of each node, as deep as the network has layers."""
        module = self.module_.to(device).eval()
        return NeighbourhoodPredictor(module, self.sampler(graph), inputs(graph), self.optimisation.layers, device)

    def _train(self, optimiser: torch.optim.Optimizer, steps: Iterable[MiniBatch], random: torch.Generator) -> float:
        """Take these steps; return the mean of their losses."""
        self.module_.train()
        losses = []
        for step in steps:
            loss = self.loss(step, random)
            clear(optimiser)
            loss.backward()
            optimiser.step()
            losses.append(loss.detach())
        return torch.stack(losses).mean().item()

    def _steps(
        self, observed: Observed, sampler: BlockSampler[Any], features: Features, seed: int
    ) -> Callable[[], Iterator[MiniBatch]]:
        """The steps of one epoch: one on the whole graph, or one for each batch of the visited nodes."""
        how, device = self.optimisation, features.device
        if how.fanouts is None:
            labels = observed.graph.labels[observed.train].to(device)
            block = sampler.full_block(device)
            if isinstance(features, Tensor):  # aggregated, sparse rows would be many times as full
                block.repeat(features)
            whole = MiniBatch(features, [block] * how.layers, observed.train.to(device), labels)
            return lambda: iter([whole])
        assert isinstance(sampler, NeighbourSampler), "only teachers on graphs have the option"
        fanouts, random = how.fanouts, generator(seed, f"neighbours {self.name}")
        nodes = self.input_nodes(observed)
        return lambda: sampled_batches(observed, nodes, sampler, features, fanouts, how.batch_size, random)


def sampled_batches(
    observed: Observed,
    nodes: Tensor,
    sampler: NeighbourSampler,
    features: Features,
    fanouts: Sequence[int],
    batch_size: int,
    random: torch.Generator,
) -> Iterator[MiniBatch]:
    """A step for each batch of the shuffled `nodes`, with neighbours sampled anew."""
    device, labels = features.device, observed.train_labels
    order = nodes[torch.randperm(nodes.numel(), generator=random)]
    for batch in order.split(batch_size):
        blocks = [block.to(device) for block in sampler.sample_blocks(batch, fanouts, random)]
        known = (labels[batch] >= 0).nonzero()[:, 0]
        x = gather(features, blocks[0].sources)
        yield MiniBatch(x, blocks, known.to(device), labels[batch[known]].to(device))
