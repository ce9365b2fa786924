"""A small map for tests: two codes, three classes, a path of nodes, words."""

import numpy as np
import scipy.sparse as sp

from gnn2mlp.explore import InteractiveMap, MapCodes, Named, interactive_map

NODES = 40


def small_map(nodes: int = NODES, **options: object) -> InteractiveMap:
    """Nodes on a circle, the first half of code 0 and the others of code 2; code 1 has none."""
    angle = 2 * np.pi * np.arange(nodes) / nodes
    code = np.where(np.arange(nodes) < nodes // 2, 0, 2)
    words = sp.csr_matrix(np.maximum(np.eye(nodes, 5), [0, 0, 0, 0, 1]))
    columns = {
        "class": Named(np.arange(nodes) % 4 - 1, ("cats", "dogs", "owls")),
        "answer": Named(np.arange(nodes) % 2, ("right", "wrong")),
        "confidence": np.linspace(0, 1, nodes),
    }
    given = {
        "ids": [f"page {i}" for i in range(nodes)],
        "codes": MapCodes(code, np.array([[0.0, 0.5], [3.0, 3.0], [0.0, -0.5]]), {2: "pages about <owls>"}),
        "features": words,
        "feature_names": ["alpha", "beta", "gamma", "delta", "epsilon"],
        "edges": np.array([np.arange(nodes - 1), np.arange(1, nodes)]),
        "title": "Cats & dogs",
        "notes": ("A circle.",),
        **options,
    }
    return interactive_map(np.stack([np.cos(angle), np.sin(angle)], axis=1), columns, **given)  # type: ignore[arg-type]
