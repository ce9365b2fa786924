from gnn2mlp.deploy.graph_card import reads


def test_what_a_node_has_in_words() -> None:
    fields = {"code_sizes": [3, 2], "names": ["element", "charge"], "features": 4}
    assert reads(fields).startswith("Of each node of a graph 2 categories as codes from 0: `element` (3 values)")
    assert "4 numbers" in reads({**fields, "names": []})
    assert reads({"code_sizes": [], "names": [], "features": 4}).startswith("Of each node of a graph 4 numbers")
