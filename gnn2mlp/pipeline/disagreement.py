"""`disagree`: where student, teacher and plain MLP of a run disagree; a page and a file in its folder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core.progress import silent
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.split import Split
from gnn2mlp.evaluate.node_errors import error_measure
from gnn2mlp.explore.answered import Answered
from gnn2mlp.explore.describing import Described, describe_features
from gnn2mlp.explore.disagree import class_groups, kinds_of_nodes, links_of
from gnn2mlp.explore.disagreement_file import FILE, PAGE, save_answered
from gnn2mlp.explore.disagreements import Disagreement
from gnn2mlp.explore.grouping import Grouped, by_name
from gnn2mlp.nn.csr import CSR
from gnn2mlp.pipeline.answers import POPULATIONS, Table, answers_file, model_answers
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.job import Job, Listen, label
from gnn2mlp.pipeline.opening import opened
from gnn2mlp.pipeline.records import score_all
from gnn2mlp.pipeline.seed import Seed, plan
from gnn2mlp.pipeline.stage import Stage
from gnn2mlp.report.disagreement_report import summary, write_disagreement_report
from gnn2mlp.report.siblings import refresh_report
from gnn2mlp.students import check_graph_free

# A run of a graph with more nodes leaves the page to whoever asks for it.
AFFORDABLE = 200_000


@dataclass(frozen=True, eq=False)
class DisagreementResult:
    """What `disagree` leaves behind.

    Args:
        found: where the models disagree.
        out: the folder that holds the page `disagreement.html` and the file that `gnn2mlp.explore.disagreement` reads.
    """

    found: Disagreement
    out: Path


def disagree(config: RunConfig | None = None, listen: Listen = lambda seed, stage: silent) -> DisagreementResult:
    """Compare what the models of every seed answer, and write `disagreement.html` and `disagreement.safetensors`.

    Models come from the folder of the run with the same settings where they are there; else they are trained.

    Args:
        config: whose models; default: the demonstration on the embedded data set.
        listen: gives the progress listener of each stage of each seed.

    Raises:
        ConfigError: for settings that cannot work, or if the folder holds another configuration's results.
        DataError: for data that cannot be learnt from. Both before any training.
    """
    config = (config or RunConfig()).resolve()
    check_graph_free(config.student.name, "gnn2mlp disagree")
    folder = config.folder()
    with opened(config, folder, listen, guest=True) as job:
        score_all(job, config.seeds)
        found = disagreement_of(job)
    write_disagreement(found, folder)
    refresh_report(folder)
    return DisagreementResult(found, folder)


def disagreement_of(job: Job) -> Disagreement:
    """Where the models of all seeds of a job disagree; what was not trained before is trained now."""
    tables, splits = [], []
    for number in job.config.seeds:
        seed = plan(job, number)
        tables.append(answers_stage(job, seed).value)
        splits.append(seed.split)
    return Disagreement(answered(job.graph, job.config.seeds, tables, splits, subject=_subject(job)))


def write_disagreement(found: Disagreement, folder: Path) -> dict[str, Any]:
    """Write page and file into a folder; what the results of a run say of them."""
    save_answered(folder / FILE, found.answered)
    write_disagreement_report(found, folder / PAGE)
    return {"page": PAGE, **summary(found)}


def answers_stage(job: Job, seed: Seed, more: Mapping[str, Any] | None = None) -> Stage[Table]:
    """What the models of a seed answer, kept beside its scores.

    Args:
        job: of the seed.
        seed: whose models.
        more: further models, `linear` and `boosting`.
    """
    inputs = {
        **{name: getattr(seed, name) for name in ("teacher", "knowledge", "mlp", "student", "observed", "full")},
        "execution": job.execution,
        **(more or {}),
    }
    path = job.folder / "seeds" / f"{label(seed.number)}.answers.safetensors"
    return Stage(model_answers, inputs, answers_file(path), job.environment, job.context(seed.number))


def answered(
    graph: NodeData,
    seeds: Sequence[int],
    tables: Sequence[Table],
    splits: Sequence[Split],
    described: Described | None = None,
    ids: Sequence[str] | None = None,
    subject: str = "",
) -> Answered:
    """The rows of all seeds, with what is known of their nodes.

    Degrees, neighbours and distances are those of the whole graph, with unseen nodes.

    Args:
        graph: whole.
        seeds: their numbers.
        tables: what `model_answers` gave, of each.
        splits: of each.
        described: every node of the graph; default: by its features.
        ids: what the user calls every node of the graph; default: its position.
        subject: what was compared, in a sentence.
    """
    nodes = np.unique(np.concatenate([table["node"].numpy() for table in tables]))
    every = {name: np.concatenate([table[name].numpy() for table in tables]) for name in tables[0]}
    seed = np.concatenate([np.full(len(table["node"]), number) for number, table in zip(seeds, tables, strict=True)])
    if described is None:
        described = describe_features(_rows(graph, nodes), graph.feature_names)
    else:
        described = Described(described.conditions.of(nodes), [described.texts[k] for k in nodes])
    classes = graph.class_names if graph.task.exclusive else ()
    label = graph.labels.numpy()[nodes] if graph.task.exclusive else np.full(nodes.size, -1)
    called = range(graph.num_nodes) if ids is None else ids
    return Answered(
        node=np.searchsorted(nodes, every["node"]),
        seed=seed,
        population=every["population"],
        populations=POPULATIONS,
        label=label,
        errors={name: each.astype(np.float64) for name, each in _of("errors/", every).items()},
        answers=_of("answers/", every),
        ids=[str(called[int(k)]) for k in nodes],
        classes=classes,
        confidence=every.get("confidence"),
        groups=_groups(graph, tables, splits),
        measure=error_measure(graph.task),
        conditions=described.conditions,
        texts=described.texts,
        subject=subject,
    )


def _groups(graph: NodeData, tables: Sequence[Table], splits: Sequence[Split]) -> dict[str, Grouped]:
    """The groups of the rows of all seeds."""
    links, degree = links_of(graph), graph.degree.numpy()
    exclusive = graph.task.exclusive
    truth = graph.labels.numpy() if exclusive else None
    parts = []
    for table, split in zip(tables, splits, strict=True):
        node = table["node"].numpy()
        kinds = kinds_of_nodes(links, degree, truth, split.train.numpy())
        found = {name: each._replace(group=each.group[node]) for name, each in kinds.items()}
        if truth is not None:
            found |= class_groups(graph.class_names, truth[node], table["answers/student"].numpy())
        if "code" in table:
            code = table["code"].numpy()
            found["code"] = by_name(code, [*map(str, range(int(code.max(initial=-1)) + 1))], "code is")
        parts.append(found)
    return {name: _longest([part[name] for part in parts]) for name in parts[0]}


def _longest(parts: Sequence[Grouped]) -> Grouped:
    texts = max((part.texts for part in parts), key=len)
    return Grouped(np.concatenate([part.group for part in parts]), texts)


def _of(prefix: str, every: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name.removeprefix(prefix): each for name, each in sorted(every.items()) if name.startswith(prefix)}


def _rows(graph: NodeData, nodes: np.ndarray) -> Any:
    features = graph.features
    return features.to_scipy()[nodes] if isinstance(features, CSR) else features.numpy()[nodes]


def _subject(job: Job) -> str:
    config, kind = job.config, "graph" if isinstance(job.graph, GraphData) else "hypergraph"
    return (
        f"Teacher {config.teacher.name}, method {config.method.name}, student {config.student.name} on the {kind} "
        f"{job.graph.name}, {config.setting}."
    )
