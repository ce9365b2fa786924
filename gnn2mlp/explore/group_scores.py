"""How models fare on groups of the nodes that they answered."""

from typing import NamedTuple

import numpy as np

from gnn2mlp.evaluate.intervals import Interval
from gnn2mlp.evaluate.repeated import difference_of_nodes, mean_of_nodes, share_of_nodes
from gnn2mlp.explore.answered import Answered


class GroupScore(NamedTuple):
    """How the models fare on a group of nodes.

    Args:
        text: what its nodes have in common.
        nodes: how many different ones there are.
        errors: by model, mean error with its interval.
        behind: by rival of the student, how much larger the student's error is, with its interval.
    """

    text: str
    nodes: int
    errors: dict[str, Interval]
    behind: dict[str, Interval]


def score_rows(table: Answered, text: str, rows: np.ndarray) -> GroupScore:
    """The score of some rows of the table, which have in common what `text` says; each node counts once."""
    node, mean = table.node[rows], share_of_nodes if table.is_share else mean_of_nodes
    errors = {model: mean(table.errors[model][rows], node) for model in table.models}
    ours = table.errors["student"][rows]
    behind = {
        model: difference_of_nodes(ours, table.errors[model][rows], node)
        if table.is_share
        else mean_of_nodes(ours - table.errors[model][rows], node)
        for model in table.models
        if model != "student"
    }
    return GroupScore(text, next(iter(errors.values())).nodes, errors, behind)


def scores_by_group(table: Answered, attribute: str, rows: np.ndarray) -> list[GroupScore]:
    """The score of each group of an attribute, a kind of node or a column, that has some of the rows."""
    if attribute in table.groups:
        group, texts = table.groups[attribute]
        members = [(texts[k], rows[group[rows] == k]) for k in range(len(texts))]
    else:
        members = _column_members(table, attribute, rows)
    return [score_rows(table, text, found) for text, found in members if found.size]


def _column_members(table: Answered, attribute: str, rows: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """The rows that meet each condition on a column, and those that meet none."""
    conditions = table.conditions
    places = [k for k, name in enumerate(conditions.attributes) if name == attribute]
    masks = [conditions.mask([place])[table.node[rows]] for place in places]
    members = [(conditions.texts[place], rows[mask]) for place, mask in zip(places, masks, strict=True)]
    rest = rows[~np.any(masks, axis=0)]
    return [*members, ("all others", rest)] if rest.size else members


def scores_by_condition(table: Answered, rows: np.ndarray, least: int, most: int | None) -> list[GroupScore]:
    """The score of each condition on a column that at least `least` of the rows meet, the student's worst first."""
    holds = table.conditions.holds[table.node[rows]].tocsc()
    rival = "teacher" if "teacher" in table.errors else None
    gap = table.errors["student"][rows] - (table.errors[rival][rows] if rival else 0)
    count = np.diff(holds.indptr)
    able = np.flatnonzero((np.array(table.conditions.kinds) == "column") & (count >= max(1, least)))
    # To score every word of a vocabulary takes long: a sum tells which are to be scored.
    mean = (holds.T @ gap)[able] / count[able]
    kept = able[np.argsort(-mean, kind="stable")[:most]]
    found = [
        score_rows(table, table.conditions.texts[k], rows[holds.indices[holds.indptr[k] : holds.indptr[k + 1]]])
        for k in kept
    ]
    return sorted(found, key=lambda one: -(one.behind[rival] if rival else one.errors["student"]).value)
