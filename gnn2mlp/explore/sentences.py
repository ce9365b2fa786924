"""A code in one sentence."""

import math
from collections.abc import Sequence

import numpy as np

from gnn2mlp.explore.typical import Feature

# A code whose median degree is below or above that of all nodes by this factor has few or many links.
_FAR = 1.5


def describe_code(
    code: int,
    nodes: int,
    noun: str,
    largest: str | None,
    purity: float,
    degree: float,
    usual_degree: float,
    typical: Sequence[Feature],
    medoids: Sequence[str],
    confused: int,
    confusion: float,
) -> str:
    """One sentence about a code; what is not known is left out.

    Args:
        code: which.
        nodes: how many it has.
        noun: what nodes are called, in the plural.
        largest: name of its largest class.
        purity: share of that.
        degree: median number of links of its nodes.
        usual_degree: the same of all nodes.
        typical: features, most telling first.
        medoids: names of the nodes in its middle.
        confused: the code at which the student places some of its nodes; -1 for none.
        confusion: which share of them.

    Example:
        >>> words = [Feature("council", lift=14.2, share=0.4), Feature("likes", shift=-0.8)]
        >>> print(describe_code(22, 310, "pages", "government", 0.97, 2, 7, words, ["City of X"], 7, 0.125))
        Code 22 is: 310 pages, 97% government, with few links (median 2, of all 7) and low likes; words: council (14×); pages: City of X; the student confuses it with code 7 (12% of its pages).
    """  # noqa: E501
    if not nodes:
        return f"Code {code} is not used: it has no {noun}."
    head = f"{nodes:,} {noun}"
    if largest is not None and not math.isnan(purity):
        head += f", {_percent(purity)} {largest}"
    traits = [*_degree(degree, usual_degree), *[_trait(one) for one in typical if one.shift is not None][:3]]
    if traits:
        head += " with " if largest is None or math.isnan(purity) else ", with "
        head += traits[0] if len(traits) == 1 else f"{', '.join(traits[:-1])} and {traits[-1]}"
    words = [str(one) for one in typical if one.lift is not None]
    parts = [head]
    if words:
        parts.append(f"words: {', '.join(words)}")
    if len(medoids):
        parts.append(f"{noun}: {', '.join(medoids)}")
    if confused >= 0:
        parts.append(f"the student confuses it with code {confused} ({_percent(confusion)} of its {noun})")
    return f"Code {code} is: {'; '.join(parts)}."


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%" if share >= 0.01 else "under 1%"


def _degree(degree: float, usual: float) -> list[str]:
    if np.isnan(degree) or np.isnan(usual):
        return []
    if degree * _FAR <= usual:
        return [f"few links (median {degree:g}, of all {usual:g})"]
    if degree >= usual * _FAR and degree > usual:
        return [f"many links (median {degree:g}, of all {usual:g})"]
    return []


def _trait(feature: Feature) -> str:
    return f"{'high' if (feature.shift or 0) > 0 else 'low'} {feature.name}"
