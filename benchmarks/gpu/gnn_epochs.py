"""Epochs of teachers on a whole graph, ours and what a good user writes with PyG alone, in each precision.

An epoch is a step and the pass that validates it. The first one, which prepares, and the last one, which is profiled,
do not count. Ours and PyG's have the same widths, dropout, normalisation, optimiser and validation; PyG's layers read
`edge_index`, or the adjacency as a sparse matrix, which is beyond what most users write.
"""

import warnings
from collections.abc import Callable
from functools import cached_property, partial
from itertools import pairwise
from typing import Any

import reference
import torch.nn.functional as F
from card import counted, epochs
from counting import Layer, Sparse, Work, gnn_epoch, map_forward
from findings import Record
from graphs import Drawn
from inside import PRECISIONS, Bench
from torch import Tensor, nn
from torch_geometric.nn import GATConv, HypergraphConv
from torch_geometric.utils import to_torch_csr_tensor

from gnn2mlp.core.progress import Progress
from gnn2mlp.data import Observed, hypergraph_of
from gnn2mlp.nn.csr import CSR
from gnn2mlp.teachers import TEACHERS

# torch says in every process that its sparse matrices are young.
warnings.filterwarnings("ignore", "Sparse (CSR|invariant)")

WIDE = {"hidden": 256, "layers": 3, "dropout": 0.5, "norm": "batch"}
NARROW = {"hidden": 128, "layers": 2, "dropout": 0.5, "norm": "none"}
# Epochs that are trained: one of cora is so short that few would say little, one of products takes seconds.
EPOCHS = {"cora": 25, "arxiv": 7, "products": 3}
OPTIONS = {"cora": NARROW, "arxiv": WIDE, "products": WIDE}
LR = {"lr": 0.01, "weight_decay": 5e-4}
BYTES = {"float32": 4, "tf32": 4, "bf16": 2}
# A layer of PyG by its widths.
Conv = Callable[[int, int], nn.Module]


class Whole:
    """A teacher and its reference on one graph.

    Args:
        bench: that measures.
        size: of the graph, by name.
        options: of both sides.
    """

    def __init__(self, bench: Bench, size: str, **options: Any):
        self.bench = bench
        self.drawn = Drawn(size, bench.tiny, bench.device)
        self.size = size
        small = {"hidden": 16} if bench.tiny else {}
        self.options = {**OPTIONS[size], **LR, **small, **options}
        self.total = counted(bench, EPOCHS[size])
        self.options |= {"epochs": self.total, "patience": self.total}

    @cached_property
    def observed(self) -> Observed:
        """What ours trains on."""
        return self.drawn.observed

    def data(self, links: Tensor) -> reference.Data:
        """What PyG's trains on, dense and on the device."""
        graph, view, device = self.drawn.graph, self.drawn.observed, self.bench.device
        x = graph.features.to_dense() if isinstance(graph.features, CSR) else graph.features
        arrays = (x, links, graph.labels, view.train, view.valid)
        return reference.Data(*(array.to(device) for array in arrays))

    def edge_index(self) -> Tensor:
        """Both directions of each edge."""
        return self.drawn.graph.edge_index

    def matrix(self) -> Tensor:
        """The adjacency as a sparse matrix of torch."""
        nodes = self.drawn.size.nodes
        return to_torch_csr_tensor(self.drawn.graph.edge_index, size=(nodes, nodes))

    def widths(self) -> list[int]:
        """Of features, hidden layers and logits."""
        hidden = [self.options["hidden"]] * (self.options["layers"] - 1)
        return [self.drawn.size.features, *hidden, self.drawn.size.classes]

    def layers(self, *matrices: Sparse, remembers: bool = True, **about: Any) -> list[Layer]:
        """What is counted; dense features are multiplied with the operator once for all epochs, where it `remembers`.

        That is so where the first layer makes rows no narrower, as there the product comes before the map.
        """
        found = []
        for number, (a, b) in enumerate(pairwise(self.widths())):
            first = number == 0
            sparse = self.drawn.nonzeros if first else None
            remembered = first and remembers and sparse is None and a <= b
            found.append(Layer(matrices, a, b, nonzeros=sparse, remembered=remembered, first=first, **about))
        return found

    def ours(
        self, teacher: str, work: Callable[[int], Work], precisions: tuple[str, ...] = PRECISIONS, **own: Any
    ) -> None:
        """An epoch of a teacher of the library in each precision; `work` is counted by the bytes of an activation."""
        for name in precisions:
            self.bench.measure(f"{self.size}, ours, {name}", lambda name=name: self._ours(teacher, work, name, own))

    def _ours(self, teacher: str, work: Callable[[int], Work], name: str, own: dict[str, Any]) -> Record:
        known = TEACHERS.get(teacher).constructor_options()
        options = {key: value for key, value in {**self.options, **own}.items() if key in known}

        made = TEACHERS.get(teacher)(**options)

        def fit(progress: Progress) -> None:
            made.fit(self.observed, device=self.bench.device, progress=progress)

        found = self._against(epochs(self.bench, fit, self.total, name), work, name)
        return {**found, "valid": made.history_.valid[-1], "loss": made.history_.loss[-1]}

    def pyg(
        self, label: str, conv: str | Conv, links: Callable[[], Tensor], work: Callable[[int], Work], **own: Any
    ) -> None:
        """An epoch of PyG's, in each precision."""
        how = reference.Settings.of(self.options, own)
        for name in PRECISIONS:

            def measured(name: str = name) -> Record:
                data = self.data(links())

                def fit(progress: Progress) -> None:
                    reference.train_gnn(data, conv, how, progress=progress)

                return self._against(epochs(self.bench, fit, self.total, name), work, name)

            self.bench.measure(f"{self.size}, {label}, {name}", measured)

    def _against(self, found: Record, work: Callable[[int], Work], name: str) -> Record:
        return found | self.bench.against_floor(work(BYTES[name]), found["epoch_s"], name)


