from gnn2mlp.explainers import Random
from tests.explainers.surrogates import explained


def test_the_seed_decides_and_scores_are_uniform() -> None:
    _, surrogate = explained()
    first, again, other = (Random().explain(surrogate, range(60), seed).scores.data for seed in (0, 0, 1))
    assert (first == again).all()
    assert (first != other).any()
    assert 0 <= first.min() < 0.1 < 0.9 < first.max() <= 1
    assert abs(first.mean() - 0.5) < 0.1
