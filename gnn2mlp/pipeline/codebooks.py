"""The codebook of a run's folder, or of a fit's: knowledge, features, names and student, as they lie there."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core import artefact
from gnn2mlp.core.digest import digest_path
from gnn2mlp.core.errors import ArtefactError, ConfigError, MissingKnowledgeError, listing
from gnn2mlp.core.files import read_json, user_path
from gnn2mlp.core.identity import fingerprint
from gnn2mlp.core.seeds import as_seed
from gnn2mlp.data import NodeData, load_dataset
from gnn2mlp.data.graph import GraphData
from gnn2mlp.deploy import Predictor
from gnn2mlp.explore.book import Codebook
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.pipeline.config import RunConfig, read_yaml
from gnn2mlp.pipeline.fitting.config import FitConfig
from gnn2mlp.pipeline.fitting.encoding import encode
from gnn2mlp.pipeline.fitting.tables import read_tables
from gnn2mlp.pipeline.job import label
from gnn2mlp.pipeline.opening import CONFIG
from gnn2mlp.students import check_graph_free
from gnn2mlp.tables.id_values import IdValues

_FIT = Path(".work") / "fit.json"


def codebook_of(folder: str | Path, seed: int | None = None, data_root: str | Path | None = None) -> Codebook:
    """The codebook in the folder of a run or of a fit; arguments and errors as in `Codebook.from_run`."""
    where = user_path(folder, "folder")
    if (where / _FIT).is_file():
        return _of_fit(where)
    if (where / CONFIG).is_file():
        return _of_run(where, seed, data_root)
    raise ConfigError(
        f"expected the folder of a run or a fit at {where}, with {CONFIG} or {_FIT} in it, found neither; give the "
        "folder that --out named"
    )


def codebook_of_graph(
    graph: NodeData,
    knowledge: TeacherKnowledge,
    student: Predictor | None,
    names: Any = None,
    reader: Predictor | None = None,
) -> Codebook:
    """The codebook of a teacher on a graph, the graph's names beside it.

    Args:
        graph: the full one.
        knowledge: with codes; its ids are those of the graph.
        student: reads the graph's features.
        names: of nodes; default: the graph's own.
        reader: the same student as it reads new rows.
    """
    _check_codes(knowledge)
    rows = None
    if student is not None and not student.inputs.of_features:
        rows = student.inputs.rows(graph)
    own = graph.node_names if names is None else names
    exclusive = graph.task.exclusive
    return Codebook(
        knowledge,
        graph.features,
        edge_index=graph.edge_index if isinstance(graph, GraphData) else None,
        labels=graph.labels if exclusive else None,
        names=own,
        feature_names=graph.feature_names if graph.feature_names is not None else _names_of(student, graph),
        class_names=_classes(graph, student) if exclusive else (),
        student=student,
        rows=rows,
        reader=reader,
    )


def _check_codes(knowledge: TeacherKnowledge | None) -> None:
    if knowledge is None or "codebook" not in knowledge.values:
        got = "no teacher" if knowledge is None else "a teacher without"
        raise MissingKnowledgeError(
            f"codebook: expected a teacher with codes, got {got}; train with teacher='vq', as method='vqgraph' does"
        )


def _names_of(student: Predictor | None, graph: NodeData) -> tuple[str, ...] | None:
    names = None if student is None else student.feature_names
    return names if names is not None and len(names) == graph.num_features else None


def _classes(graph: NodeData, student: Predictor | None) -> list[Any]:
    known = [] if student is None else student.classes_.tolist()
    return known if len(known) == graph.task.num_outputs else list(graph.class_names)


def _of_run(folder: Path, seed: int | None, data_root: str | Path | None) -> Codebook:
    config = RunConfig(**read_yaml(folder / CONFIG))
    number = config.seeds[0] if seed is None else as_seed(seed)
    path = folder / "knowledge" / f"{label(number)}.safetensors"
    if not path.is_file():
        found = sorted(each.stem for each in (folder / "knowledge").glob("*.safetensors"))
        raise ConfigError(
            f"seed: expected one that {folder} holds ({listing(found) or 'there is none yet'}), got {number}"
        )
    knowledge = TeacherKnowledge.load(path)
    _check_codes(knowledge)
    graph = load_dataset(config.dataset, data_root or config.data_root, config.cache)
    if config.task:
        graph = replace(graph, task=graph.task.overridden(config.task))
    check_graph_free(config.student.name, "a codebook")
    student = Predictor.load(folder / "students" / label(number) / "student")
    return codebook_of_graph(graph, knowledge, student)


def _of_fit(folder: Path) -> Codebook:
    """The codes that the shipped student learnt from, on the tables of the fit, which have to be where they were."""
    state = read_json(folder / _FIT)
    config = FitConfig(**state["config"]).resolve(state["rows"])
    for name in ("nodes", "edges"):
        if digest_path(getattr(config, name)) != state["digests"][name]:
            raise ArtefactError(
                f"expected in {getattr(config, name)} the {name} of the fit in {folder}, got others; put back those "
                "that it learnt from"
            )
    role = "refit" if config.refit else "student"
    seeds = [each for each in (folder / ".work" / "students").glob("seed-*") if (each / role).is_dir()]
    if not seeds:
        raise ArtefactError(f"expected the student that ships in {folder / '.work'}, found none; finish the fit")
    alone = Predictor.load(seeds[0] / role)
    knowledge = _knowledge_of(alone, folder / ".work")
    tables = read_tables(config)
    shipped = Predictor.load(folder)
    rows = None if config.refit else knowledge.node_ids.numpy()
    encoded = encode(config, tables, rows)
    graph = replace(encoded.graph, feature_names=encoded.encoder.feature_names)
    return codebook_of_graph(graph, knowledge, shipped.on_features(), _ids(tables.ids.values), reader=shipped)


def _ids(values: IdValues) -> np.ndarray:
    """Ids as they are written in the table."""
    if values.kind == "time":
        return np.asarray(values.data).view("datetime64[us]")
    listed = values.data.to_pylist() if hasattr(values.data, "to_pylist") else values.data.tolist()
    found = np.empty(len(listed), dtype=object)
    found[:] = listed
    return found


def _knowledge_of(student: Predictor, work: Path) -> TeacherKnowledge:
    """What the student learnt from: the table whose identity its card names."""
    made: Mapping[str, Any] = student.card["made"]["identity"]
    for path in sorted((work / "knowledge").rglob("*.safetensors")):
        about = artefact.read_card(path, "knowledge")["about"]
        if fingerprint(about["made"]["identity"]) == made["knowledge"]:
            return TeacherKnowledge.load(path)
    raise ArtefactError(f"expected in {work} what the teacher of the student knows, found none; fit again")
