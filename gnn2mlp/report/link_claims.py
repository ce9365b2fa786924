"""What the seeds of a run that predicts links allow to be said: always of the whole ranking and of its top together.

AUC asks how often a link ranks above a pair that is none, wherever in the ranking; Hits@20 asks for the twenty first
places alone. A student can be ahead of its teacher by the one and far behind by the other, so that no sentence here
names one without the other.
"""

from collections.abc import Sequence
from typing import NamedTuple

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate import Paired, link_outcome, paired
from gnn2mlp.explore.formatting import plural
from gnn2mlp.report.claims import ONE_SEED, join_words, told_beside, told_of_test
from gnn2mlp.report.link_results import PAIRS, TOP, WHOLE, entry, link_models, link_populations, metric_title
from gnn2mlp.report.results import Results, has_spread

# Whom the student is compared with, in the order of what costs a reader least, and how a sentence calls it.
LINK_RIVALS = {"mlp": "a plain MLP", "teacher": "its teacher", "heuristic": "the best heuristic"}
# From so many splits on a test speaks of chance.
FEWEST = 3


class LinkComparison(NamedTuple):
    """The student minus `rival`, a key of `LINK_RIVALS`, by one metric on one population."""

    population: str
    metric: str
    rival: str
    found: Paired


def compared(results: Results, population: str, metric: str) -> list[LinkComparison]:
    """The student against each rival, paired by seed, by the corrected test; rivals without a score are left out."""
    found = []
    for rival in LINK_RIVALS:
        ours, theirs = [], []
        for record in results["seeds"]:
            try:
                both = [link_outcome(record, model, population, metric) for model in ("student", rival)]
            except (DataError, KeyError):
                continue
            ours.append(both[0])
            theirs.append(both[1])
        if ours:
            found.append(LinkComparison(population, metric, rival, paired(ours, theirs)))
    return found


def link_claim(results: Results, population: str) -> str:
    """One sentence on the student's whole ranking and on its top, against each rival; scores alone for one seed.

    Empty where there is nothing to compare.
    """
    if not has_spread(results):
        return link_scores(results, population)
    parts = [told for metric in (WHOLE, TOP) if (told := _by(metric, compared(results, population, metric)))]
    return f"On {PAIRS.get(population, population)}: {'; '.join(parts)}." if parts else ""


def link_scores(results: Results, population: str) -> str:
    """AUC and Hits@20 of each model on one population, without a word on chance, which one seed knows nothing of."""
    names = {"student": "the student", **LINK_RIVALS}
    scored = [model for model in names if model in link_models(results)]
    told = [f"{names[model]} {both}" for model in scored if (both := both_figures(results, model, population))]
    if not told:
        return ""
    chance = "" if has_spread(results) else f"; {ONE_SEED}"
    return f"On {PAIRS.get(population, population)}, AUC and Hits@20 in per cent: {', '.join(told)}{chance}."


def both_figures(results: Results, model: str, population: str) -> str:
    """`"95.3 and 73.9"`: AUC and Hits@20 in per cent, or one of them and a dash; empty without either.

    Too few negatives leave Hits@20 undefined.
    """
    found = [entry(results, model, population, metric) for metric in (WHOLE, TOP)]
    if not any(found):
        return ""
    return " and ".join(f"{100 * one['mean']:.1f}" if one else "–" for one in found)


def link_basis(results: Results) -> str:
    """Which test the claims rest on; empty where there is none."""
    found = next((one.found for one in compared(results, "overall", WHOLE) if one.found.n > 1), None)
    return "" if found is None else told_of_test("Brackets: 95% intervals, ", found)


def link_verdict(results: Results) -> str:
    """How the student stands against a plain MLP and against its teacher, by both figures, as far as intervals tell.

    In production it speaks of each group of pairs. The best heuristic is named where the student is behind it. Empty
    where there is nothing to compare.
    """
    standings = [told for rival in ("mlp", "teacher") if (told := link_standing(results, rival))]
    # It costs no training, so that a student behind it has to be said to be so.
    if (told := link_standing(results, "heuristic")) and _BEHIND in told:
        standings.append(told)
    seeds = len(results["seeds"])
    if standings and seeds < FEWEST:
        return (
            f"Whether the student may be used is not known from {plural(seeds, 'seed')}: {FEWEST} or more tell its "
            "differences from chance."
        )
    return " ".join(standings)


_BEHIND = "behind"


def link_standing(results: Results, rival: str) -> str:
    """Where the student is ahead of a rival and where behind, by AUC and by Hits@20, without the figures.

    Of the populations that make up the test pairs where there are such, else of all of them.
    """
    populations = [p for p in link_populations(results) if p != "overall"] or ["overall"]
    by_metric: dict[str, dict[str, list[str]]] = {}
    for metric in (WHOLE, TOP):
        for population in populations:
            for one in compared(results, population, metric):
                if one.rival == rival:
                    by_metric.setdefault(metric, {}).setdefault(_word(one.found), []).append(population)
    if not by_metric:
        return ""
    titles = {metric: f"by {metric_title(metric)}" for metric in by_metric}
    if len(by_metric) == 2 and by_metric[WHOLE] == by_metric[TOP]:
        titles = {WHOLE: " and ".join(titles.values())}
    told = [_where(title, by_metric[metric], len(populations)) for metric, title in titles.items()]
    return f"Against {LINK_RIVALS[rival]} the student is {'; '.join(told)}."


def _where(title: str, by_word: dict[str, list[str]], populations: int) -> str:
    """`"ahead by AUC on old-old and old-new pairs, within chance on new-new pairs"`."""
    if len(by_word) == 1:
        return f"{next(iter(by_word))} {title}{' on every group of pairs' * (populations > 1)}"
    told = [(word, f"on {join_words(names)} pairs") for word, names in by_word.items()]
    (first, where), *others = told
    return ", ".join([f"{first} {title} {where}", *(f"{word} {there}" for word, there in others)])


def top_of_new(results: Results) -> str:
    """Who keeps the top of the ranking of two new nodes, with the AUC beside it; empty where none were scored."""
    if "new-new" not in link_populations(results):
        return ""
    ranked = [(model, one["mean"]) for model in link_models(results) if (one := entry(results, model, "new-new", TOP))]
    if not ranked:
        return ""
    names = {
        "student": "the student",
        "mlp": "a plain MLP",
        "teacher": "the teacher",
        "heuristic": "the best heuristic",
    }
    told = [
        f"{names.get(model, model)} {100 * hits:.1f}% (AUC {_auc(results, model)})"
        for model, hits in sorted(ranked, key=lambda one: -one[1])
    ]
    return f"Hits@20 on pairs of two new nodes, the best first: {', '.join(told)}."


def _auc(results: Results, model: str) -> str:
    found = entry(results, model, "new-new", WHOLE)
    return f"{100 * found['mean']:.1f}" if found else "–"


def _word(found: Paired) -> str:
    if not found.has_interval:
        return "no better and no worse" if not found.difference else f"{_side(found)} by the same each time"
    return _side(found) if found.differs else "within chance"


def _side(found: Paired) -> str:
    return "ahead" if found.difference > 0 else _BEHIND


def _by(metric: str, found: Sequence[LinkComparison]) -> str:
    """`"by AUC the student is 2.2 points ahead of a plain MLP (1.1 to 3.3) and within chance of its teacher (...)"`."""
    told = told_beside([(LINK_RIVALS[one.rival], one.found) for one in found])
    return f"by {metric_title(metric)} the student is {told}" if told else ""
