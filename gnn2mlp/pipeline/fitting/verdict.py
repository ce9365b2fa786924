"""Whether distilling pays on these tables, in one sentence that says no more than the intervals do."""

from collections.abc import Mapping
from typing import Any

from gnn2mlp.explore.formatting import points, signed_points, significant

NAMES = {
    "teacher": "the graph teacher",
    "student": "the student",
    "mlp": "a plain MLP",
    "linear": "a linear model",
    "boosting": "gradient boosting",
}
WITHOUT_GRAPH = ("mlp", "linear", "boosting")
# Which nodes the sentence speaks of: those that production is about.
POPULATION = "unseen"


def verdict(
    scores: Mapping[str, Mapping[str, Mapping[str, Any]]],
    differences: Mapping[str, Mapping[str, Mapping[str, Any]]],
    metric: Mapping[str, Any],
) -> dict[str, Any]:
    """What the student's scores on unseen nodes say against everything that was made without a graph.

    It pays where the student is better than each of them beyond chance; it does not where one of them is better than
    the student beyond chance. The intervals are of nodes like these of this one graph, and of models trained once.

    Args:
        scores: by model and population, `value`, `low` and `high`.
        differences: the student's, by rival and population; above 0 the student is better.
        metric: `title`, `share` and `greater_is_better`.

    Returns:
        `pays` (`True`, `False`, or `None` where it is not shown either way), `rival`, `population` and `sentence`.
    """
    found = {rival: differences[rival][POPULATION] for rival in WITHOUT_GRAPH if rival in differences}
    best = min(found, key=lambda name: (found[name]["value"], name))
    unsure = [name for name in found if found[name]["low"] <= 0]
    better = [name for name in found if found[name]["high"] < 0]
    pays = True if not unsure else False if better else None
    # The sentence names whom it rests on: the best one, unless the difference to that one is clearer than to another.
    rival = best if pays or best in (better or unsure) else (better or unsure)[0]
    told = {"pays": pays, "rival": rival, "population": POPULATION, "metric": metric["title"]}
    return {**told, "sentence": _sentence(pays, rival, found[rival], scores, metric)}


def _sentence(
    pays: bool | None, rival: str, difference: Mapping[str, Any], scores: Mapping[str, Any], metric: Mapping[str, Any]
) -> str:
    name, title = NAMES[rival], metric["title"]
    numbers = f"{_shown(scores['student'], metric)} against {_shown(scores[rival], metric)}"
    interval = _interval(difference, metric)
    if pays:
        amount = _amount(difference["value"], metric)
        return (
            f"Distilling pays here: on nodes that training did not see the student's {title} is {amount} better than "
            f"that of {name}, the best of what does without a graph ({numbers}; {interval})."
        )
    if pays is False:
        return (
            f"Distilling does not pay here: on nodes that training did not see, {name} is better than the student "
            f"in {title} ({_shown(scores[rival], metric)} against {_shown(scores['student'], metric)}; "
            f"the student's difference: {interval}); ship {name} instead."
        )
    return (
        f"It is not shown that distilling pays here: on nodes that training did not see, the difference in {title} "
        f"between the student and {name}, which does without a graph, may be chance ({numbers}; {interval}); more "
        "labelled rows would tell."
    )


def _shown(scores: Mapping[str, Any], metric: Mapping[str, Any]) -> str:
    value = scores[POPULATION]["value"]
    return f"{100 * value:.1f} %" if metric["share"] else significant(value)


def _amount(value: float, metric: Mapping[str, Any]) -> str:
    return points(value) if metric["share"] else significant(value)


def _interval(one: Mapping[str, Any], metric: Mapping[str, Any]) -> str:
    if metric["share"]:
        return f"95 % interval {signed_points(one['low'])} to {signed_points(one['high'])} points"
    return f"95 % interval {significant(one['low'])} to {significant(one['high'])}"
