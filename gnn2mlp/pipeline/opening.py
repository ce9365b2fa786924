"""What every job does first: read the data, claim the folder, check the splits."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from gnn2mlp.core.environment import environment, resolve_device
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.files import check_writable
from gnn2mlp.data import NodeData, load_dataset
from gnn2mlp.distill.in_memory import check_links
from gnn2mlp.knowledge import Store
from gnn2mlp.knowledge.store import default_root
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline.config import RunConfig, read_yaml
from gnn2mlp.pipeline.stages import Listener, Seed
from gnn2mlp.teachers import TEACHERS

# Below this many nodes a second thread costs more than it brings.
SINGLE_THREAD_BELOW = 50_000


@dataclass(frozen=True, eq=False)
class Opened:
    """A job that may begin.

    Args:
        folder: of its results.
        graph: the data set.
        device: where to train.
        seed: makes the stages of one seed.
        used: the configuration as it was carried out, in plain types.
    """

    folder: Path
    graph: NodeData
    device: torch.device
    seed: Callable[[int], Seed]
    used: Mapping[str, Any]

    @property
    def facts(self) -> dict[str, Any]:
        """What every record of results begins with: configuration, environment and graph, in plain types."""
        return {"config": self.used, "environment": environment(self.device), "graph": describe(self.graph)}


@contextmanager
def opened(config: RunConfig, folder: Path, listen: Listener, extra: Iterable[str] = ()) -> Iterator[Opened]:
    """Within the block torch uses the configured threads, and every seed has a split that can be learnt from.

    Args:
        config: resolved.
        folder: of the results.
        listen: gives the progress listener of each stage of each seed.
        extra: keys of knowledge beside those that the method reads.

    Raises:
        ConfigError: if the folder holds another configuration's results, or nobody says where the cache is.
        ArtefactError: if the folder cannot be written into.
        DataError: for data that cannot be learnt from.
    """
    device = resolve_device(config.device)
    check_writable(folder, "name another folder with --out (in Python: out=)")
    store = Store(config.cache or default_root())
    graph = load_dataset(config.dataset, config.data_root, config.cache)
    config.teacher.build(TEACHERS).check_reads(graph)
    check_links(config.method.build(METHODS).build_objective(), graph)
    _claim(folder, config)
    with _threads(config.threads, graph):
        seed = partial(
            Seed, config, graph, folder=folder, store=store, device=device, listen=listen, extra=frozenset(extra)
        )
        for number in config.seeds:  # every split is checked before the first teacher is trained
            _ = seed(number).task
        used = config.to_dict() | {"out": str(folder), "device": device.type, "threads": torch.get_num_threads()}
        yield Opened(folder, graph, device, seed, used)


def _claim(folder: Path, config: RunConfig) -> None:
    """Write the configuration into the folder, or make sure that the one there is the same run."""
    path = folder / "config.yaml"
    if path.exists():
        present = RunConfig(**read_yaml(path)).resolve().identity()
        differing = [key for key, value in config.identity().items() if present.get(key) != value]
        if differing:
            raise ConfigError(
                f"out: {folder} holds a run with another {' and another '.join(differing)}; "
                "choose another --out, or remove that folder"
            )
    config.model_copy(update={"out": folder}).save(path)


@contextmanager
def _threads(threads: int | str, graph: NodeData) -> Iterator[None]:
    """Within the block torch uses the chosen number of CPU threads."""
    before = torch.get_num_threads()
    wanted = before if graph.num_nodes >= SINGLE_THREAD_BELOW else 1
    torch.set_num_threads(threads if isinstance(threads, int) else wanted)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def describe(graph: NodeData) -> dict[str, Any]:
    """What a graph or hypergraph is, in plain types."""
    return {
        "name": graph.name,
        "kind": graph.kind,
        **graph.sizes,
        "notes": dict(graph.notes),
        "digest": graph.digest,
    }
