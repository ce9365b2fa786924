from collections.abc import Callable
from typing import Any

from gnn2mlp.report.data_facts import data_facts


def test_sizes_labels_homophily_and_roles(make_results: Callable[..., dict[str, Any]]):
    results = make_results()
    assert data_facts(results) == {}  # of an older release
    results["graph"] |= {"labelled": 2000, "classes": 7, "homophily": 0.8041, "adjusted_homophily": 0.77}
    facts = data_facts(results)
    assert facts["labelled"] == "2,000"
    assert facts["homophily of edges"] == "0.80, adjusted 0.77"
    assert (facts["training nodes"], facts["test nodes, unseen"]) == ("140", "427")


def test_hyperedges_have_a_homophily_of_their_own():
    graph = {"nodes": 3, "hyperedges": 2, "labelled": 3, "hyperedge_homophily": 0.5}
    facts = data_facts({"graph": graph, "seeds": []})
    assert facts == {"nodes": "3", "hyperedges": "2", "labelled": "all", "homophily of hyperedges": "0.50"}
