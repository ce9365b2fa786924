"""What a fit says of trust, in sentences: which answers to go by, and how well foreign rows are told."""

from collections.abc import Mapping
from typing import Any

from gnn2mlp.core.errors import listing

# What scores of foreign rows are called.
_SCORES = {
    "energy": "outlier_score",
    "confidence": "the confidence of the answer",
    "code_distance": "the distance to the teacher's codes",
}


def trust_advice(trust: Mapping[str, Any]) -> list[str]:
    """Which answers to trust: a sentence for each population, unseen nodes first; none where it was not measured.

    Args:
        trust: from `gnn2mlp.pipeline.trust_figures.trust_figures`, or less.
    """
    told = trust.get("advice", {})
    return [told[name] for name in sorted(told, key=lambda name: name != "unseen")]


def left_out_sentence(found: Mapping[str, Any]) -> str:
    """How well rows of a class are told that a student of this kind never met.

    Args:
        found: the fields of `gnn2mlp.pipeline.left_out.LeftOut`.

    Example:
        >>> found = {"label": "bar", "foreign": 40, "known": 1200, "auroc": {"energy": 0.81, "confidence": 0.79}}
        >>> told = left_out_sentence(found)
        >>> print(told[:62])
        A student that never met the class 'bar' told its 40 rows from
        >>> print(told[told.index("AUROC") :])
        AUROC of 0.81 by outlier_score, 0.79 by the confidence of the answer (0.5 is chance).
    """
    scores = listing([f"{value:.2f} by {_SCORES.get(name, name)}" for name, value in found["auroc"].items()])
    return (
        f"A student that never met the class {found['label']!r} told its {found['foreign']:,} rows from "
        f"{found['known']:,} test rows of other classes with an AUROC of {scores} (0.5 is chance)."
    )
