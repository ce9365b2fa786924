import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError, MissingKnowledgeError
from gnn2mlp.explore import code_by_class, code_usage, nearest_codes, truncation
from gnn2mlp.explore.codebook import code_vectors, of_nodes
from gnn2mlp.knowledge import TeacherKnowledge


def _knowledge(**values: Any) -> TeacherKnowledge:
    """Four nodes 0, 2, 3, 5 of a larger graph with the codes 0, 0, 2, 2 of 4."""
    every: dict[str, Tensor] = {
        "code": torch.tensor([0, 0, 2, 2]),
        "codebook": torch.tensor([[1.0, 0.0], [0.0, 3.0], [2.0, 0.0], [0.0, -1.0]]),
        "code_unit_length": torch.tensor(False),
        "code_probabilities": torch.tensor([[0.5, 0.25], [0.6, 0.4], [0.5, 0.25], [1.0, 0.0]]),
        **values,
    }
    return TeacherKnowledge(torch.tensor([0, 2, 3, 5]), every)


def test_two_of_four_codes_share_the_nodes_evenly() -> None:
    usage = code_usage(_knowledge())
    np.testing.assert_array_equal(usage.nodes, [2, 0, 2, 0])
    assert (usage.used, usage.utilisation) == (2, 0.5)
    assert usage.perplexity == pytest.approx(2)


def test_perplexity_falls_where_one_code_has_most_nodes() -> None:
    usage = code_usage(_knowledge(code=torch.tensor([0, 0, 0, 2])))
    assert usage.perplexity == pytest.approx(math.exp(-(0.75 * math.log(0.75) + 0.25 * math.log(0.25))))


def test_codes_by_class_joins_by_id_and_ignores_unknown_labels() -> None:
    # Nodes 0, 2, 3, 5 have the classes 1, 0, 2, unknown: what lies between them belongs to other nodes.
    found = code_by_class(_knowledge(), torch.tensor([1, 9, 0, 2, 9, -1]))
    assert found.table.shape == (4, 10)
    np.testing.assert_array_equal(found.table[:, :3], [[1, 1, 0], [0, 0, 0], [0, 0, 1], [0, 0, 0]])
    np.testing.assert_array_equal(found.purity, [0.5, np.nan, 1, np.nan])
    assert found.mean_purity == pytest.approx(2 / 3)


def test_information_is_one_for_codes_that_are_the_classes_and_zero_for_codes_that_tell_nothing() -> None:
    # The nodes are 0, 2, 3, 5: first each code has a node of class 7 and one of class 1, then a class of its own.
    mixed = code_by_class(_knowledge(), np.array([7, 0, 1, 7, 0, 1]))
    assert mixed.mutual_information == pytest.approx(0)
    same = code_by_class(_knowledge(), np.array([7, 0, 7, 1, 0, 1]))
    assert same.mutual_information == pytest.approx(1)
    assert same.mean_purity == 1


def test_without_any_label_there_is_nothing_to_compare() -> None:
    with pytest.raises(DataError, match="expected nodes with a known class, got none"):
        code_by_class(_knowledge(), torch.full((6,), -1))


@pytest.mark.parametrize("labels", [torch.zeros(4, dtype=torch.int64), torch.zeros(6, 1, dtype=torch.int64)])
def test_labels_of_the_rows_alone_are_refused(labels: Tensor) -> None:
    with pytest.raises(DataError, match="expected one for each node of the full graph, at least 6"):
        code_by_class(_knowledge(), labels)


def test_values_of_nodes_are_found_by_id() -> None:
    np.testing.assert_array_equal(of_nodes(_knowledge(), np.arange(10) * 10, "values"), [0, 20, 30, 50])


def test_nearest_codes_in_both_geometries() -> None:
    near = nearest_codes(_knowledge(), 0, most=2)
    np.testing.assert_array_equal(near.codes, [2, 3])
    np.testing.assert_allclose(near.distances, [1, math.sqrt(2)])
    # Scaled to unit length, codes 0 and 2 are the same.
    unit = nearest_codes(_knowledge(code_unit_length=torch.tensor(True)), 0)
    np.testing.assert_array_equal(unit.codes, [2, 1, 3])
    np.testing.assert_allclose(unit.distances, [0, math.sqrt(2), math.sqrt(2)])
    assert np.abs(code_vectors(_knowledge())).max() == 3


@pytest.mark.parametrize("code", [-1, 4, 1.5, 1.0, True])
def test_a_code_that_does_not_exist_is_named(code: Any) -> None:
    with pytest.raises(DataError, match=f"code: expected one of 0..3, got {code}"):
        nearest_codes(_knowledge(), code)


def test_truncation_is_what_a_row_lacks_to_one() -> None:
    lost = truncation(_knowledge())
    np.testing.assert_allclose(lost.lost, [0.25, 0, 0.25, 0], atol=1e-6)
    assert lost.mean == pytest.approx(0.125)
    assert lost.worst == pytest.approx(0.25)


@pytest.mark.parametrize(
    "read", [code_usage, lambda k: code_by_class(k, torch.zeros(6)), lambda k: nearest_codes(k, 0), truncation]
)
def test_knowledge_without_codes_is_refused_by_name(read: Callable[[TeacherKnowledge], Any]) -> None:
    plain = TeacherKnowledge(torch.tensor([0, 2]), {"logits": torch.zeros(2, 3)}, {"teacher": {"name": "gcn"}})
    with pytest.raises(MissingKnowledgeError, match="knowledge of teacher 'gcn' holds no 'code"):
        read(plain)
