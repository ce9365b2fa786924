"""`trust`: on which nodes can the teacher be trusted? A report of its own, without a student."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core.files import write_json, write_text
from gnn2mlp.core.progress import silent
from gnn2mlp.explore.trust import TrustTable
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.facts import seen_test_nodes, summarise_trust, trust_record
from gnn2mlp.pipeline.job import Job, Listen, citations
from gnn2mlp.pipeline.opening import opened
from gnn2mlp.pipeline.seed import plan
from gnn2mlp.report.trust_report import write_trust_report
from gnn2mlp.teachers import TEACHERS

FORMAT = 1
NEEDS = frozenset({"logits", "entropy_shift"})


@dataclass(frozen=True, eq=False)
class TrustResult:
    """What `trust` leaves behind.

    Args:
        results: the content of `trust.json`.
        table: the nodes of the first seed, as in `nodes.csv`.
        out: the folder that holds both, and the page `trust.html`.
    """

    results: dict[str, Any]
    table: TrustTable
    out: Path


def trust(config: RunConfig | None = None, listen: Listen = lambda seed, stage: silent) -> TrustResult:
    """Train the teacher of every seed, or take it from the cache, and compare four scores of its answers.

    Reliability is KRD's, one minus the normalised entropy shift under feature noise (draws and size of the noise are
    `config.export`); it stands against confidence, margin and degree. They are judged on the test nodes that the
    teacher saw, with the edges that it saw. Settings of method and student are not used.

    Args:
        config: what to look at; default: the demonstration on the embedded data set.
        listen: gives the progress listener of the stage `"teacher"` of each seed.

    Raises:
        ConfigError: for settings that cannot work, or if the folder holds another configuration's results.
        DataError: for data that cannot be learnt from. Both before any training.
    """
    config = (config or RunConfig()).resolve()
    TEACHERS.get(config.teacher.name).check_provides(NEEDS)
    folder = config.folder("trust")
    with opened(config, folder, listen, NEEDS, guest=True) as job:
        records, tables = zip(*(_judge(job, number) for number in config.seeds), strict=True)
        results = {
            "format": FORMAT,
            **job.facts,
            "environment": dict(job.environment),
            "citations": {
                **{key: cited for key, cited in citations(config).items() if key != "method"},
                "reliability": "Wu et al., KRD, ICML 2023, https://arxiv.org/abs/2306.05628",
            },
            "seeds": list(records),
            "summary": {"trust": summarise_trust(record["trust"] for record in records)},
        }
    write_json(folder / "trust.json", results)
    write_text(folder / "nodes.csv", nodes_csv(tables[0]))
    write_trust_report(results, tables[0], folder / "trust.html")
    return TrustResult(results, tables[0], folder)


def _judge(job: Job, number: int) -> tuple[dict[str, Any], TrustTable]:
    seed = plan(job, number)
    table = seen_test_nodes(seed.knowledge.value, seed.observed, seed.full)
    assert table is not None, "entropy shifts were asked for"
    split = {"digest": seed.split.digest, **seed.split.sizes}
    return {"seed": number, "split": split, "trust": trust_record(table)}, table


def nodes_csv(table: TrustTable) -> str:
    """A row for each node, most reliable first; `right` is empty where the class is not known, ranks begin at 1."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["node", "prediction", "right", *table.scores, "rank"])
    for rank, row in enumerate(np.argsort(-table.scores["reliability"], kind="stable"), start=1):
        right = int(table.right[row]) if table.known[row] else ""
        values = [f"{values[row]:.6g}" for values in table.scores.values()]
        writer.writerow([table.nodes[row], table.prediction[row], right, *values, rank])
    return text.getvalue()
