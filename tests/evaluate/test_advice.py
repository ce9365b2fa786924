"""Scores of answers by hand, votes of neighbours, and advice that is not fooled by chance."""

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.stats import entropy

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate import advice
from gnn2mlp.evaluate.advice import ANSWER_SCORES, advise, answer_scores, neighbour_support
from gnn2mlp.tasks.answers import softmax

RANDOM = np.random.default_rng(0)


def test_scores_by_hand() -> None:
    logits = np.log([[0.5, 0.3, 0.2], [0.8, 0.1, 0.1]])
    found = answer_scores(logits, reliability=[0.1, 0.9], code_distance=[2.0, 1.0], neighbours=[0.5, 1.0])
    assert list(found) == [*ANSWER_SCORES]
    np.testing.assert_allclose(found["confidence"], [0.5, 0.8])
    np.testing.assert_allclose(found["margin"], [0.2, 0.7])
    np.testing.assert_allclose(found["entropy"], -entropy(softmax(logits), axis=1))
    np.testing.assert_allclose(found["energy"], [0, 0], atol=1e-12)  # the probabilities add up to 1
    assert found["code_distance"].tolist() == [-2, -1]
    assert list(answer_scores(logits)) == ["confidence", "margin", "entropy", "energy"]
    assert np.isfinite(answer_scores([[1000.0, 0.0]])["entropy"]).all()
    assert answer_scores([[3.0]])["margin"].tolist() == [1.0]


def test_nobody_votes_for_itself() -> None:
    observed = np.array([[1.0, 0.0], [0.9, 0.1], [0.8, 0.2], [0.0, 1.0]])
    votes = np.eye(2)[[0, 1, 1, 0]]
    alone = neighbour_support(observed[:1], [1], observed, votes, own=[0], k=2)
    assert alone.tolist() == [1.0]  # nodes 1 and 2
    assert neighbour_support(observed[:1], [1], observed, votes, k=2).tolist() == [0.5]  # nodes 0 and 1
    assert neighbour_support(sp.csr_array(observed[:1]), [1], sp.csr_array(observed), votes, own=[0], k=2).tolist() == [
        1.0
    ]


def test_few_and_many_observed_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = RANDOM.normal(size=(30, 4))
    votes = softmax(RANDOM.normal(size=(30, 3)))
    assert np.isfinite(neighbour_support(rows, np.zeros(30, dtype=int), rows, votes, np.arange(30), k=100)).all()
    assert np.isnan(neighbour_support(rows, np.zeros(30, dtype=int), rows[:1], votes[:1])).all()
    assert neighbour_support(rows[:0], [], rows, votes).shape == (0,)
    monkeypatch.setattr(advice, "MOST_OBSERVED", 12)
    some = neighbour_support(rows, np.zeros(30, dtype=int), rows, np.ones((30, 1)), np.arange(30), k=5)
    np.testing.assert_allclose(some, 1)


def drawn(rows: int = 400) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Confidence that tells something, a margin that tells more, and an energy that tells nothing."""
    right = RANDOM.random(rows) < 0.7
    noise = RANDOM.normal(size=(3, rows))
    return {"confidence": right + noise[0], "margin": 2 * right + noise[1], "energy": noise[2]}, right


def test_the_best_on_validation_is_judged_on_others() -> None:
    found = advise(*drawn(), *drawn())
    assert found.best == "margin"
    worth = found.worth["margin"]
    assert worth.low < worth.trust.auroc < worth.high
    assert worth.high - worth.low < 0.15
    assert 0.4 < found.worth["energy"].trust.auroc < 0.6
    low, _ = found.gain
    assert low > 0
    assert "That is better than confidence, by 0." in found.sentence()


def test_luck_on_validation_is_called_so() -> None:
    valid, right = drawn(30)
    valid["energy"] = right.astype(float)  # perfect by luck
    found = advise(valid, right, *drawn())
    assert found.best == "energy"
    assert found.gain[1] < 0
    assert "here confidence is better" in found.sentence("unseen nodes")


def test_equal_scores_recommend_confidence() -> None:
    scores, right = drawn()
    found = advise({"margin": scores["confidence"], "confidence": scores["confidence"]}, right, scores, right)
    assert found.best == "confidence"
    assert found.gain is None
    assert found.sentence().startswith("Confidence tells best which answers are right: AUROC 0.7")


def test_what_does_not_matter_is_said_to_be_simpler() -> None:
    scores, right = drawn()
    close = scores["confidence"] + 0.01 * RANDOM.normal(size=400)
    found = advise(
        {"confidence": close * 0, "margin": close}, right, {"confidence": scores["confidence"], "margin": close}, right
    )
    assert "Confidence does as well, as far as can be told (−0." in found.sentence()


def test_several_are_spoken_of_as_several() -> None:
    scores, right = drawn()
    one = {"neighbours": scores["margin"]}
    assert advise(one, right, one, right).sentence().startswith("Neighbours tell best which answers are right")


def test_answers_that_are_all_right_cannot_be_judged() -> None:
    scores, right = drawn(50)
    found = advise(scores, right, scores, np.ones(50, dtype=bool))
    assert found.worth[found.best].low is None
    assert "cannot be judged" in found.sentence()
    assert advise(scores, np.ones(50, dtype=bool), scores, right).best == "confidence"


def test_scores_that_do_not_fit() -> None:
    scores, right = drawn(50)
    with pytest.raises(DataError, match="scores for each of 49 rows"):
        advise(scores, right, scores, right[1:])
    with pytest.raises(DataError, match="got none"):
        advise({}, right, scores, right)
