import json

import pytest

from gnn2mlp.nn.training import History


def test_history_is_plain() -> None:
    history = History([1.0, 0.5], [0.2, 0.4], best_epoch=1, seconds=0.1)
    assert json.loads(json.dumps(history.to_dict())) == {
        "loss": [1.0, 0.5],
        "valid": [0.2, 0.4],
        "best_epoch": 1,
        "seconds": 0.1,
        "logged": {},
        "epochs": 0,
    }
    assert History().loss is not History().loss


@pytest.mark.parametrize(
    ("best_epoch", "epochs", "early"),
    [(1, 10, True), (20, 200, True), (21, 200, False), (8, 58, False), (0, 200, False), (3, 0, False)],
)
def test_an_epoch_kept_in_the_first_tenth_is_told(best_epoch: int, epochs: int, early: bool) -> None:
    note = History(best_epoch=best_epoch, epochs=epochs).note()
    assert ("first tenth of training" in note) == early
    assert (f"epoch {best_epoch} of at most {epochs} was kept" in note) == early
