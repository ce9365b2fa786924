from dataclasses import replace

import numpy as np
import pytest

from gnn2mlp.explore import Disagreement
from gnn2mlp.explore.group_search import proposing_nodes
from tests.explore.disagreeing import weak_spot


def test_the_weak_spot_is_found_in_every_population_and_for_both_questions() -> None:
    found = weak_spot(nodes=2000)
    for population in ("unseen", "seen"):
        for gap in ("teacher", "truth"):
            best = found.of_gap(gap, population)[0]
            assert {"class is b", "colour is red"} == set(best.slice.text.split(" and "))
            assert best.slice.holds
            assert best.needs_truth
            assert best.score.errors["teacher"].value == 0
            assert best.score.behind["teacher"].value == pytest.approx(best.slice.inside)


def test_validation_nodes_propose_and_never_test() -> None:
    table = weak_spot(nodes=1200).answered
    populations = (*table.populations, "valid")
    valid = np.where(np.arange(1200) < 300, 2, table.population)
    found = Disagreement(replace(table, populations=populations, population=valid))
    assert found.answered.tested == ("unseen", "seen")
    for one in found.found:
        held = found.node_conditions.mask(one.slice.conditions) & (np.arange(1200) >= 300)
        assert one.slice.nodes <= held.sum()
    assert (proposing_nodes(found.answered)[:300]).all()
