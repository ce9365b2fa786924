import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.graphs import graph_set_from_arrays
from gnn2mlp.deploy.node_fields import NodeFields, Nodes, chunks
from tests.graphs import random_graphs

ONE = NodeFields((3,), names=("element",), categories={"element": ("C", "N", "O")})
BOTH = NodeFields((3, 2), features=2)


def test_graphs_of_one_field_are_lists_of_codes_or_text() -> None:
    codes = ONE.read([[0, 2], [1]], "predict")
    text = ONE.read([["C", "O"], np.array(["N"])], "predict")
    assert np.array_equal(codes.codes, text.codes)  # type: ignore[arg-type]
    assert codes.offsets.tolist() == [0, 2, 3]
    assert codes.features is None


def test_a_set_is_read_as_it_is() -> None:
    graphs = random_graphs(features=2)
    nodes = NodeFields.of(graphs).read(graphs, "predict")
    assert graphs.node_codes is not None
    assert np.shares_memory(nodes.codes, graphs.node_codes.numpy())  # type: ignore[arg-type]
    assert NodeFields.of(graphs) == BOTH
    assert NodeFields.of_facts(BOTH.facts()) == BOTH


def test_no_graphs_are_no_nodes() -> None:
    assert ONE.read([], "predict").offsets.tolist() == [0]


@pytest.mark.parametrize(
    ("fields", "graph", "message"),
    [
        (ONE, np.zeros((2, 2), int), r"graph 0: expected 1 codes \(element\) and 0 features .* got an array of shape"),
        (ONE, np.zeros(2), "expected codes, which are integers, got float64"),
        (ONE, np.zeros(0, int), "expected at least one node"),
        (BOTH, np.zeros((2, 2), int), "as a pair of arrays"),
        (BOTH, (np.zeros((2, 2), int), np.zeros((3, 2))), "as many codes as rows of features"),
        (BOTH, (np.zeros((1, 2), int), np.full((1, 2), np.nan)), "expected finite numbers"),
        (NodeFields((3,)), ["C"], "the model has no names"),
        (ONE, [], "graph 0: expected at least one node, got none"),
        (NodeFields((), features=2), [], "graph 0: expected at least one node, got none"),
        (ONE, np.array([0, "C"], dtype=object), "element: expected values as in training, such as 'C', got 0"),
    ],
)
def test_what_cannot_be_read_names_the_graph(fields: NodeFields, graph: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        fields.read([graph], "predict")
    with pytest.raises(DataError, match="expected 1 codes"):
        ONE.read(random_graphs(), "predict")


def test_chunks_are_whole_graphs_and_a_huge_one_is_alone() -> None:
    nodes = Nodes(np.arange(9)[:, None], None, np.array([0, 1, 7, 8, 9]))
    found = list(chunks(nodes, 3))
    assert [some.offsets.tolist() for some in found] == [[0, 1], [0, 6], [0, 1, 2]]
    assert [some.codes.ravel().tolist() for some in found] == [[0], [1, 2, 3, 4, 5, 6], [7, 8]]  # type: ignore[union-attr]


def test_a_set_with_other_categories_is_read_by_what_they_stand_for() -> None:
    named = {"node_fields": ["element"], "categories": {"element": ["Fe", "N", "C"]}}
    graphs = graph_set_from_arrays([0, 1], [0, 0, 1], [[0], [1]], node_codes=[2, 0, 1], **named)
    assert ONE.read(graphs, "predict").codes.ravel().tolist() == [0, -1, 1]  # type: ignore[union-attr]


def test_a_gap_has_its_own_code_if_training_had_one() -> None:
    known = {"element": ("C", "missing"), "charge": (0, 1)}
    fields = NodeFields((2, 2), names=("element", "charge"), categories=known)
    nodes = fields.read([np.array([["C", 1], [None, 0], ["missing", None]], dtype=object)], "predict")
    assert nodes.codes is not None
    assert nodes.codes.tolist() == [[0, 1], [1, 0], [1, -1]]


def test_text_is_no_whole_number_where_there_was_a_gap() -> None:
    fields = NodeFields((2,), names=("charge",), categories={"charge": (0, "missing")})
    with pytest.raises(DataError, match="expected values as in training, such as 0, got '0'"):
        fields.read([["0"]], "predict")
