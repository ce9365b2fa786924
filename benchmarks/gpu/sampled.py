"""SAGE that trains on sampled neighbours: seconds of a step, and of the export over all nodes.

Neighbours are drawn 5, 10 and 15 a node for batches of 4,096 labelled nodes at products' size and 512 at arxiv's, as
published for the data sets. An epoch of few steps is trained, with the pass over all nodes that validates it; the time
of the pass is that of the export, which does the same, and `step_s` is what remains of the epoch, by steps.
`whole_epoch_s` is what an epoch over all labelled nodes would take by these two, and `training_s` the 40 epochs that
are published for ogbn-products, and an export. PyG's `NeighborLoader` draws with pyg-lib or torch-sparse, which a bare
machine does not have: it is tried, and what it says is written down.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import machine
import reference
import torch
import torch.nn.functional as F
from card import counted, epochs, synchronise
from counting import Layer, Sparse, gnn_epoch, inference
from findings import Record
from gnn_epochs import BYTES, LR
from graphs import Drawn
from inside import Bench
from torch_geometric.data import Data
from torch_geometric.loader import NeighborLoader
from torch_geometric.nn import SAGEConv

from gnn2mlp.core.progress import Progress
from gnn2mlp.core.seeds import generator
from gnn2mlp.data import NeighbourSampler, Observed
from gnn2mlp.teachers import TEACHERS

FANOUTS, BATCH, STEPS, EPOCHS = (5, 10, 15), {"products": 4_096, "arxiv": 512}, 12, 40


def products(bench: Bench) -> None:
    """At products' size, float32 and bf16."""
    _sampled(bench, "products", ("float32", "bf16"))


def arxiv(bench: Bench) -> None:
    """At arxiv's size."""
    _sampled(bench, "arxiv", ("float32", "tf32", "bf16"))


def _sampled(bench: Bench, size: str, precisions: tuple[str, ...]) -> None:
    drawn = Drawn(size, bench.tiny, bench.device)
    batch = 16 if bench.tiny else BATCH[size]
    observed = drawn.seen(min(drawn.size.train, STEPS * batch))
    hidden = 16 if bench.tiny else 256
    options: dict[str, Any] = {"hidden": hidden, "layers": 3, "dropout": 0.5, "norm": "batch", "aggregator": "mean"}
    widths = [drawn.size.features, hidden, hidden, drawn.size.classes]
    blocks = _layers(observed, widths, batch)
    for name in precisions:
        bench.measure(
            f"{size}, ours, {name}", lambda name=name: _ours(bench, drawn, observed, options, batch, blocks, name)
        )
    bench.measure(f"{size}, PyG NeighborLoader, float32", lambda: _loader(bench, drawn, observed, widths, batch))


def _layers(observed: Observed, widths: list[int], batch: int) -> list[list[Layer]]:
    """What each step of an epoch computes, as counted, from blocks that were drawn."""
    random = generator(0, "blocks of an epoch")
    graph: Any = observed.graph
    sampler, found = NeighbourSampler(graph.adjacency), []
    for targets in observed.train.split(batch):
        patterns = [block.pattern for block in sampler.sample_blocks(targets, FANOUTS, random)]
        found.append(
            [
                Layer((Sparse(*pattern.shape, pattern.nnz),), a, b, maps=2, first=number == 0)
                for number, (pattern, (a, b)) in enumerate(zip(patterns, pairwise(widths), strict=True))
            ]
        )
    return found


def _ours(
    bench: Bench,
    drawn: Drawn,
    observed: Observed,
    options: dict[str, Any],
    batch: int,
    blocks: list[list[Layer]],
    name: str,
) -> Record:
    total, size = counted(bench, 3), BYTES[name]
    own = {**options, **LR, "fanouts": FANOUTS, "batch_size": batch, "epochs": total, "patience": total}
    teacher = TEACHERS.get("sage")(**own)

    def fit(progress: Progress) -> None:
        teacher.fit(observed, device=bench.device, progress=progress)

    found = epochs(bench, fit, total, name)
    exported = machine.timed(lambda: (teacher.export(observed, device=bench.device), synchronise(bench.device)))
    steps = len(blocks)
    step = max(0.0, found["epoch_s"] - exported) / steps
    whole = Sparse(drawn.size.nodes, drawn.size.nodes, drawn.links)
    first, *others = blocks[0]
    full = [Layer((whole,), layer.a, layer.b, maps=2, first=layer is first) for layer in (first, *others)]
    work = inference(full, size)
    for layers in blocks:
        work += gnn_epoch(layers, size, validated=())
    epoch = step * drawn.size.train / batch + exported
    return {
        **found,
        "steps": steps,
        "export_s": exported,
        "step_s": step,
        "whole_epoch_s": epoch,
        "training_s": EPOCHS * epoch + exported,
        "sampled_edges": sum(layer.matrices[0].entries for layers in blocks for layer in layers),
        **bench.against_floor(work, found["epoch_s"], name),
    }


def _loader(bench: Bench, drawn: Drawn, observed: Observed, widths: list[int], batch: int) -> Record:
    """The same steps with PyG's loader, without a validation pass."""
    graph: Any = drawn.graph
    total = counted(bench, 3)
    data = Data(x=graph.features, y=graph.labels, edge_index=graph.edge_index)
    fanouts = [*reversed(FANOUTS)]  # from the targets outwards
    loader = NeighborLoader(data, fanouts, input_nodes=observed.train, batch_size=batch, shuffle=True)
    how = reference.Settings.of({"hidden": widths[1], "layers": 3, "dropout": 0.5, "norm": "batch", **LR}, _stop(total))
    model = reference.GNN(SAGEConv, widths, how).to(bench.device).train()
    optimiser = torch.optim.Adam(model.parameters(), lr=how.lr, weight_decay=how.weight_decay)

    def fit(progress: Callable[[int, int], None]) -> None:
        for epoch in range(1, total + 1):
            for drawn_batch in loader:
                part = drawn_batch.to(bench.device)
                logits = model(part.x, part.edge_index)[: part.batch_size]
                loss = F.cross_entropy(logits, part.y[: part.batch_size])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
            progress(epoch, total)

    found = epochs(bench, fit, total, "float32")
    steps = len(loader)
    return {**found, "steps": steps, "step_s": found["epoch_s"] / steps}


def _stop(total: int) -> dict[str, int]:
    return {"epochs": total, "patience": total}
