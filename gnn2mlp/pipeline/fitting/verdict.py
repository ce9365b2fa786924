"""Whether distilling pays on these tables, in one sentence that says no more than the intervals do."""

from collections.abc import Mapping
from typing import Any, NamedTuple

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
# Tested ones below which no interval of a bootstrap is to be taken for a verdict: of a handful all may agree by chance.
LEAST = 20


class Subject(NamedTuple):
    """What a verdict speaks of.

    Args:
        names: how a sentence calls each rival that does without the teacher's graph.
        population: on what the student is compared with them.
        where: how a sentence calls that.
        without: what the rivals do.
        more: what would tell more.
        advice: what to do where a rival is better.
    """

    names: Mapping[str, str]
    population: str
    where: str
    without: str
    more: str
    advice: str


OF_NODES = Subject(
    {name: NAMES[name] for name in WITHOUT_GRAPH},
    POPULATION,
    "nodes that training did not see",
    "does without a graph",
    "labelled rows",
    "; ship {name} instead",
)
OF_GRAPHS = Subject(
    {"mlp": "the same network on labels alone", "bag_of_labels": "a bag of labels", "size_only": "the size alone"},
    "test",
    "graphs that trained nothing",
    "needs no teacher",
    "labelled graphs",
    "",
)


def verdict(
    scores: Mapping[str, Mapping[str, Mapping[str, Any]]],
    differences: Mapping[str, Mapping[str, Mapping[str, Any]]],
    metric: Mapping[str, Any],
    of: Subject = OF_NODES,
) -> dict[str, Any]:
    """What the student's scores on unseen nodes say against everything that was made without a graph.

    It pays where the student is better than each of them beyond chance; it does not where one of them is better than
    the student beyond chance. The intervals are of nodes like these of this one graph, and of models trained once. Of
    fewer than `LEAST` nodes nothing is said.

    Args:
        scores: by model and population, `value`, `low`, `high`, and how many `nodes` they are of.
        differences: the student's, by rival and population; above 0 the student is better.
        metric: `title`, `share` and `greater_is_better`.
        of: what is compared with the student, and where.

    Returns:
        `pays` (`True`, `False`, or `None` where it is not shown either way), `rival`, `population` and `sentence`.
    """
    found = {rival: differences[rival][of.population] for rival in of.names if rival in differences}
    best = min(found, key=lambda name: (found[name]["value"], name))
    unsure = [name for name in found if found[name]["low"] <= 0]
    better = [name for name in found if found[name]["high"] < 0]
    tested = scores["student"][of.population].get("nodes", LEAST)
    pays = None if tested < LEAST else True if not unsure else False if better else None
    # The sentence names whom it rests on: the best one, unless the difference to that one is clearer than to another.
    rival = best if pays or tested < LEAST or best in (better or unsure) else (better or unsure)[0]
    told = {"pays": pays, "rival": rival, "population": of.population, "metric": metric["title"]}
    return {**told, "sentence": _sentence(pays, rival, found[rival], scores, metric, of)}


def _sentence(
    pays: bool | None,
    rival: str,
    difference: Mapping[str, Any],
    scores: Mapping[str, Any],
    metric: Mapping[str, Any],
    of: Subject,
) -> str:
    name, title = of.names[rival], metric["title"]
    ours, theirs = (_shown(scores[model][of.population], metric) for model in ("student", rival))
    numbers = f"{ours} against {theirs}"
    interval = _interval(difference, metric)
    if pays:
        amount = _amount(difference["value"], metric)
        return (
            f"Distilling pays here: on {of.where} the student's {title} is {amount} better than "
            f"that of {name}, the best of what {of.without} ({numbers}; {interval})."
        )
    if pays is False:
        return (
            f"Distilling does not pay here: on {of.where}, {name} is better than the student "
            f"in {title} ({theirs} against {ours}; the student's difference: {interval})"
            f"{of.advice.format(name=name)}."
        )
    if (tested := scores["student"][of.population].get("nodes", LEAST)) < LEAST:
        return (
            f"Whether distilling pays here is not known from {tested} {of.where}, {LEAST} or more would tell: the "
            f"student's {title} against that of {name}, which {of.without}, is {numbers} ({interval})."
        )
    return (
        f"It is not shown that distilling pays here: on {of.where}, the difference in {title} "
        f"between the student and {name}, which {of.without}, may be chance ({numbers}; {interval}); more "
        f"{of.more} would tell."
    )


def _shown(score: Mapping[str, Any], metric: Mapping[str, Any]) -> str:
    value = score["value"]
    return f"{100 * value:.1f} %" if metric["share"] else significant(value)


def _amount(value: float, metric: Mapping[str, Any]) -> str:
    return points(value) if metric["share"] else significant(value)


def _interval(one: Mapping[str, Any], metric: Mapping[str, Any]) -> str:
    if metric["share"]:
        return f"95 % interval {signed_points(one['low'])} to {signed_points(one['high'])} points"
    return f"95 % interval {significant(one['low'])} to {significant(one['high'])}"
