"""Own features: nothing is done to them."""

import torch

from gnn2mlp.inputs.features import OwnFeatures
from tests.helpers import tiny_graph


def test_rows_are_the_features_themselves() -> None:
    graph, inputs = tiny_graph(sparse=True), OwnFeatures()
    inputs.fit_graph(graph)
    assert inputs.rows(graph) is graph.features
    x = torch.eye(2)
    assert inputs.transform(x) is x
