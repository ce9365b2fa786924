"""A small set of graphs as files in TU's format."""

from pathlib import Path


def write_tu(folder: Path, name: str, *, node_labels: bool = True, edge_labels: bool = False) -> None:
    """Three graphs: a path of three nodes, an edge, a single node; classes -1 and 1."""
    folder.mkdir(parents=True)
    texts = {
        "A": "1, 2\n2, 1\n2, 3\n3, 2\n4, 5\n5, 4\n",
        "graph_indicator": "1\n1\n1\n2\n2\n3\n",
        "graph_labels": "1\n-1\n1\n",
    }
    if node_labels:
        texts["node_labels"] = "3\n5\n3\n3\n4\n7\n"
    if edge_labels:
        texts["edge_labels"] = "1\n1\n2\n2\n1\n1\n"
    for what, text in texts.items():
        (folder / f"{name}_{what}.txt").write_text(text)
