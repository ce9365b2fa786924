"""Which of a student's answers to trust: scores of each answer, what each is worth, and the best of them, honestly.

The best score is chosen on validation rows and judged on others; whether it is better than plain confidence is asked of
a bootstrap over the same rows.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.seeds import derive
from gnn2mlp.core.showing import short_repr
from gnn2mlp.evaluate.auroc_bootstrap import bootstrap_aurocs
from gnn2mlp.evaluate.nearest import nearest_by_cosine
from gnn2mlp.evaluate.outliers import energy
from gnn2mlp.evaluate.trust import Trust, auroc, trust
from gnn2mlp.tasks.answers import softmax

ANSWER_SCORES = {
    "confidence": "probability of the answer",
    "margin": "probability of the answer, less that of the second best",
    "entropy": "less the entropy of all probabilities",
    "energy": "log of the sum of exponentials of the logits: how large they are, and not their differences alone",
    "reliability": "how little noise on the features moves the entropy of the teacher's answer (KRD); seen nodes alone",
    "code_distance": "less the distance to the nearest code of the teacher's codebook",
    "neighbours": "how probable the answer is to the teacher at the nearest observed nodes, by features",
}
# Of these a sentence speaks as of several.
PLURAL = ("neighbours",)
NEIGHBOURS = 10
# Of more observed nodes, so many are looked at for the nearest.
MOST_OBSERVED = 20_000


def answer_scores(
    logits: ArrayLike,
    *,
    reliability: ArrayLike | None = None,
    code_distance: ArrayLike | None = None,
    neighbours: ArrayLike | None = None,
) -> dict[str, np.ndarray]:
    """Those of `ANSWER_SCORES` that can be had, float64 (rows,), each higher where an answer is to be trusted more.

    Args:
        logits: (rows, classes).
        reliability: (rows,), of the teacher at the same nodes.
        code_distance: (rows,).
        neighbours: (rows,), as `neighbour_support` gives it.

    Example:
        >>> {name: score.round(2).tolist() for name, score in answer_scores([[2.0, 0.0], [0.0, 0.0]]).items()}
        {'confidence': [0.88, 0.5], 'margin': [0.76, 0.0], 'entropy': [-0.37, -0.69], 'energy': [2.13, 0.69]}
    """
    z = np.asarray(logits, np.float64)
    p = softmax(z)
    top = np.sort(p, axis=1)[:, ::-1]
    second = top[:, 1] if p.shape[1] > 1 else np.zeros(len(p))
    entropy = -(p * np.log(np.maximum(p, np.finfo(float).tiny))).sum(axis=1)
    found = {"confidence": top[:, 0], "margin": top[:, 0] - second, "entropy": -entropy, "energy": -energy(z)}
    more = {"reliability": reliability, "neighbours": neighbours}
    found |= {name: np.asarray(score, np.float64) for name, score in more.items() if score is not None}
    if code_distance is not None:
        found["code_distance"] = -np.asarray(code_distance, np.float64)
    return {name: found[name] for name in ANSWER_SCORES if name in found}


def neighbour_support(
    rows: Any,
    answers: ArrayLike,
    observed: Any,
    votes: ArrayLike,
    own: ArrayLike | None = None,
    k: int = NEIGHBOURS,
) -> np.ndarray:
    """Mean probability (rows,) that the k nearest observed nodes give to each row's answer; 1 where all agree with it.

    Nearest by the cosine of features. Where more than 20,000 nodes are observed, so many of them are drawn.

    Args:
        rows: features (rows, width), numpy or scipy.
        answers: int (rows,), the student's, columns of the votes.
        observed: features (observed nodes, width).
        votes: probabilities (observed nodes, classes), such as the teacher's, or 1 at the labels.
        own: int (rows,), which of the observed nodes each row is itself, -1 for none: nobody votes for itself.
        k: how many vote.

    Example:
        >>> observed, votes = np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]]), np.array([[1.0, 0], [0.5, 0.5], [0, 1]])
        >>> neighbour_support([[1.0, 0.05], [0.1, 1.0]], [0, 0], observed, votes, k=2).tolist()
        [0.75, 0.25]
    """
    said, voted = np.asarray(answers), np.asarray(votes, np.float64)
    mine = np.full(len(said), -1) if own is None else np.asarray(own)
    if len(voted) > MOST_OBSERVED:
        random = np.random.default_rng(derive(0, "observed nodes that vote"))
        drawn = np.sort(random.choice(len(voted), MOST_OBSERVED, replace=False))
        place = np.full(len(voted) + 1, -1)
        place[drawn] = np.arange(len(drawn))
        observed, voted, mine = observed[drawn], voted[drawn], place[mine]
    if not len(said) or len(voted) < 2:
        return np.full(len(said), np.nan)
    count = min(k + 1, len(voted))
    near = nearest_by_cosine(rows, observed, count)
    # Drop oneself, or else the farthest.
    itself = near == mine[:, None]
    itself[~itself.any(axis=1), -1] = True
    others = near[~itself].reshape(len(said), count - 1)
    found: np.ndarray = voted[others, said[:, None]].mean(axis=1)
    return found


class Worth(NamedTuple):
    """What a score is worth on some rows.

    Args:
        trust: all figures, see `gnn2mlp.evaluate.trust.Trust`.
        low: lower end of the 95 % bootstrap interval of the AUROC; `None` where it is not defined.
        high: upper end.
    """

    trust: Trust
    low: float | None
    high: float | None


class Advice(NamedTuple):
    """Which score to go by.

    Args:
        best: the score with the highest AUROC on validation rows.
        valid: that AUROC, by score; `None` where it is not defined.
        worth: by score, on the rows that are judged.
        gain: 95 % interval of the AUROC of `best` less that of confidence on those rows; `None` if it is confidence
            itself, or undefined.
    """

    best: str
    valid: Mapping[str, float | None]
    worth: Mapping[str, Worth]
    gain: tuple[float, float] | None

    def __repr__(self) -> str:
        return short_repr(self)

    def sentence(self, where: str = "test nodes") -> str:
        """What to go by, how far it can be gone by, and whether confidence would do.

        Example:
            >>> right = np.arange(200) % 4 > 0
            >>> score = {"confidence": right + np.linspace(0, 2, 200), "margin": np.linspace(0, 1, 200)}
            >>> print(advise(score, right, score, right).sentence())
            Confidence tells best which answers are right: AUROC 0.88 (0.82 to 0.93) on 200 test nodes.
        """
        found = self.worth[self.best]
        name = self.best.replace("_", " ").capitalize()
        if found.trust.auroc is None or found.low is None or found.high is None:
            return f"{name} was best on validation nodes; on {where} it cannot be judged, as all answers are alike."
        verb = "tell" if self.best in PLURAL else "tells"
        text = (
            f"{name} {verb} best which answers are right: AUROC {found.trust.auroc:.2f} ({found.low:.2f} to "
            f"{found.high:.2f}) on {found.trust.nodes:,} {where}."
        )
        if self.gain is None:
            return text
        low, high = self.gain
        if low > 0:
            return f"{text} That is better than confidence, by {low:.3f} to {high:.3f}."
        if high < 0:
            return f"{text} It was so on validation nodes; here confidence is better, by {-high:.3f} to {-low:.3f}."
        apart = f"{low:+.3f} to {high:+.3f}".replace("-", "−")
        return f"{text} Confidence does as well, as far as can be told ({apart}); it is simpler."


def advise(
    valid: Mapping[str, np.ndarray],
    valid_right: ArrayLike,
    scores: Mapping[str, np.ndarray],
    right: ArrayLike,
    seed: int = 0,
) -> Advice:
    """Choose a score on validation rows, and judge all of them on others.

    Args:
        valid: scores (validation rows,) by name, from `answer_scores`.
        valid_right: bool (validation rows,), whether each answer is right.
        scores: those of the rows that are judged; a score that is missing in either is left out.
        right: whether those answers are right.
        seed: of the bootstrap.

    Raises:
        DataError: if there is no score, or not one for each row.
    """
    names = [name for name in scores if name in valid]
    chosen_by, judged_by = np.asarray(valid_right, bool), np.asarray(right, bool)
    for given, truth in ((valid, chosen_by), (scores, judged_by)):
        if not names or any(np.shape(given[name]) != truth.shape for name in names):
            raise DataError(f"advice: expected scores for each of {truth.size} rows, got {names or 'none'}")
    on_valid = {name: auroc(torch.from_numpy(valid[name]), torch.from_numpy(chosen_by)) for name in names}
    best = max(names, key=lambda name: (on_valid[name] or 0.0, name == "confidence"))
    right_ones = torch.from_numpy(judged_by)
    draws = bootstrap_aurocs({name: scores[name] for name in names}, judged_by, seed)
    worth = {name: Worth(trust(torch.from_numpy(scores[name]), right_ones), *_interval(draws[name])) for name in names}
    gain = None
    if best != "confidence" and "confidence" in draws and draws[best].size:
        low, high = _interval(draws[best] - draws["confidence"])
        gain = None if low is None or high is None else (low, high)
    return Advice(best, on_valid, worth, gain)


def _interval(values: np.ndarray) -> tuple[float | None, float | None]:
    if not values.size:
        return None, None
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)