def gcn(bench: Bench) -> None:
    """GCN at arxiv's size, then cora's."""
    for size in ("arxiv", "cora"):
        _gcn(Whole(bench, size))


def _gcn(made: Whole, matrix_only: bool = False) -> None:
    layers = made.layers(made.drawn.operator)
    norm = made.options["norm"] == "batch"

    def work(size: int) -> Work:
        return gnn_epoch(layers, size, norm)

    made.ours("gcn", work)
    made.pyg("PyG sparse matrix", "gcn, cached", made.matrix, work)
    if not matrix_only:
        made.pyg("PyG edge_index", "gcn, cached", made.edge_index, work)


def whole_products(bench: Bench) -> None:
    """GCN at products' size; `edge_index` would need 100 GiB of messages there."""
    _gcn(Whole(bench, "products"), matrix_only=True)


def sage(bench: Bench) -> None:
    """SAGE with weights of its own for the node itself, as PyG has it."""
    for size in ("arxiv", "cora"):
        made = Whole(bench, size)
        neighbours = Sparse(made.drawn.size.nodes, made.drawn.size.nodes, made.drawn.links)
        layers, norm = made.layers(neighbours, maps=2), made.options["norm"] == "batch"

        def work(size: int, layers: list[Layer] = layers, norm: bool = norm) -> Work:
            return gnn_epoch(layers, size, norm)

        made.ours("sage", work, aggregator="mean")
        made.pyg("PyG sparse matrix", "sage", made.matrix, work)
        made.pyg("PyG edge_index", "sage", made.edge_index, work)


def gat(bench: Bench) -> None:
    """GAT with 8 heads, dropout on inputs and attention, and no normalisation."""
    for size in ("arxiv", "cora"):
        own = {"dropout": 0.6, "attention_dropout": 0.3, "heads": 8, "norm": "none"}
        made = Whole(bench, size, **own)
        layers = made.layers(made.drawn.operator, remembers=False, heads=own["heads"])
        layers[-1] = Layer(layers[-1].matrices, layers[-1].a, layers[-1].b, heads=1)

        def work(size: int, layers: list[Layer] = layers) -> Work:
            return gnn_epoch(layers, size, norm=False)

        made.ours("gat", work)
        made.pyg("PyG edge_index", _attention(made), made.edge_index, work, dropout=0.0)


def _attention(made: Whole) -> Conv:
    """Layers of PyG that drop their input, as the paper has it; the last one has one head."""
    hidden, options = made.options["hidden"], made.options

    class Attention(nn.Module):
        def __init__(self, a: int, b: int):
            super().__init__()
            heads = options["heads"] if b == hidden else 1
            self.conv = GATConv(a, b // heads, heads=heads, dropout=options["attention_dropout"])

        def forward(self, x: Tensor, links: Tensor) -> Tensor:
            found: Tensor = self.conv(F.dropout(x, options["dropout"], self.training), links)
            return found

    return Attention


def hgnn(bench: Bench) -> None:
    """HGNN on the hypergraph of neighbourhoods: each node's hyperedge holds it and its neighbours."""
    for size in ("arxiv", "cora"):
        made = Whole(bench, size)
        hypergraph = hypergraph_of(made.drawn.graph, ["neighbourhoods"])
        seen = made.drawn.observed
        made.observed = Observed(hypergraph, seen.node_ids, seen.train, seen.valid)
        layers, norm = made.layers(made.drawn.operator, made.drawn.operator), made.options["norm"] == "batch"

        def work(size: int, layers: list[Layer] = layers, norm: bool = norm) -> Work:
            return gnn_epoch(layers, size, norm)

        made.ours("hgnn", work)
        made.pyg("PyG HypergraphConv", HypergraphConv, lambda index=hypergraph.hyperedge_index: index, work)


def tokenizer(bench: Bench) -> None:
    """VQGraph's tokenizer around the GCN; PyG has no counterpart.

    To what the GCN does comes the nearest of all codes for each node, once an epoch, and in every other step the
    features that are decoded, forward and backward.
    """
    for size in ("arxiv", "cora"):
        made = Whole(bench, size)
        codes = 16 if bench.tiny else 2_048 if size == "arxiv" else 512
        known = TEACHERS.get("gcn").constructor_options()
        encoder = {"name": "gcn", **{key: value for key, value in made.options.items() if key in known}}

        made.ours("vq", partial(_tokenizing, made, codes), encoder=encoder, codes=codes)


def _tokenizing(made: Whole, codes: int, size: int) -> Work:
    nodes, hidden = made.drawn.size.nodes, made.options["hidden"]
    nearest = map_forward(nodes, hidden, codes, size)
    decoded = map_forward(nodes, hidden, made.drawn.size.features, size) * 3
    return gnn_epoch(made.layers(made.drawn.operator), size, made.options["norm"] == "batch") + nearest + decoded * 0.5
