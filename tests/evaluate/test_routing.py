import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate.routing import Router, fit_router, log_odds, quarters


def _nodes(of_margin: float, count: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Confidence, own margin, and whether student and teacher agree, which rests on both."""
    random = np.random.default_rng(0)
    odds, margin = random.normal(1, 1, count), random.normal(0, 1, count)
    alike = random.random(count) < 1 / (1 + np.exp(-(1 + odds + of_margin * margin)))
    return 1 / (1 + np.exp(-odds)), margin, alike


def test_the_own_margin_is_read_where_it_helps() -> None:
    confidence, margin, alike = _nodes(of_margin=2.0)
    found = fit_router(confidence, margin, alike)
    assert found.helps
    assert found.gain is not None
    assert found.gain[0] > 0
    assert found.auroc["both"] > found.auroc["confidence"] + 0.05
    assert found.router.joint is not None
    assert found.router.joint[2] == pytest.approx(2.0, abs=0.8)
    assert "reads the own margin beside the confidence: on 400 validation nodes" in found.sentence()


def test_it_is_left_out_where_it_does_not() -> None:
    confidence, margin, alike = _nodes(of_margin=0.0)
    found = fit_router(confidence, margin, alike)
    assert not found.helps
    assert found.router.joint is None
    # Confidence alone, in its own order.
    score = found.router(confidence, margin)
    assert (np.argsort(score, kind="stable") == np.argsort(confidence, kind="stable")).all()
    assert "by the confidence alone" in found.sentence()


def test_nodes_that_are_not_known_go_by_their_confidence() -> None:
    router = Router((0.5, 2.0), (0.0, 1.0, 3.0))
    both = router([0.7, 0.7], [0.2, np.nan])
    assert both[0] == pytest.approx(1 / (1 + np.exp(-(log_odds(np.array([0.7]))[0] + 0.6))))
    assert both[1] == router([0.7])[0]
    assert router([0.0, 1.0]).tolist() == pytest.approx([0.0, 1.0], abs=1e-6)


def test_where_nearly_all_agree_nothing_is_decided() -> None:
    alike = np.arange(100) > 2
    found = fit_router(np.linspace(0.3, 0.9, 100), np.zeros(100), alike)
    assert (found.helps, found.gain, found.auroc) == (False, None, {})
    assert "too few or too alike" in found.sentence()
    with pytest.raises(DataError, match="got none"):
        fit_router(np.zeros(0), np.zeros(0), np.zeros(0, dtype=bool))


def test_quarters_hold_all_nodes_once() -> None:
    found = quarters(np.arange(10.0)[::-1].copy(), np.arange(10) < 5)
    assert [part["nodes"] for part in found] == [3, 3, 2, 2]
    assert [part["share"] for part in found] == [0.0, pytest.approx(1 / 3), 1.0, 1.0]
    assert all(part["low"] <= part["share"] <= part["high"] for part in found)
