from gnn2mlp.report.link_facts import graph_facts, split_facts
from tests.report.links import link_results


def test_links_of_each_role_and_nodes_are_counted() -> None:
    found = split_facts(link_results())
    assert found["training links"] == "1,600"
    assert found["links of new nodes that inference sees"] == "1,200"
    assert found["new nodes"] == "812"
    assert "old nodes" not in split_facts(link_results(production=False))
    assert "new nodes" not in split_facts(link_results(production=False))
    assert split_facts({"seeds": []}) == {}


def test_the_graph_is_told_by_its_sizes() -> None:
    assert graph_facts(link_results()) == {"nodes": "2,708", "edges": "5,278", "features": "1,433"}
    assert graph_facts({}) == {}
