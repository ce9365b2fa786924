"""What the seeds of a run allow to be said of two models: what the paired test carries, with its interval, no more."""

from collections.abc import Sequence
from typing import NamedTuple

from gnn2mlp.evaluate import Outcome, Paired, paired
from gnn2mlp.explore.formatting import plural, points, points_interval
from gnn2mlp.report.results import ACCURACY, Results, best_score, judged_by, populations

# How a sentence calls the nodes of a population.
NODES = {
    "seen": "test nodes that were in the training graph",
    "unseen": "nodes that appeared after training",
    "production": "seen and unseen nodes as in production",
    "test": "test nodes",
    "cold": "nodes that appeared after training and are linked to none",
}
# Whom the student is compared with, and how a sentence calls it.
RIVALS = {"teacher": "its teacher", "mlp": "a plain MLP", "plain": "the same network without a teacher"}
_INTERVAL = "95% interval "
ONE_SEED = "one seed: no statement about chance"
_ALIKE = "the same difference each time: no statement about chance"


class Comparison(NamedTuple):
    """The student minus `rival`, a key of `RIVALS`."""

    rival: str
    found: Paired


def headline_population(results: Results) -> str:
    """The nodes that a headline speaks of: unseen ones where they were scored, else all test nodes."""
    scored = populations(results)
    return next((name for name in ("unseen", "test") if name in scored), scored[0] if scored else "test")


def comparisons(results: Results, population: str) -> list[Comparison]:
    """The student against its teacher and its like without one on one population, paired by seed, where both are known.

    Differences are points of a share: errors in the units of a target are not compared.

    Args:
        results: with a record for each seed, whose split has sizes.
        population: a key of `POPULATIONS`.
    """
    if not judged_by(results).share:
        return []
    found = []
    for rival in RIVALS:
        records = [r for r in results["seeds"] if "split" in r and _scored(r, population) >= {"student", rival}]
        if records:
            student, other = ([Outcome.of(r, model, population) for r in records] for model in ("student", rival))
            found.append(Comparison(rival, paired(student, other)))
    return found


def claim(results: Results, population: str) -> str:
    """One sentence on how the student compares; empty where there is nothing to compare."""
    if not judged_by(results).share:
        return _errors(results, population)
    found = comparisons(results, population)
    if not found:
        return ""
    if found[0].found.n == 1:
        return _one_seed(results, population)
    told = [
        told_difference(one.found, RIVALS[one.rival], _INTERVAL)
        for one in found
        if one.found.differs or not one.found.has_interval
    ]
    neither = [one for one in found if one.found.has_interval and not one.found.differs]
    parts = [f"the student is {' and '.join(told)}"] if told else []
    parts += [_none_found(neither)] if neither else []
    # What stands in brackets is said once.
    before, once, after = f"{_where(results, population)}, {'; '.join(parts)}.".partition(_INTERVAL)
    return before + once + after.replace(_INTERVAL, "")


def basis(results: Results, population: str) -> str:
    """Which test the claims of a page rest on, and what it speaks of; empty where there is none."""
    compared = [*(one.found for one in comparisons(results, population)), trust_gap(results)]
    found = next((one for one in compared if one is not None and one.n > 1), None)
    if found is None:
        return ""
    return told_of_test("Intervals: ", found)


def told_of_test(what: str, found: Paired) -> str:
    """Which test gave intervals, behind what they are, such as `"Intervals: "`, and what they speak of."""
    if found.population == "initialisations":
        over = plural(found.n, "initialisation")
        return f"{what}paired t-test over {over} on one split; they say nothing of other splits."
    return f"{what}corrected resampled t-test over {plural(found.n, 'split')} (Nadeau and Bengio, 2003)."


def interval(found: Paired) -> str:
    """`"95% interval −0.8 to +1.2 points"`, or why there is none."""
    if not found.has_interval:
        return ONE_SEED if found.n == 1 else _ALIKE
    return f"{_INTERVAL}{points_interval(found.low, found.high)} points"


