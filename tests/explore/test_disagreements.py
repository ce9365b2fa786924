from dataclasses import replace

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.explore import Disagreement
from tests.explore.disagreeing import weak_spot


def test_the_confusions_of_a_model_are_counted() -> None:
    found = weak_spot()
    counts = found.confusion_counts("student", "seen")
    assert counts.sum() == 450
    assert counts[1, 2] == counts.sum() - np.trace(counts)
    recall = found.class_scores("student", "seen")[1].recall
    assert recall is not None
    assert recall.value == pytest.approx(counts[1, 1] / counts[1].sum())
    with pytest.raises(DataError, match="model: expected one of"):
        found.confusion_counts("boosting")


def test_rows_of_a_slice_are_its_nodes_and_its_mistakes_come_first() -> None:
    found = weak_spot(nodes=2000)
    best = found.of_gap("teacher", "unseen")[0]
    rows = found.rows_in(best.number)
    table = found.answered
    errors = table.errors["student"][rows]
    assert (np.diff(errors) <= 0).all()
    assert {table.classes[k] for k in table.label[table.node[rows]]} == {"b"}
    assert found.rows_in("colour is red", "seen").size > rows.size
    with pytest.raises(DataError, match="number of a slice"):
        found.rows_in(999)
    with pytest.raises(DataError, match="no condition 'color is red'"):
        found.rows_in("color is red")


def test_nodes_of_several_seeds_count_once() -> None:
    one, several = weak_spot(1, 600), weak_spot(3, 600)
    assert several.scores_by("colour")[0].nodes == one.scores_by("colour")[0].nodes
    assert several.of_gap("teacher")[0].slice.nodes <= 300
    assert "code" not in several.node_conditions.kinds  # of several codebooks
    assert "code" in several.of_seed(2).node_conditions.kinds
    assert "3 seeds" in repr(several)
    with pytest.raises(DataError, match="seed: expected one of 0, 1, 2, got 7"):
        several.of_seed(7)


def test_a_task_without_classes_has_groups_and_no_confusions() -> None:
    table = weak_spot().answered
    off = {name: each * 3.5 for name, each in table.errors.items()}
    plain = replace(table, errors=off, answers={}, classes=(), label=np.full(900, -1), measure="absolute error")
    found = Disagreement(plain)
    assert found.found[0].slice.inside > 1
    assert found.told(1.234) == "1.23"
    assert found.scores_by("colour")[0].errors["student"].low < 2
    with pytest.raises(DataError, match="one class for each node"):
        found.confusion_counts()


def test_the_repr_is_short() -> None:
    assert repr(weak_spot()).startswith("Disagreement(seed 0; 450 unseen nodes: teacher 100.0 %, student ")
    assert len(repr(weak_spot(3))) < 250
