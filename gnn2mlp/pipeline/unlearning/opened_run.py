"""The run whose models are to forget: its settings, data and splits, as its folder has them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.core.files import read_json, user_path
from gnn2mlp.core.showing import short_repr
from gnn2mlp.data import NodeData, Split, load_dataset
from gnn2mlp.deploy.model_files import STUDENT
from gnn2mlp.knowledge import Store
from gnn2mlp.knowledge.store import default_root
from gnn2mlp.pipeline.config import RunConfig, read_yaml
from gnn2mlp.pipeline.job import label
from gnn2mlp.pipeline.opening import CONFIG, check_nodes
from gnn2mlp.students import check_graph_free

RESULTS = "results.json"


@dataclass(frozen=True, eq=False)
class OpenedRun:
    """A run that is over.

    Args:
        config: resolved.
        folder: of its results.
        graph: its data set, as its task has it.
        splits: of every seed, as they were.
        store: the cache of its teachers.
        results: the content of its `results.json`.
    """

    config: RunConfig
    folder: Path
    graph: NodeData
    splits: list[Split]
    store: Store
    results: dict[str, Any]

    __repr__ = short_repr


def opened_run(run: RunConfig | str | os.PathLike[str]) -> OpenedRun:
    """The run in a folder, or with some settings.

    Raises:
        ConfigError: if there is no run that is over, or it predicts links.
        DataError: if its data are not there, or others than they were.
    """
    config, folder = run_of(run)
    check_nodes(config)
    check_graph_free(config.student.name, "gnn2mlp unlearn")
    try:
        results = read_json(folder / RESULTS)
        splits = [Split.load(folder / "splits" / f"{label(seed)}.safetensors") for seed in config.seeds]
    except ArtefactError as error:
        raise ConfigError(f"unlearn: expected a run that is over in {folder}, got: {error}") from error
    graph = load_dataset(config.dataset, config.data_root, config.cache)
    if config.task:
        graph = replace(graph, task=graph.task.overridden(config.task))
    known = results.get("graph", {}).get("digest")
    if known != graph.digest:
        raise DataError(
            f"unlearn: expected the data of the run, of digest {known}, got {graph.digest}: they have changed since, "
            "and its models cannot be compared; start a new run on the data as they are"
        )
    return OpenedRun(config, folder, graph, splits, Store(config.cache or default_root()), results)


def run_of(run: RunConfig | str | os.PathLike[str]) -> tuple[RunConfig, Path]:
    """The resolved settings of a run, and its folder.

    Raises:
        ConfigError: if it is that of no run.
    """
    config = run.resolve() if isinstance(run, RunConfig) else settings_of_run(run)
    folder = config.folder()
    check_run(folder)
    return config, folder


def settings_of_run(folder: str | os.PathLike[str], changes: Mapping[str, Any] | None = None) -> RunConfig:
    """The settings of the run in a folder.

    Args:
        folder: where it is.
        changes: settings that are others now, such as where data are.

    Raises:
        ConfigError: if it is that of no run.
    """
    place = user_path(folder, "run")
    check_run(place)
    return RunConfig(**{**read_yaml(place / CONFIG), "out": place, **(changes or {})}).resolve()


def check_run(folder: Path) -> None:
    """Raise `ConfigError` if a folder is that of no run; the message says what to do with what is there."""
    if (folder / ".work").is_dir() or (folder / "scores.json").exists():
        raise ConfigError(
            f"unlearn: {folder} holds a model of gnn2mlp fit; leave the rows out of its tables and fit again there: "
            "gnn2mlp fit --replace"
        )
    if (folder / CONFIG).exists():
        return
    if (folder / STUDENT).exists() or (folder / "config.json").exists():
        raise ConfigError(
            f"unlearn: {folder} holds a student alone, and nothing says what it learnt from; name the folder of its "
            "run, or train it anew without what is to be forgotten: gnn2mlp run --dataset"
        )
    raise ConfigError(f"unlearn: expected the folder of a run, got {folder}, which has no {CONFIG}")
