import json

from gnn2mlp.nn.training import History


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
