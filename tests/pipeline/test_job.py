from collections.abc import Callable

import torch

from gnn2mlp.pipeline.job import Job, describe
from tests.helpers import tiny_graph, tiny_hypergraph


def test_facts_say_what_was_done(make_job: Callable[..., Job]):
    job = make_job()
    facts = job.facts
    assert (facts["config"]["device"], facts["config"]["threads"]) == ("cpu", torch.get_num_threads())
    assert facts["config"]["out"] == str(job.folder)
    assert set(facts["citations"]) == {"dataset", "teacher", "method"}
    assert {"versions", "processor", "dtype", "code"} <= set(job.environment)


def test_a_listener_is_asked_for_when_training_begins(make_job: Callable[..., Job]):
    job = make_job()
    assert job.context(0)() == {"device": torch.device("cpu")}
    assert set(job.context(0, "teacher")()) == {"device", "progress", "listeners"}


def test_description_counts_edges_once():
    graph = tiny_graph()
    found = describe(graph)
    assert (found["nodes"], found["edges"], found["classes"]) == (60, graph.edge_index.size(1) // 2, 3)


def test_description_names_the_kind_and_all_sizes():
    graph, hypergraph = describe(tiny_graph()), describe(tiny_hypergraph())
    assert graph["kind"] == "graph"
    assert "hyperedges" not in graph
    assert hypergraph["kind"] == "hypergraph"
    assert (hypergraph["nodes"], hypergraph["hyperedges"]) == (60, 40)
    assert hypergraph["incidences"] == tiny_hypergraph().hyperedge_index.size(1)
    assert hypergraph["digest"] == tiny_hypergraph().digest
    assert "edges" not in hypergraph


def test_description_tells_classes_and_how_alike_linked_nodes_are():
    graph, hypergraph = describe(tiny_graph()), describe(tiny_hypergraph())
    assert sum(graph["class_counts"].values()) == graph["labelled"]
    assert graph["homophily"] > graph["adjusted_homophily"] > 0
    assert hypergraph["hyperedge_homophily"] > hypergraph["adjusted_hyperedge_homophily"]
    assert "homophily" not in hypergraph  # edges and hyperedges are not compared