def told_difference(found: Paired, rival: str, named: str = "") -> str:
    """`"3.0 points behind its teacher (1.0 to 5.0)"`, of a difference beyond chance, or of one that is always the same.

    Args:
        found: the student minus the rival.
        rival: how a sentence calls it.
        named: what is in the brackets, in front of it.
    """
    if not found.has_interval and not found.difference:
        return f"as good as {rival} each time (which tells nothing of chance)"
    both = f"{points(found.difference)} {'ahead of' if found.difference > 0 else 'behind'} {rival}"
    if not found.has_interval:
        return f"{both} each time (which tells nothing of chance)"
    low, high = (points(min(1.0, end)).split()[0] for end in sorted((abs(found.low), abs(found.high))))
    return f"{both} ({named}{low} to {high})"


def told_beside(rivals: Sequence[tuple[str, Paired]]) -> str:
    """`"2.2 points ahead of a plain MLP (1.1 to 3.3) and within chance of its teacher (−0.4 to +0.9)"`.

    Args:
        rivals: how a sentence calls each, and the student minus it.
    """
    told = [told_difference(one, name) for name, one in rivals if one.differs or not one.has_interval]
    alike = [
        f"{name} ({points_interval(one.low, one.high)})" for name, one in rivals if one.has_interval and not one.differs
    ]
    return join_words([*told, *([f"within chance of {join_words(alike)}"] if alike else [])])


def join_words(words: Sequence[str]) -> str:
    """Several in a sentence.

    Example:
        >>> join_words(["ahead of one", "behind another", "like a third"])
        'ahead of one, behind another and like a third'
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def trust_gap(results: Results) -> Paired | None:
    """Accuracy of the teacher on the tenth of the seen test nodes that its best score ranks first minus the last."""
    top: list[Outcome] = []
    bottom: list[Outcome] = []
    best = best_score(results)
    for seed in results["seeds"]:
        score = (seed.get("trust") or {}).get(best) or {}
        if "split" not in seed or None in (score.get("top_tenth"), score.get("bottom_tenth")):
            continue
        split = seed["split"]
        ratio = 2 * -(-score["nodes"] // 10) / (split["train"] + split["valid"])  # two tenths are judged
        for tenths, key in ((top, "top_tenth"), (bottom, "bottom_tenth")):
            tenths.append(Outcome(seed["seed"], split["digest"], score[key], ratio))
    return paired(top, bottom) if top else None


def _scored(record: Results, population: str) -> set[str]:
    """The models that a seed's record has a score of."""
    return {model for model in ("student", *RIVALS) if population in record.get(model, {})}


def _none_found(neither: Sequence[Comparison]) -> str:
    told = [f"{RIVALS[one.rival]} ({interval(one.found)})" for one in neither]
    return f"no difference from {' or '.join(told)} was found beyond chance"


def _where(results: Results, population: str) -> str:
    """How a sentence begins: of which nodes it speaks and, where it is not accuracy, by which metric."""
    nodes, judged = NODES.get(population, population), judged_by(results)
    return f"On {nodes}" if judged == ACCURACY else f"By {judged.title} on {nodes}"


def _errors(results: Results, population: str) -> str:
    """Means over seeds of a metric that is no share, in its own units."""
    scored = {model: results["summary"].get(model, {}).get(population) for model in ("student", *RIVALS)}
    names = {"student": "the student", **RIVALS}
    told = [f"{names[model]} {entry['mean']:.3g}" for model, entry in scored.items() if entry]
    return f"{judged_by(results).heading} on {NODES.get(population, population)}: {', '.join(told)}."


def _one_seed(results: Results, population: str) -> str:
    seed = next(record for record in results["seeds"] if "student" in _scored(record, population))
    names = {"student": "the student reaches", **RIVALS}
    scored = _scored(seed, population)
    told = [f"{name} {100 * seed[model][population]:.1f}%" for model, name in names.items() if model in scored]
    return f"{_where(results, population)}, {', '.join(told)}; {ONE_SEED}."
