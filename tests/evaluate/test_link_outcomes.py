import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate import link_outcome, paired

SCORES = {"student": (0.9, 0.8, 0.85), "mlp": (0.85, 0.78, 0.85)}


def _record(seed: int) -> dict[str, object]:
    split = {"digest": f"split {seed}", "train": 60, "valid": 40, "pairs": {"overall": 50, "new-new": 5}}
    scores = {model: {"overall": {"auc": values[seed]}} for model, values in SCORES.items()}
    return {"seed": seed, "split": split, "scores": scores}


def test_its_ratio_is_of_links_that_were_scored_to_links_that_were_given() -> None:
    assert link_outcome(_record(0), "student", "overall", "auc").ratio == 0.5


def test_two_models_are_compared_by_split() -> None:
    ours, theirs = ([link_outcome(_record(s), model, "overall", "auc") for s in range(3)] for model in SCORES)
    found = paired(ours, theirs)
    # .05, .02 and 0: mean .0233, std .02517, error .02517 * sqrt(1/3 + 1/2).
    assert found.difference == pytest.approx(0.02333, abs=1e-5)
    assert found.error == pytest.approx(0.02517 * (1 / 3 + 1 / 2) ** 0.5, abs=1e-5)
    assert (found.wins, found.n) == (2, 3)


@pytest.mark.parametrize("asked", [("teacher", "overall", "auc"), ("mlp", "new-new", "auc"), ("mlp", "overall", "mrr")])
def test_a_score_that_is_not_there_is_named(asked: tuple[str, str, str]) -> None:
    with pytest.raises(DataError, match=f"expected {asked[2]} of {asked[0]} on {asked[1]}"):
        link_outcome(_record(1), *asked)
