"""Which nodes a student should leave to its teacher: by its confidence, and by the own margin where that helps.

A router says how likely the student is to answer as its teacher does. Nothing here reads a label. Imports no torch.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.seeds import derive
from gnn2mlp.core.showing import short_repr
from gnn2mlp.evaluate.auroc_bootstrap import bootstrap_aurocs
from gnn2mlp.evaluate.intervals import share_interval

# Parts that are fitted without, to judge on them what others were fitted to.
_FOLDS = 5


@dataclass(frozen=True)
class Router:
    """How likely a student is to answer as its teacher, by a logistic function.

    Args:
        plain: offset, and weight of the log odds of the confidence.
        joint: offset, weight of the log odds of the confidence, and weight of the own margin; `None` where the own
            margin is not read.

    Example:
        >>> router = Router(plain=(0.0, 1.0), joint=(0.0, 1.0, 2.0))
        >>> router([0.5, 0.5, 0.9], [1.0, np.nan, np.nan]).round(2).tolist()  # nan: a node that is not known
        [0.88, 0.5, 0.9]
    """

    plain: tuple[float, float]
    joint: tuple[float, float, float] | None

    def __call__(self, confidence: Any, own_margin: Any = None) -> np.ndarray:
        """Float64 (rows,), in 0..1, higher where the student may be left to answer.

        Args:
            confidence: (rows,), the student's greatest probability.
            own_margin: (rows,), NaN where it is not known, and the confidence alone has to do.
        """
        odds = log_odds(np.asarray(confidence, np.float64))
        found = _logistic(self.plain[0] + self.plain[1] * odds)
        if self.joint is None or own_margin is None:
            return found
        margin = np.asarray(own_margin, np.float64)
        read = _logistic(self.joint[0] + self.joint[1] * odds + self.joint[2] * np.nan_to_num(margin))
        return np.where(np.isnan(margin), found, read)


class Routing(NamedTuple):
    """A router, and what it was chosen by.

    Args:
        router: that reads the own margin if `helps`.
        helps: whether both are better than the confidence alone, beyond chance.
        nodes: how many decided that.
        agreement: share of them where student and teacher agree.
        auroc: by score, `confidence`, `own_margin` and `both` (fitted to other nodes): probability that a node where
            they agree scores above one where they do not; empty where all or none agree.
        gain: 95 % bootstrap interval of the AUROC of both less that of the confidence; `None` where all or none agree.
    """

    router: Router
    helps: bool
    nodes: int
    agreement: float
    auroc: dict[str, float]
    gain: tuple[float, float] | None

    def __repr__(self) -> str:
        return short_repr(self)

    def sentence(self, where: str = "validation nodes") -> str:
        """What was decided, and on how much.

        Example:
            >>> print(Routing(Router((0, 1), None), False, 210, 0.9, {}, (-0.01, 0.1)).sentence())
            The router goes by the confidence alone: on 210 validation nodes no gain by the own margin was found \
beyond chance (AUROC −0.010 to +0.100).
        """
        if self.gain is None:
            return f"The router goes by the confidence alone: {self.nodes:,} {where} are too few or too alike to tell."
        apart = "{:+.3f} to {:+.3f}".format(*self.gain).replace("-", "−")
        if self.helps:
            return (
                f"The router reads the own margin beside the confidence: on {self.nodes:,} {where} both tell better "
                f"where the student answers as its teacher (AUROC {apart})."
            )
        return (
            f"The router goes by the confidence alone: on {self.nodes:,} {where} no gain by the own margin was found "
            f"beyond chance (AUROC {apart})."
        )


def fit_router(
    confidence: Float[np.ndarray, " nodes"],
    own_margin: Float[np.ndarray, " nodes"],
    alike: Bool[np.ndarray, " nodes"],
    seed: int = 0,
) -> Routing:
    """Fit a router to nodes on which nothing else was decided, such as validation nodes.

    The own margin is read if that helps: if the AUROC of both, fitted to four fifths of the nodes and judged on the
    fifth that is left out, is above that of the confidence alone in 97.5 % of bootstrap draws.

    Args:
        confidence: the student's greatest probability.
        own_margin: see `gnn2mlp.explainers.own_margins`.
        alike: whether the student answers as its teacher.
        seed: of folds and draws.

    Raises:
        DataError: for no node.
    """
    if not alike.size:
        raise DataError("router: expected nodes to fit to, got none")
    rarer = int(min(alike.sum(), (~alike).sum()))
    agreement = float(alike.mean())
    odds = log_odds(np.asarray(confidence, np.float64))
    if rarer < _FOLDS:
        return Routing(Router((0.0, 1.0), None), False, alike.size, agreement, {}, None)
    both = np.stack([odds, own_margin], axis=1)
    scores = {"confidence": confidence, "own_margin": own_margin, "both": _left_out(both, alike, seed)}
    draws = bootstrap_aurocs({name: np.asarray(score, np.float64) for name, score in scores.items()}, alike, seed)
    low, high = np.quantile(draws["both"] - draws["confidence"], [0.025, 0.975]).tolist()
    plain, joint = _logit(odds[:, None], alike), _logit(both, alike)
    auroc = {name: _auroc(score, alike) for name, score in scores.items()}
    # A regression that trusts the unsure has learnt noise: their order is kept as it is.
    alone = (plain[0], plain[1]) if plain[1] > 0 else (0.0, 1.0)
    router = Router(alone, (joint[0], joint[1], joint[2]) if low > 0 else None)
    return Routing(router, low > 0, alike.size, agreement, auroc, (low, high))


def quarters(score: Float[np.ndarray, " nodes"], alike: Bool[np.ndarray, " nodes"]) -> list[dict[str, float]]:
    """How often the student agrees in each quarter of the nodes by a score, least first.

    Returns:
        For each `nodes`, `share`, and the ends `low` and `high` of its 95 % interval (Wilson's).

    Example:
        >>> alike = np.array([False, True] + 6 * [True])
        >>> [part["share"] for part in quarters(np.arange(8.0), alike)]
        [0.5, 1.0, 1.0, 1.0]
    """
    parts = [part for part in np.array_split(alike[np.argsort(score, kind="stable")], 4) if part.size]
    found = [(part.size, share_interval(part)) for part in parts]
    return [{"nodes": size, "share": one.value, "low": one.low, "high": one.high} for size, one in found]


def log_odds(confidence: np.ndarray) -> np.ndarray:
    """log(p / (1 - p)), finite also where p is 0 or 1."""
    tiny = 1e-12
    found: np.ndarray = np.log(np.maximum(confidence, tiny) / np.maximum(1 - confidence, tiny))
    return found


def _logistic(values: np.ndarray) -> np.ndarray:
    # Written with the hyperbolic tangent, which does not overflow.
    found: np.ndarray = 0.5 * (1 + np.tanh(0.5 * values))
    return found


def _model() -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression())


def _logit(columns: np.ndarray, alike: np.ndarray) -> list[float]:
    """Offset and weights of a logistic regression, in units of the columns."""
    scaler, model = (part for _, part in _model().fit(columns, alike).steps)
    weights = model.coef_[0] / scaler.scale_
    return [float(model.intercept_[0] - weights @ scaler.mean_), *map(float, weights)]


def _left_out(columns: np.ndarray, alike: np.ndarray, seed: int) -> np.ndarray:
    """What regressions say of nodes that they were not fitted to, log odds (nodes,)."""
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=derive(seed, "folds of a router") % 2**32)
    found: np.ndarray = cross_val_predict(_model(), columns, alike, cv=folds, method="decision_function")
    return found


def _auroc(score: np.ndarray, alike: np.ndarray) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(alike, score))
