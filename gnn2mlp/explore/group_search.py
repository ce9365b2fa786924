"""Groups of nodes on which a student fails or falls behind: proposed on one half of the nodes, tested on the other."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from gnn2mlp.evaluate.conditions import Conditions, groups_of, joined
from gnn2mlp.evaluate.repeated import by_node
from gnn2mlp.evaluate.slices import Slice, find_slices, halves
from gnn2mlp.explore.answered import VALID, Answered
from gnn2mlp.explore.group_scores import GroupScore, score_rows
from gnn2mlp.explore.grouping import NEED_TRUTH, most_common

# What is asked of groups of nodes, and what a group that is found means.
GAPS = {"teacher": "the student falls behind its teacher", "truth": "the student is wrong"}
# Beside the conditions on features: groupings by which the search goes.
_STRUCTURE = ("class", "answer", "degree", "homophily", "distance", "code")


class FoundSlice(NamedTuple):
    """A group that the search proposed, with the question and the population that it is of.

    Args:
        number: for `Disagreement.rows`.
        population: of test nodes.
        gap: one of `GAPS`.
        slice: the group with its test.
        score: of all models on its nodes in the half that tests.
        needs_truth: whether it can only be told of nodes whose true class is known.
    """

    number: int
    population: str
    gap: str
    slice: Slice
    score: GroupScore
    needs_truth: bool


def find_groups(table: Answered, conditions: Conditions, limits: Mapping[str, int]) -> list[FoundSlice]:
    """Groups for every question and population, tested together.

    Args:
        table: answers of all models.
        conditions: on the nodes, of which groups are made.
        limits: arguments `groups`, `least` and `draws` of `find_slices`.
    """
    if not len(table.ids) or not len(conditions):
        return []
    first = proposing_nodes(table)
    asked = {
        (population, gap): _node_values(table, gap, population)
        for population in table.tested
        for gap in GAPS
        if gap == "truth" or gap in table.errors
    }
    found = find_slices(asked, conditions, first, rationed=NEED_TRUTH, **limits)
    flat = [(population, gap, one) for (population, gap), slices in found.items() for one in slices]
    return [_found(table, number, *one, conditions, first) for number, one in enumerate(flat)]


def conditions_of(table: Answered) -> Conditions:
    """All conditions that groups are made of; a node is in the group that it is in for most of its rows.

    Codes of several seeds are those of several codebooks, and make no group.
    """
    parts = []
    for name in _STRUCTURE:
        if name not in table.groups or (name == "code" and len(table.seeds) > 1):
            continue
        own = most_common(table.groups[name], table.node, len(table.ids))
        # A class with an answer is right or wrong as a whole, and no group to look for.
        about = "class" if name == "answer" else name
        parts.append(groups_of(about, name, own.group, own.texts))
    return joined([*parts, table.conditions]) if parts else table.conditions


def proposing_nodes(table: Answered) -> np.ndarray:
    """Bool (nodes,): the half that proposes, validation nodes that no seed tests among them; the others test."""
    first: np.ndarray = halves(len(table.ids))
    if VALID in table.populations:
        first[table.node[_only_valid(table)]] = True
    return first


def _node_values(table: Answered, gap: str, population: str) -> np.ndarray:
    """(nodes,): mean over the rows of the population, and of validation nodes, which test nothing; NaN without."""
    values = table.errors["student"] - (table.errors[gap] if gap != "truth" else 0)
    rows = table.rows_of(population)
    if VALID in table.populations:
        rows = np.concatenate([rows, _only_valid(table)])
    found = np.full(len(table.ids), np.nan)
    found[np.unique(table.node[rows])] = by_node(values[rows], table.node[rows])
    return found


def _only_valid(table: Answered) -> np.ndarray:
    """Rows of validation nodes that no seed tests: the half that proposes may have them."""
    valid = table.rows_of(VALID)
    tested = np.zeros(len(table.ids), dtype=bool)
    tested[np.delete(table.node, valid)] = True
    found: np.ndarray = valid[~tested[table.node[valid]]]
    return found


def _found(
    table: Answered, number: int, population: str, gap: str, one: Slice, conditions: Conditions, first: np.ndarray
) -> FoundSlice:
    rows = table.rows_of(population)
    held = rows[(conditions.mask(one.conditions) & ~first)[table.node[rows]]]
    score = score_rows(table, one.text, held) if held.size else GroupScore(one.text, 0, {}, {})
    truth = any(conditions.kinds[place] in NEED_TRUTH for place in one.conditions)
    return FoundSlice(number, population, gap, one, score, truth)
