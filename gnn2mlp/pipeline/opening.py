"""What every job does first: read the data, claim the folder, check the splits."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import torch

from gnn2mlp.core.environment import cpu_threads, resolve_device, threads_for
from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.core.files import read_json
from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.locks import locked
from gnn2mlp.data import NodeData, Split, load_dataset
from gnn2mlp.data.links import LinkSplit
from gnn2mlp.deploy.outside import check_place
from gnn2mlp.distill.in_memory import check_links
from gnn2mlp.inputs import INPUTS
from gnn2mlp.knowledge import Store
from gnn2mlp.knowledge.store import caching_in, default_root
from gnn2mlp.methods import METHODS
from gnn2mlp.nn.scales import warn_unscaled
from gnn2mlp.pipeline.config import RunConfig, differing, read_yaml
from gnn2mlp.pipeline.job import Job, Listen, label
from gnn2mlp.pipeline.previous import Previous
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS

CONFIG = "config.yaml"
# What `unlearn` leaves in a folder whose models have forgotten something.
CERTIFICATE = "unlearn.json"
D = TypeVar("D")
_ONE_SCALE = "bring them on one scale, in the file, or for the student alone with --inputs standardise"


@contextmanager
def opened(
    config: RunConfig,
    folder: Path,
    listen: Listen,
    extra: Iterable[str] = (),
    guest: bool = False,
    listeners: Sequence[Listener] = (),
    check: Callable[[NodeData], object] | None = None,
) -> Iterator[Job]:
    """Within the block torch uses the configured threads, and every seed has a split that can be learnt from.

    Args:
        config: resolved.
        folder: of the results; nobody else works in it meanwhile.
        listen: gives the progress listener of each stage of each seed.
        extra: keys of knowledge beside those that the method reads.
        listeners: told of every training.
        guest: leave the configuration in the folder as it is, which is that of a run; write one only if there is none.
        check: given the data set, raises for one that cannot be worked on, before anything is written.

    Raises:
        ConfigError: if the folder holds another configuration's results or models that have forgotten, another process
            works in it, or nobody says where the cache is.
        ArtefactError: if the folder cannot be written into.
        DataError: for data that cannot be learnt from.
    """
    check_nodes(config)
    if guest:
        _check_own_models(folder)
    device, store, graph = begun(config, folder, listen, load_dataset)
    if config.task:
        graph = replace(graph, task=graph.task.overridden(config.task))
    config.teacher.build(TEACHERS).check_reads(graph)
    config.student.build(STUDENTS).check_reads(graph)
    if check is not None:
        check(graph)
    check_links(config.method.build(METHODS).build_objective(), graph)
    if (inputs := config.inputs.build(INPUTS)).reads_texts:
        with caching_in(config.cache):
            inputs.prepare(graph, listen(config.seeds[0], "texts"))
    with claimed(config, folder, graph):
        if not guest:
            warn_of_scales(config, graph)
        deployed = None if config.previous is None else Previous.of(config.previous, graph, config.previous_weight)
        job = Job(config, graph, folder, store, device, listen, frozenset(extra), listeners, deployed)
        splits = {number: job.split(number) for number in config.seeds}  # all of them, before the first is trained on
        keep_plan(config, folder, splits, keep_config=guest and (folder / CONFIG).exists())
        yield job


def keep_plan(
    config: RunConfig, folder: Path, splits: Mapping[int, Split | LinkSplit], keep_config: bool = False
) -> None:
    """Write down what is about to be done: the configuration, and the split of every seed.

    Args:
        config: resolved.
        folder: of the results.
        splits: by seed.
        keep_config: leave the configuration that is there.
    """
    if not keep_config:
        config.model_copy(update={"out": folder}).save(folder / CONFIG)
    for number, split in splits.items():
        save_split(folder / "splits" / f"{label(number)}.safetensors", split)


def check_nodes(config: RunConfig) -> None:
    """Raise `ConfigError` if links or whole graphs are predicted, of which only `run` knows anything."""
    if config.of_links or config.of_graphs:
        raise ConfigError(
            f"task: {'link' if config.of_links else 'graph'!r} is carried out by run alone, and this looks at what "
            "nodes are; leave out the task, or start gnn2mlp run"
        )


def begun(config: RunConfig, folder: Path, listen: Listen, load: Callable[..., D]) -> tuple[torch.device, Store, D]:
    """The device, the cache and the data set of a resolved configuration; `folder` has to be one to write into.

    Args:
        config: resolved.
        folder: of the results.
        listen: told that data are read.
        load: called with the spec, the folder of raw data and the cache.
    """
    device = resolve_device(config.device)
    check_place(folder)
    store = Store(config.cache or default_root())
    listen(config.seeds[0], "data")(0, 1)
    return device, store, load(config.dataset, config.data_root, config.cache)


def warn_of_scales(config: RunConfig, graph: NodeData) -> None:
    """Warn of columns of different units, unless the inputs bring them on one scale."""
    inputs = config.inputs.build(INPUTS)
    if not (inputs.rescales or inputs.reads_texts):
        warn_unscaled(graph.features, graph.feature_names, graph.name, _ONE_SCALE)


@contextmanager
def claimed(config: RunConfig, folder: Path, graph: NodeData) -> Iterator[None]:
    """Within the block nobody else works in the folder, torch uses the configured threads, and the cache is its own.

    Raises:
        ConfigError: if the folder holds another configuration's results, or another process works in it.
    """
    check_free(folder, config)
    threads = cpu_threads(_thread_count(config.threads, graph))
    with threads, locked(folder, partial(_busy, folder)), caching_in(config.cache):
        check_free(folder, config)  # again: another process may have been there in between
        yield


def check_free(folder: Path, config: RunConfig) -> None:
    """Raise `ConfigError` if the folder holds another run than that of a resolved configuration."""
    path = folder / CONFIG
    if path.exists():
        others = differing(RunConfig(**read_yaml(path)).resolve().identity(), config.identity())
        if others:
            raise ConfigError(
                f"out: {folder} holds a run with another {others}; choose another --out, or remove that folder"
            )


def _check_own_models(folder: Path) -> None:
    """Raise `ConfigError` if the models in a folder have forgotten, and are not those that its settings would give."""
    if not (folder / CERTIFICATE).exists():
        return
    told = read_json(folder / CERTIFICATE)
    if not told["exact"]:
        raise ConfigError(
            f"out: the models in {folder} have forgotten something (unlearn, method {told['method']['name']}), and the "
            "settings there would train others in their place; to look at those, trained anew on what is left, name "
            "another folder with --out"
        )


def _busy(folder: Path) -> None:
    raise ConfigError(
        f"out: another process works in {folder} at this moment; wait until it is done, or choose another --out"
    )


def save_split(path: Path, split: Split | LinkSplit) -> None:
    """Write the split, unless it is there."""
    try:
        known = type(split).load(path).digest
    except ArtefactError:
        known = None
    if known != split.digest:
        split.save(path)


def _thread_count(threads: int | str, graph: NodeData) -> int:
    """How many CPU threads pay for a graph of this size, unless a number was asked for."""
    return threads if isinstance(threads, int) else threads_for(graph.num_nodes)
