"""`trust`: on which nodes can the teacher be trusted, and its student, if a run made one? A report of its own."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.files import write_json, write_text
from gnn2mlp.core.notebook import shown
from gnn2mlp.core.showing import short_repr
from gnn2mlp.deploy import Predictor
from gnn2mlp.explore.trust import TrustTable
from gnn2mlp.pipeline.citing import citations
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.facts import seen_test_nodes, summarise_trust, trust_record, validation_nodes
from gnn2mlp.pipeline.job import Job, Listen
from gnn2mlp.pipeline.opening import check_nodes, opened
from gnn2mlp.pipeline.seed import plan
from gnn2mlp.pipeline.student_trust import advice_record, student_trust
from gnn2mlp.pipeline.trust_margins import NodeMargins, node_margins
from gnn2mlp.report.result_cells import trust_cell
from gnn2mlp.report.siblings import refresh_report
from gnn2mlp.report.trust_report import write_trust_report
from gnn2mlp.students import check_graph_free
from gnn2mlp.teachers import TEACHERS

FORMAT = 1
NEEDS = frozenset({"logits", "entropy_shift"})


@dataclass(frozen=True, eq=False)
class TrustResult:
    """What `trust` leaves behind.

    Args:
        results: the content of `trust.json`.
        table: the nodes of the first seed, as in `nodes.csv`.
        margins: own margins of the same nodes; `None` where they cannot be read (`trust_margins.node_margins`).
        out: the folder that holds both, and the page `trust.html`.
    """

    results: dict[str, Any]
    table: TrustTable
    margins: NodeMargins | None
    out: Path

    __repr__ = short_repr

    def _repr_html_(self) -> str:
        return trust_cell(self.results, self.out)


def trust(config: RunConfig | None = None, listen: Listen = shown) -> TrustResult:
    """Train the teacher of every seed, or take it from the cache, and compare scores of its answers.

    The best is chosen on validation nodes. Where the folder holds a run with the same settings, the answers of its
    students are looked at too, on seen and unseen test nodes (`gnn2mlp.evaluate.advice`).

    Reliability is KRD's, one minus the normalised entropy shift under feature noise (draws and size of the noise are
    `config.export`); it stands against confidence, margin and degree. They are judged on the test nodes that the
    teacher saw, with the edges that it saw. No student is trained. Of a graph the own margin of each of these nodes is
    told as well (`gnn2mlp.explainers.own_margins`), and where there is a student, whether it tells beside the student's
    confidence where the two differ.

    Args:
        config: what to look at; default: the demonstration on the embedded data set.
        listen: gives the progress listener of each stage of each seed, see `gnn2mlp.pipeline.job.Listen`.

    Raises:
        ConfigError: for settings that cannot work, or if the folder holds another configuration's results.
        DataError: for data that cannot be learnt from. Both before any training.
    """
    config = (config or RunConfig()).resolve()
    check_graph_free(config.student.name, "gnn2mlp trust")
    check_nodes(config)
    TEACHERS.get(config.teacher.name).check_provides(NEEDS)
    folder = config.folder("trust")
    with opened(config, folder, listen, NEEDS, guest=True) as job:
        records, tables, margins = zip(*(_judge(job, number) for number in config.seeds), strict=True)
        job.begin(config.seeds[-1], "report")
        results = {
            "format": FORMAT,
            **job.facts,
            "environment": dict(job.environment),
            "citations": {
                **{key: cited for key, cited in citations(config).items() if not key.startswith("method")},
                "reliability": "Wu et al., KRD, ICML 2023, https://arxiv.org/abs/2306.05628",
            },
            "seeds": list(records),
            "summary": _summary(records),
        }
    write_json(folder / "trust.json", results)
    write_text(folder / "nodes.csv", nodes_csv(tables[0], margins[0]))
    write_trust_report(results, tables[0], folder / "trust.html")
    refresh_report(folder)
    return TrustResult(results, tables[0], margins[0], folder)


def _judge(job: Job, number: int) -> tuple[dict[str, Any], TrustTable, NodeMargins | None]:
    seed = plan(job, number)
    knowledge, observed, full = seed.knowledge.value, seed.observed, seed.full
    table, valid = (of(knowledge, observed, full) for of in (seen_test_nodes, validation_nodes))
    assert table is not None, "entropy shifts were asked for"
    record = {
        "seed": number,
        "split": {"digest": seed.split.digest, **seed.split.sizes},
        "trust": trust_record(table, valid),
    }
    student = made_student(job, number)
    if student is not None and full.graph.task.exclusive:
        record["student_trust"] = advice_record(student_trust(student, knowledge, full))
    teacher, progress = job.config.teacher.build(TEACHERS), job.listen(number, "surrogate")
    margins = node_margins(teacher, knowledge, observed, full, student, table.nodes, seed=number, progress=progress)
    if margins is not None:
        record["own_margin"] = margins.record()
    return record, table, margins


def made_student(job: Job, number: int) -> Predictor | None:
    """The student that a run with these settings left in the folder, if there is one; none is trained."""
    stage = plan(replace(job, extra=frozenset()), number).student  # a run asks for no more knowledge than it reads
    try:
        found = stage.storage.find(stage.identity)
    except ArtefactError:  # what decides it is not there
        return None
    return None if found is None else found.value


def _summary(records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Mean and std over seeds of every number of a record; of students only where every seed has one."""
    found: dict[str, Any] = {"trust": summarise_trust(record["trust"] for record in records)}
    if all("student_trust" in record for record in records):
        rows = [record["student_trust"] for record in records]
        found["student_trust"] = {
            population: summarise_trust(row[population] for row in rows)
            for population in rows[0]
            if all(population in row and row[population].keys() == rows[0][population].keys() for row in rows)
        }
    return found


def nodes_csv(table: TrustTable, margins: NodeMargins | None = None) -> str:
    """A row for each node, most reliable first; `right` is empty where the class is not known, ranks begin at 1."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    more = {} if margins is None else margins.columns
    writer.writerow(["node", "prediction", "right", *table.scores, *more, "rank"])
    for rank, row in enumerate(np.argsort(-table.scores["reliability"], kind="stable"), start=1):
        right = int(table.right[row]) if table.known[row] else ""
        values = [f"{values[row]:.6g}" for values in table.scores.values()]
        told = [column[row] for column in more.values()]
        writer.writerow([table.nodes[row], table.prediction[row], right, *values, *told, rank])
    return text.getvalue()
