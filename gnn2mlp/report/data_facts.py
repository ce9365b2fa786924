"""What the data of a run are, for its report: sizes, labels, how alike linked nodes are."""

from gnn2mlp.report.results import Results


def data_facts(results: Results) -> dict[str, str]:
    """Label -> text; empty for results of older releases, which tell sizes alone.

    Example:
        >>> data_facts({"graph": {"nodes": 2485, "edges": 5069, "labelled": 2485, "homophily": 0.8041}, "seeds": []})
        {'nodes': '2,485', 'edges': '5,069', 'labelled': 'all', 'homophily of edges': '0.80'}
    """
    graph = results.get("graph") or {}
    if "labelled" not in graph:
        return {}
    counted = ("nodes", "edges", "hyperedges", "incidences", "features", "classes", "labels", "outputs")
    facts = {key: f"{graph[key]:,}" for key in counted if isinstance(graph.get(key), int)}
    facts["labelled"] = "all" if graph["labelled"] == graph.get("nodes") else f"{graph['labelled']:,}"
    for prefix, what in (("", "edges"), ("hyperedge_", "hyperedges")):
        if f"{prefix}homophily" in graph:
            adjusted = graph.get(f"adjusted_{prefix}homophily")
            beside = "" if adjusted is None else f", adjusted {adjusted:.2f}"
            facts[f"homophily of {what}"] = f"{graph[f'{prefix}homophily']:.2f}{beside}"
    return facts | _roles(results)


def _roles(results: Results) -> dict[str, str]:
    """How many nodes of the first seed train, validate and test."""
    split = results["seeds"][0].get("split", {}) if results["seeds"] else {}
    seen = "test nodes, seen" if split.get("unseen") else "test nodes"
    names = {"train": "training nodes", "valid": "validation nodes", "seen": seen, "unseen": "test nodes, unseen"}
    return {text: f"{split[role]:,}" for role, text in names.items() if split.get(role)}
