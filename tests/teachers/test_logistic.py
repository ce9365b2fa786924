"""LogisticHops: the minimum that scikit-learn finds, and the path of penalties."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.data import Observed
from gnn2mlp.teachers._logistic import PENALTIES, LogisticHops
from tests.tiny import tiny_views


def observed(valid: bool = True, **data: object) -> Observed:
    found = tiny_views(**data).observed  # type: ignore[arg-type]
    return found if valid else replace(found, valid=found.valid[:0])


def rows(view: Observed) -> np.ndarray:
    """Means over neighbours and oneself, twice, by hand."""
    linked = torch.eye(view.graph.num_nodes)
    linked[view.graph.edge_index[0], view.graph.edge_index[1]] = 1  # type: ignore[attr-defined]
    linked[view.graph.edge_index[1], view.graph.edge_index[0]] = 1  # type: ignore[attr-defined]
    mean = linked / linked.sum(1, keepdim=True)
    return (mean @ mean @ view.graph.features).double().numpy()


@pytest.mark.parametrize("epochs", [3, len(PENALTIES)])
def test_finds_the_minimum(epochs: int) -> None:
    view = observed(valid=False)
    teacher = LogisticHops(hops=2, epochs=epochs)
    teacher.fit(view)
    train, penalty = view.train.numpy(), PENALTIES[epochs - 1]
    other = LogisticRegression(C=1 / (penalty * len(train)), tol=1e-8, max_iter=2000)
    other.fit(rows(view)[train], view.graph.labels.numpy()[train])
    ours = teacher.predict(view.graph).softmax(1).numpy()
    np.testing.assert_allclose(ours, other.predict_proba(rows(view)), atol=1e-3)
    assert teacher.history_.best_epoch == epochs  # without validation nodes the last is kept


def test_weaker_penalties_fit_closer_and_validation_chooses() -> None:
    history = LogisticHops().fit(observed())
    assert history.loss == sorted(history.loss, reverse=True)
    assert len(history.valid) == history.epochs == len(PENALTIES)
    assert 1 <= history.best_epoch <= len(PENALTIES)


def test_weights_count_as_repetitions() -> None:
    view = observed(valid=False)

    def weighing(weight: Tensor) -> Observed:
        return replace(view, graph=replace(view.graph, sample_weight=weight))

    heavy = torch.ones(60)
    heavy[view.train[:3]] = 0
    less = replace(view, train=view.train[3:])
    plain, same, without, weighted = (LogisticHops(epochs=4) for _ in range(4))
    for teacher, seen in [
        (plain, view),
        (same, weighing(torch.ones(60))),
        (without, less),
        (weighted, weighing(heavy)),
    ]:
        teacher.fit(seen)
    torch.testing.assert_close(plain.predict(view.graph), same.predict(view.graph))
    torch.testing.assert_close(without.predict(view.graph), weighted.predict(view.graph), rtol=1e-3, atol=1e-3)


def test_listeners_hear_of_each_penalty() -> None:
    heard: list[object] = []

    class Listener:
        def on_fit_start(self, stage: str, epochs: int) -> None:
            heard.append((stage, epochs))

        def on_epoch_end(self, end: object) -> None:
            heard.append(end)

        def on_fit_end(self, stage: str, history: object) -> None:
            heard.append(stage)

    LogisticHops(epochs=2).fit(observed(), listeners=[Listener()])
    assert len(heard) == 4
    with pytest.raises(ConfigError, match=r"teacher\.epochs: expected at least 1"):
        LogisticHops(epochs=0)
