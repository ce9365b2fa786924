"""What the data of a run that predicts links are: sizes of the graph, and which of its edges went where."""

from gnn2mlp.report.results import Results

# Of a split, in numbers of edges each once, and what they are.
_EDGES = {
    "train": "training links",
    "valid": "validation links",
    "extra": "links that inference alone sees",
    "known": "links of new nodes that inference sees",
    "test": "test links",
    "valid_negatives": "validation pairs without link",
    "test_negatives": "test pairs without link",
}
_NODES = {"old": "old nodes", "new": "new nodes"}


def graph_facts(results: Results) -> dict[str, str]:
    """Sizes of the graph, label -> text.

    Example:
        >>> graph_facts({"graph": {"nodes": 2708, "edges": 5278, "features": 1433, "classes": 7}})
        {'nodes': '2,708', 'edges': '5,278', 'features': '1,433'}
    """
    graph = results.get("graph") or {}
    return {key: f"{graph[key]:,}" for key in ("nodes", "edges", "features") if isinstance(graph.get(key), int)}


def split_facts(results: Results) -> dict[str, str]:
    """Which links and nodes the first seed trains on, validates, tests and keeps apart, label -> text.

    Example:
        >>> split_facts({"seeds": [{"split": {"train": 4486, "valid": 264, "test": 527, "extra": 0}}]})
        {'training links': '4,486', 'validation links': '264', 'test links': '527'}
    """
    split = results["seeds"][0].get("split", {}) if results["seeds"] else {}
    named = _EDGES | (_NODES if split.get("new") else {})
    return {text: f"{split[role]:,}" for role, text in named.items() if split.get(role)}
