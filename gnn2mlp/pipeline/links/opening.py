"""What a run of links does first: read the graph, claim the folder, split the links of every seed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gnn2mlp.core.listeners import Listener
from gnn2mlp.data import load_dataset
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.links import LinkSplit
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.job import Job, Listen
from gnn2mlp.pipeline.links.seed import split_of
from gnn2mlp.pipeline.links.views import linked
from gnn2mlp.pipeline.opening import begun, claimed, keep_plan, warn_of_scales
from gnn2mlp.pipeline.task_words import task_options
from gnn2mlp.tasks import LinkPrediction
from gnn2mlp.teachers import TEACHERS


@contextmanager
def opened_links(config: RunConfig, folder: Path, listen: Listen, listeners: Sequence[Listener] = ()) -> Iterator[Job]:
    """Within the block torch uses the configured threads, and every seed has a split that can be learnt from.

    Args:
        config: resolved, of links.
        folder: of the results; nobody else works in it meanwhile.
        listen: gives the progress listener of each stage of each seed.
        listeners: told of every training.

    Raises:
        ConfigError: if the folder holds another configuration's results, another process works in it, or nobody says
            where the cache is.
        ArtefactError: if the folder cannot be written into.
        DataError: for data whose links cannot be predicted.
    """
    device, store, loaded = begun(config, folder, listen, load_dataset)
    graph = linked(loaded, task_of(config))
    config.teacher.build(TEACHERS).check_reads(graph)
    with claimed(config, folder, graph):
        warn_of_scales(config, graph)
        job = Job(config, graph, folder, store, device, listen, listeners=listeners)
        splits = {number: split_of(job, number) for number in config.seeds}  # all, before the first is trained on
        for split in splits.values():
            check_negatives(split, graph)
        keep_plan(config, folder, splits)
        yield job


def task_of(config: RunConfig) -> LinkPrediction:
    """How a resolved configuration judges links."""
    assert config.task is not None, "resolved, of links"
    return LinkPrediction(**task_options(config.task))


def check_negatives(split: LinkSplit, graph: GraphData) -> None:
    """Raise `DataError` if the metric that chooses the epoch asks for more negatives than the split has."""
    task = graph.task
    assert isinstance(task, LinkPrediction), "a run of links"
    for part in ("valid", "test"):
        task.check_negatives(len(getattr(split, f"{part}_negatives")), f"{graph.name}: {part}")
