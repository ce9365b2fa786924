"""`run`: train, write down, distil, score, report. Resumable, and the same numbers for the same seed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from gnn2mlp.core.artefact import read_json, write_json
from gnn2mlp.core.environment import environment, resolve_device
from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.core.progress import silent
from gnn2mlp.data import GraphData, load_dataset
from gnn2mlp.data.datasets import resolve_dataset
from gnn2mlp.deploy import Predictor
from gnn2mlp.evaluate import summarise
from gnn2mlp.explore import write_report
from gnn2mlp.knowledge import Store
from gnn2mlp.knowledge.store import default_root
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline.config import RunConfig, read_yaml
from gnn2mlp.pipeline.latency import measure
from gnn2mlp.pipeline.score import score_seed
from gnn2mlp.pipeline.stages import Listener, Seed
from gnn2mlp.teachers import TEACHERS

FORMAT = 1
MODELS = ("teacher", "mlp", "student")
# Below this many nodes a second thread costs more than it brings.
SINGLE_THREAD_BELOW = 50_000


@dataclass(frozen=True)
class RunResult:
    """What a run leaves behind.

    Args:
        results: the content of `results.json`.
        out: the folder that holds it, the report, the configuration, students and knowledge.
    """

    results: dict[str, Any]
    out: Path

    @property
    def summary(self) -> dict[str, Any]:
        """Mean and std over seeds, by model and population."""
        summary: dict[str, Any] = self.results["summary"]
        return summary

    def predictor(self) -> Predictor:
        """The student of the seed with the best validation accuracy, ready to predict from features."""
        return Predictor.load(self.out / "student")


def run(config: RunConfig | None = None, listen: Listener = lambda seed, stage: silent) -> RunResult:
    """Run the main job for every seed and write results, report, students and knowledge.

    A run that was interrupted continues: seeds and stages that were finished are not repeated.

    Args:
        config: what to run; default: the demonstration on the embedded data set.
        listen: gives the progress listener of each stage (`"teacher"`, `"mlp"`, `"student"`) of each seed.

    Raises:
        ConfigError: for settings that cannot work, or if the folder holds another configuration's results.
        DataError: for data that cannot be learnt from. Both before any training.
    """
    config = (config or RunConfig()).resolve()  # wrong names and options fail before any data are read
    folder, device = config.folder(), resolve_device(config.device)
    graph = load_dataset(config.dataset, config.data_root)
    _claim(folder, config)
    store = Store(config.cache or default_root())
    with _threads(config.threads, graph):
        seed = partial(Seed, config, graph, folder=folder, store=store, device=device, listen=listen)
        for number in config.seeds:  # every split is checked before the first teacher is trained
            _ = seed(number).task
        # A seed's models and views are let go as soon as its record is made: memory does not grow with their number.
        records = [_record(seed(number)) for number in config.seeds]
        best = max(records, key=lambda record: record["history"]["student"]["valid_best"])["seed"]
        seed(best).student("student").save(folder / "student")
        results = {
            "format": FORMAT,
            "config": config.to_dict()
            | {"out": str(folder), "device": device.type, "threads": torch.get_num_threads()},
            "environment": environment(device),
            "graph": _describe(graph),
            "citations": _citations(config),
            "seeds": records,
            "summary": _summary(records),
            "latency": _latency(seed(best)) if config.latency else None,
            "student": {"seed": best, "path": "student"},
        }
    write_json(folder / "results.json", results)
    write_report(results, folder / "report.html")
    return RunResult(results, folder)


def _record(seed: Seed) -> dict[str, Any]:
    """The seed's part of the results: read if it was finished from the same inputs, else made and written."""
    return _once(seed.folder / "seeds" / f"{seed.label}.json", seed.identity, lambda: score_seed(seed))


def _latency(seed: Seed) -> dict[str, Any]:
    """The latency of this seed's models: read if it was measured before, else measured and written."""
    return _once(seed.folder / "latency.json", {**seed.identity, "seed": seed.seed}, lambda: measure(seed))


def _once(path: Path, identity: dict[str, Any], make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `make` returns, kept at `path` for as long as `identity` stays the same."""
    try:
        saved = read_json(path)
        if saved["identity"] == identity:
            return dict(saved["record"])
    except (ArtefactError, KeyError):
        pass
    record = make()
    write_json(path, {"identity": identity, "record": record})
    return record


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
def _threads(threads: int | str, graph: GraphData) -> Iterator[None]:
    """Within the block torch uses the chosen number of CPU threads."""
    before = torch.get_num_threads()
    wanted = before if graph.num_nodes >= SINGLE_THREAD_BELOW else 1
    torch.set_num_threads(threads if isinstance(threads, int) else wanted)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _summary(records: list[dict[str, Any]]) -> dict[str, Any]:
    summary: dict[str, Any] = {model: summarise(record[model] for record in records) for model in MODELS}
    summary["fidelity"] = summarise(record["fidelity"] for record in records)
    summary["ece"] = {model: summarise(record["ece"][model] for record in records) for model in MODELS}
    summary["seconds"] = summarise(record["seconds"] for record in records)
    return summary


def _describe(graph: GraphData) -> dict[str, Any]:
    return {
        "name": graph.name,
        "nodes": graph.num_nodes,
        "edges": graph.num_edges,
        "features": graph.num_features,
        "classes": graph.num_classes,
        "notes": dict(graph.notes),
        "digest": graph.digest,
    }


def _citations(config: RunConfig) -> dict[str, str]:
    return {
        "dataset": resolve_dataset(config.dataset).citation,
        "teacher": TEACHERS.get(config.teacher.name).citation,
        "method": METHODS.get(config.method.name).citation,
    }
