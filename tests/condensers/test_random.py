from gnn2mlp.condensers import Random
from tests.condensers.sets import observed


def test_the_seed_decides() -> None:
    seen = observed()
    first, again, other = (Random(graphs=4).condense(seen, seed).digest for seed in (0, 0, 1))
    assert first == again != other
    assert Random.baseline


def test_graphs_are_those_of_training() -> None:
    seen = observed()
    training = seen.graphs.take(seen.train)
    known = {training.take([one]).node_codes.numpy().tobytes() for one in range(30)}
    small = Random(graphs=5).condense(seen).parts
    assert {small.take([one]).node_codes.numpy().tobytes() for one in range(10)} <= known
