"""What the seeds of a run have in common."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from gnn2mlp.core.environment import environment
from gnn2mlp.core.identity import Execution
from gnn2mlp.core.listeners import Listener, Staged
from gnn2mlp.core.progress import Progress
from gnn2mlp.core.seeds import derive
from gnn2mlp.data import SPLITTERS, GraphData, HypergraphData, NodeData, Observed, Split
from gnn2mlp.distill.start import Start
from gnn2mlp.explore.homophily import homophily, hyperedge_homophily
from gnn2mlp.knowledge import Store
from gnn2mlp.pipeline.citing import citations
from gnn2mlp.pipeline.previous import Previous

if TYPE_CHECKING:
    from gnn2mlp.pipeline.config import RunConfig
    from gnn2mlp.pipeline.seed import Models

Listen = Callable[[int, str], Progress]
"""Gives the progress listener of a stage of a seed.

`"teacher"`, `"mlp"`, `"student"`, `"latency"` and others count what they have done. `"data"`, `"knowledge"`, `"scores"`
and `"report"` do not know: they say `(0, 1)` when they begin, and are over when another stage is told of.
"""


def label(seed: int) -> str:
    """Name of a seed's files and trainings."""
    return f"seed-{seed:03d}"


@dataclass(frozen=True, eq=False)
class Job:
    """What the seeds of a run have in common.

    Args:
        config: resolved.
        graph: the data set.
        folder: of the results.
        store: cache of teachers and knowledge.
        device: where to train.
        listen: gives the progress listener of a stage of a seed.
        extra: keys of knowledge beside those that the method reads.
        listeners: told of every training, whose stage is called like `"seed-000/teacher"`.
        previous: what a deployed student says of all nodes, if students are to keep to one.
        start: weights from which students start that learn from a teacher; default: they start afresh.
        models: gives the stages of a seed, in place of those that the configuration has.
    """

    config: "RunConfig"
    graph: NodeData
    folder: Path
    store: Store
    device: torch.device
    listen: Listen
    extra: frozenset[str] = frozenset()
    listeners: Sequence[Listener] = ()
    previous: Previous | None = None
    start: Start | None = None
    models: Callable[["Job", int, Observed], "Models"] | None = None

    def split(self, seed: int) -> Split:
        """The split of a seed."""
        config = self.config
        assert config.split is not None and config.setting != "production", "resolved, and of nodes"
        return config.split.build(SPLITTERS).split(self.graph, seed, config.setting, config.unseen_fraction)

    def training_seed(self, seed: int) -> int:
        """What weights, batches and dropout of all trainings on the split of `seed` are drawn with."""
        which = self.config.initialisation
        return seed if which == 0 else derive(seed, f"initialisation/{which}")

    @cached_property
    def environment(self) -> Mapping[str, Any]:
        """Versions, device, threads, processor, code and precision, to be kept with all that is made here."""
        how = self.execution
        lowered = {"autocast": _plain(how.autocast)} if how.autocast else {}
        rounded = {"matmul": how.matmul} if how.matmul != "highest" else {}
        return {**environment(self.device), "dtype": _plain(how.dtype), **lowered, **rounded}

    @cached_property
    def execution(self) -> Execution:
        """How torch computes here."""
        return Execution.on(self.device)

    def begin(self, seed: int, stage: str) -> None:
        """Tell that a stage begins which does not know how far it is."""
        self.listen(seed, stage)(0, 1)

    def context_of(self, seed: int, stage: str) -> Callable[[], dict[str, Any]]:
        """What a stage is given that decides nothing, where it does not train: the device. Its begin is told."""

        def given() -> dict[str, Any]:
            self.begin(seed, stage)
            return {"device": self.device}

        return given

    def context_of_timing(self, seed: int) -> Callable[[], dict[str, Any]]:
        """What a stage that measures latency is given beside: the device, and who is told how far it is."""
        return lambda: {"device": self.device, "progress": self.listen(seed, "latency")}

    def context(self, seed: int, stage: str | None = None) -> Callable[[], dict[str, Any]]:
        """What a stage is given that decides nothing: the device and, for one that trains, who is told."""
        if stage is None:
            return lambda: {"device": self.device}
        listeners = [Staged(listener, f"{label(seed)}/") for listener in self.listeners]
        return lambda: {"device": self.device, "progress": self.listen(seed, stage), "listeners": listeners}

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What every file of results begins with: the day (UTC), the configuration, the graph, whom to cite."""
        used = {"out": str(self.folder), "device": self.device.type, "threads": torch.get_num_threads()}
        config = self.config.to_dict() | used
        return {
            "date": datetime.now(UTC).date().isoformat(),
            "config": config,
            "graph": self.described(),
            "citations": citations(self.config),
        }

    def described(self) -> dict[str, Any]:
        """What the data are, in plain types."""
        return describe(self.graph)


def _plain(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def describe(graph: NodeData) -> dict[str, Any]:
    """What a graph or hypergraph is, in plain types: sizes, how many nodes each class has, how alike linked nodes are.

    `class_counts` and homophily are there for tasks of one class a node; `labelled` counts the nodes that have a label.
    """
    return {
        "name": graph.name,
        "kind": graph.kind,
        **graph.sizes,
        "labelled": int(graph.task.known(graph.labels).sum()),
        **(_classes(graph) if graph.task.exclusive else {}),
        "notes": dict(graph.notes),
        "digest": graph.digest,
    }


def _classes(graph: NodeData) -> dict[str, Any]:
    counts = torch.bincount(graph.labels[graph.labels >= 0], minlength=graph.task.num_outputs)
    told = {f"{prefix}homophily": value for prefix, value in _alike(graph).items()}
    return {
        "class_counts": dict(zip(graph.class_names, counts.tolist(), strict=True)),
        **{name: value for name, value in told.items() if value == value},
    }


def _alike(graph: NodeData) -> dict[str, float]:
    """Homophily of edges, or of hyperedges under a name of its own, and what class sizes do not explain of it."""
    codes = graph.labels.to(torch.int32).numpy()  # half the memory where edges are many
    if isinstance(graph, HypergraphData):
        of = hyperedge_homophily(graph.hyperedge_index.numpy(), codes)
        return {"hyperedge_": of.edge, "adjusted_hyperedge_": of.adjusted}
    of = homophily(GraphData.expect(graph, "homophily").edge_index.numpy(), codes)
    return {"": of.edge, "adjusted_": of.adjusted}
