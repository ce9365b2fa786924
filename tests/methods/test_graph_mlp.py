"""Graph-MLP: what it is made of, and that the graph alone teaches what labels do not."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.data import GraphData
from gnn2mlp.distill import Distiller, Learner
from gnn2mlp.methods import GraphMLP
from gnn2mlp.methods.mlp import MLPBaseline
from gnn2mlp.objectives import Batch, NeighbourhoodContrast
from gnn2mlp.students.mlp import MLPStudent
from tests.tiny import tiny_views


def test_is_labels_and_contrast() -> None:
    terms = GraphMLP(contrast_weight=10.0, order=3, temperature=0.5).build_objective().terms()
    assert [(term.objective.name, term.weight) for term in terms] == [
        ("hard_labels", 1.0),
        ("neighbourhood_contrast", 10.0),
    ]
    assert (terms[1].objective.order, terms[1].objective.temperature) == (3, 0.5)
    assert GraphMLP().teacher_keys == frozenset()


@pytest.mark.parametrize("batch_size", [512, 20])
def test_what_is_near_in_the_graph_comes_together_in_batches_of_any_size(batch_size: int) -> None:
    observed = tiny_views(features=6).observed
    graph, rows = observed.graph, torch.arange(observed.graph.num_nodes)
    assert isinstance(graph, GraphData)
    apart = []
    for method in (GraphMLP(contrast_weight=2.0), MLPBaseline()):
        learner = Learner(Distiller(epochs=60, batch_size=batch_size), MLPStudent(hidden=16), observed)
        said = method.learn(learner).module(graph.features)
        links = {"adjacency": graph.adjacency}
        apart.append(NeighbourhoodContrast()(Batch(rows, observed.train_labels, links=links, answer=said)).item())
    assert apart[0] < apart[1] - 0.03


def test_a_weight_below_zero_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"method\.contrast_weight: expected at least 0, got -1\.0"):
        GraphMLP(contrast_weight=-1.0)
