"""A small comparison with a known weak spot, for the tests of what reads it."""

import numpy as np

from gnn2mlp.explore import Disagreement, disagreement


def weak_spot(seeds: int = 1, nodes: int = 900) -> Disagreement:
    """The student is wrong on red nodes of class b, where its teacher is right; the plain MLP is wrong at random."""
    random = np.random.default_rng(0)
    truth, colour = random.choice(["a", "b", "c"], nodes), random.choice(["red", "blue"], nodes)
    ring = np.stack([np.arange(nodes), np.roll(np.arange(nodes), 1)])
    bad = (truth == "b") & (colour == "red")
    student = [np.where(bad & (random.random(nodes) < 0.8), "c", truth) for _ in range(seeds)]
    mlp = [np.where(random.random(nodes) < 0.3, "a", truth) for _ in range(seeds)]
    return disagreement(
        {"teacher": np.tile(truth, (seeds, 1)), "student": np.array(student), "mlp": np.array(mlp)},
        truth,
        features={"colour": colour, "size": random.integers(100, size=nodes)},
        population=["unseen" if k % 2 else "seen" for k in range(nodes)],
        ids=[f"n{k}" for k in range(nodes)],
        edge_index=ring,
        train=[0],
        code=np.arange(nodes) % 4,
    )
