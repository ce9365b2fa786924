"""Update rules: which terms share an optimiser pass, and over which rows."""

from typing import Literal, NamedTuple

from gnn2mlp.objectives import Objective, RowSet, Term, WeightedSum

UpdateRule = Literal["joint", "alternating"]


class Pass(NamedTuple):
    """One pass over some rows in an epoch, minimising `objective`."""

    objective: Objective
    rows: RowSet


def passes(objective: Objective, rule: UpdateRule) -> list[Pass]:
    """The passes of one epoch.

    `joint`: one pass minimises the sum; it visits all rows as soon as one weighted term speaks of all.
    `alternating`: one pass per term in order, each with its weight, on one optimiser state. A term of weight zero
    still has its pass: its gradient is zero, but Adam's momentum and weight decay act, as in GLNN's released code.
    """
    terms = objective.terms()
    return {"joint": _joint, "alternating": _alternating}[rule](terms)


def _joint(terms: list[Term]) -> list[Pass]:
    weighted = [term for term in terms if term.weight] or terms
    rows: RowSet = "all" if any(term.objective.row_set == "all" for term in weighted) else "labelled"
    return [Pass(WeightedSum(weighted), rows)]


def _alternating(terms: list[Term]) -> list[Pass]:
    return [Pass(WeightedSum([term]), term.objective.row_set) for term in terms]
