import json

import torch
from torch import nn

from gnn2mlp.nn.training import EarlyStopping, History


def _scores(module: nn.Linear, patience: int, scores: list[float]) -> tuple[EarlyStopping, int]:
    """Feed `scores`, setting the bias to the number of the epoch; return the rule and the epochs that ran."""
    stopping = EarlyStopping(module, patience)
    for epoch, score in enumerate(scores):
        nn.init.constant_(module.bias, epoch)
        if stopping.update(epoch, score):
            return stopping, epoch + 1
    return stopping, len(scores)


def test_stops_after_patience_epochs_without_improvement() -> None:
    stopping, ran = _scores(nn.Linear(1, 1), 2, [0.5, 0.6, 0.1, 0.2, 0.9])
    assert ran == 4
    assert (stopping.best_epoch, stopping.best_score) == (1, 0.6)


def test_an_improvement_starts_the_count_again() -> None:
    stopping, ran = _scores(nn.Linear(1, 1), 2, [0.5, 0.1, 0.6, 0.1, 0.7])
    assert (ran, stopping.best_epoch) == (5, 4)


def test_a_tie_goes_to_the_later_epoch() -> None:
    stopping, ran = _scores(nn.Linear(1, 1), 2, [0.5, 0.5, 0.5, 0.5])
    assert (ran, stopping.best_epoch) == (4, 3)


def test_restore_brings_back_the_best_state_and_evaluation() -> None:
    module = nn.Linear(1, 1)
    stopping, _ = _scores(module, 3, [0.1, 0.9, 0.3])
    assert module.bias.item() == 2
    stopping.restore()
    assert module.bias.item() == 1
    assert not module.training


def test_the_kept_state_is_a_copy_on_the_device() -> None:
    module = nn.Linear(2, 2)
    before = module.weight.detach().clone()
    stopping = EarlyStopping(module, 1)
    stopping.update(0, 0.5)
    with torch.no_grad():
        module.weight.add_(1)
    stopping.restore()
    assert torch.equal(module.weight, before)


def test_restore_before_any_update_changes_nothing() -> None:
    module = nn.Linear(1, 1)
    before = module.bias.item()
    EarlyStopping(module, 1).restore()
    assert module.bias.item() == before


def test_history_is_plain() -> None:
    history = History([1.0, 0.5], [0.2, 0.4], best_epoch=1, seconds=0.1)
    assert json.loads(json.dumps(history.to_dict())) == {
        "loss": [1.0, 0.5],
        "valid": [0.2, 0.4],
        "best_epoch": 1,
        "seconds": 0.1,
        "logged": {},
    }
    assert History().loss is not History().loss
