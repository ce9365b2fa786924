from tests.graphs import finished


def test_the_data_are_described_in_plain_types() -> None:
    graph = finished().results["graph"]
    assert (graph["kind"], graph["graphs"], graph["labelled"]) == ("set of graphs", 60, 60)
    assert sum(graph["class_counts"].values()) == 60
    assert graph["nodes of a graph"].endswith("on average")
