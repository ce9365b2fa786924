from collections.abc import Callable

import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.links.seed import split_of
from gnn2mlp.pipeline.links.views import linked, views_of
from gnn2mlp.tasks import LinkPrediction
from tests.helpers import tiny_graph, tiny_hypergraph


def test_what_nodes_are_is_gone() -> None:
    graph = linked(tiny_graph(), LinkPrediction())
    assert bool(graph.labels.isnan().all())
    assert graph.task == LinkPrediction()
    assert graph.edge_index.equal(tiny_graph().edge_index)


def test_a_hypergraph_has_no_pairs() -> None:
    with pytest.raises(DataError, match="hypergraph"):
        linked(tiny_hypergraph(), LinkPrediction())


def test_names_decide_nothing_of_what_training_sees(make_link_job: Callable[..., Job]) -> None:
    job = make_link_job()
    split = split_of(job, 0)
    observed, full = views_of(job.graph, split, job.graph.task)
    assert observed.graph.feature_names is None
    assert observed.graph.name == "graph"
    assert full.graph.num_nodes == job.graph.num_nodes
    assert observed.graph.num_nodes == job.graph.num_nodes - len(split.new)
