"""Whether the student of a run may be used, in a sentence that says no more than the paired test does."""

from gnn2mlp.evaluate import Paired
from gnn2mlp.explore.formatting import plural, points
from gnn2mlp.report.claims import NODES, RIVALS, comparisons, headline_population
from gnn2mlp.report.results import Results

# A student that is not behind its teacher by more than this may take its place without a word of price.
MARGIN = 0.02
# What stands behind a rival that has no teacher, where that is not said already.
_ALONE = {"mlp": ", which needs no teacher,", "plain": ""}
# From so many splits on a test speaks of chance; the intervals of two are as wide as the scale.
FEWEST = 3


def verdict(results: Results) -> str:
    """One sentence on using the student; empty where it was compared with nobody, or by errors, which have no points.

    It may be used where it is better than a plain MLP, which costs the same and needs no teacher; what it loses
    against its teacher is said beside. Of one that needs the graph it is said whether distilling pays: whether it is
    better than the same network without a teacher. All by the 95 % interval of the corrected paired test, on the nodes
    of the headline: those that appeared after training, where there are such.

    Args:
        results: what `run` returns and writes to `results.json`.
    """
    population = headline_population(results)
    found = {one.rival: one.found for one in comparisons(results, population)}
    rival = "plain" if "plain" in found else "mlp"
    plain, teacher = found.get(rival), found.get("teacher")
    if plain is None:
        return ""
    called = RIVALS[rival]
    where = NODES.get(population, population)
    if plain.n < FEWEST:
        return (
            f"Whether the student may be used is not known from {plural(plain.n, 'seed')}: {FEWEST} or more tell its "
            "differences from chance."
        )
    if plain.high < 0:
        return f"Do not use the student: on {where} {called}{_ALONE[rival]} is better."
    if not plain.low > 0:
        return (
            f"It is not shown that the student is worth its teacher: on {where} its difference from "
            f"{called}{', which needs none,' * (rival == 'mlp')} may be chance."
        )
    if rival == "plain":
        return f"Distilling pays, and the student needs the graph: on {where} it is better than {called}."
    return f"The student may be used{_price(teacher)} on {where} it is better than {called}."


def _price(teacher: Paired | None) -> str:
    """What is lost against the teacher."""
    if teacher is None:
        return ":"
    if teacher.low > 0:
        return ", and is better than its teacher;"
    if teacher.low >= -MARGIN:
        return f" in place of its teacher, behind which it is by at most {points(teacher.low)};"
    if teacher.high < 0:
        return f" where the graph is not at hand, {points(teacher.difference)} behind its teacher;"
    return " where the graph is not at hand; whether it is behind its teacher is not shown;"
