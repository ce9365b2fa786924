"""What a run of whole graphs does first: read the graphs, claim the folder, split them for every seed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from gnn2mlp.core.listeners import Listener
from gnn2mlp.data.graphs import load_graph_set
from gnn2mlp.distill.graphs import check_of_graphs
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.graphs.job import GraphsJob, units_of
from gnn2mlp.pipeline.graphs.training_set import condensed_set
from gnn2mlp.pipeline.job import Listen
from gnn2mlp.pipeline.opening import begun, claimed, keep_plan
from gnn2mlp.pipeline.task_words import task_options


@contextmanager
def opened_graphs(
    config: RunConfig, folder: Path, listen: Listen, listeners: Sequence[Listener] = ()
) -> Iterator[GraphsJob]:
    """Within the block torch uses the configured threads, and every seed has a split that can be learnt from.

    Args:
        config: resolved, of whole graphs.
        folder: of the results; nobody else works in it meanwhile.
        listen: gives the progress listener of each stage of each seed.
        listeners: told of every training.

    Raises:
        ConfigError: if the folder holds another configuration's results, another process works in it, or nobody says
            where the cache is.
        ArtefactError: if the folder cannot be written into.
        DataError: for data that cannot be learnt from, or a method that speaks of links.
        ConfigError: for a condensed set of another split, or one too shallow for the teacher.
    """
    device, store, graphs = begun(config, folder, listen, load_graph_set)
    if options := task_options(config.task):
        graphs = replace(graphs, task=graphs.task.overridden(options))
    check_of_graphs(config.method.build(METHODS).build_objective(), graphs.task, graphs.name)
    units = units_of(graphs)
    with claimed(config, folder, units):
        job = GraphsJob(config, units, folder, store, device, listen, listeners=listeners, graphs=graphs)
        splits = {number: job.split(number) for number in config.seeds}  # all of them, before the first is trained on
        for number, split in splits.items():
            condensed_set(job, number, split)
        keep_plan(config, folder, splits)
        yield job
