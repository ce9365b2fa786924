"""What the results say of the teacher's knowledge: how its codes are used, where its answers can be trusted."""

from collections.abc import Iterable, Mapping
from statistics import fmean, pstdev
from typing import Any

import numpy as np
from torch import Tensor

from gnn2mlp.data.view import Full, Observed
from gnn2mlp.evaluate import summarise
from gnn2mlp.explore.codebook import code_usage, truncation
from gnn2mlp.explore.trust import TrustTable, trust_table
from gnn2mlp.knowledge import TeacherKnowledge

# The usage of a codebook is written down in at most this many numbers.
RANKS = 64


def code_record(knowledge: TeacherKnowledge) -> dict[str, Any] | None:
    """How the codebook is used; `None` for a teacher without codes.

    `size`, `used`, `utilisation` (their ratio), `perplexity`, `truncated` (mean probability on codes that were not
    stored), and `ranks`: mean nodes per code, from the most used codes to the least, in parts of equally many codes.
    """
    if not {"code", "codebook", "code_probabilities"} <= knowledge.values.keys():
        return None
    found = code_usage(knowledge)
    ranked = np.sort(found.nodes)[::-1]
    return {
        "size": int(found.nodes.size),
        "used": found.used,
        "utilisation": found.utilisation,
        "perplexity": found.perplexity,
        "truncated": truncation(knowledge).mean,
        "ranks": [float(part.mean()) for part in np.array_split(ranked, min(RANKS, ranked.size))],
    }


def trust_record(table: TrustTable, valid: TrustTable | None = None) -> dict[str, dict[str, Any]]:
    """By score: the fields of `gnn2mlp.evaluate.trust.Trust`, `low` and `high` of the AUROC's interval, `with_degree`.

    With the table of the validation nodes also `valid_auroc`, by which the best score is chosen.
    """
    return {
        name: {
            **measure._asdict(),
            **dict(zip(("low", "high"), table.intervals[name], strict=True)),
            "with_degree": table.with_degree[name],
            **({} if valid is None else {"valid_auroc": valid.measures[name].auroc}),
        }
        for name, measure in table.measures.items()
    }


def seen_test_nodes(knowledge: TeacherKnowledge, observed: Observed, full: Full) -> TrustTable | None:
    """The table of the test nodes that the teacher saw; `None` if the knowledge lacks entropy shifts."""
    return _table(knowledge, observed, full, full.split.seen)


def validation_nodes(knowledge: TeacherKnowledge, observed: Observed, full: Full) -> TrustTable | None:
    """Likewise of the validation nodes."""
    return _table(knowledge, observed, full, full.split.valid)


def _table(knowledge: TeacherKnowledge, observed: Observed, full: Full, nodes: Tensor) -> TrustTable | None:
    if "entropy_shift" not in knowledge.values:
        return None
    return trust_table(knowledge, None, full.graph.labels, nodes, degree=observed.graph.degree)


def summarise_codes(records: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Mean and std over seeds of every number of `code_record`."""
    return summarise({k: v for k, v in record.items() if k != "ranks"} for record in records)


def summarise_trust(records: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, dict[str, float]]]:
    """Mean and std over the seeds in which it is defined of every number of `trust_record`, by score."""
    rows = list(records)
    return {score: _defined([row[score] for row in rows]) for score in rows[0]}


def _defined(rows: list[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    names = [name for name in rows[0] if not isinstance(rows[0][name], list)]
    columns = {name: [row[name] for row in rows if row[name] is not None] for name in names}
    return {name: {"mean": fmean(column), "std": pstdev(column)} for name, column in columns.items() if column}
