import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.pipeline.unlearning.forgetting_table import check_destroyer, forgetting_table, kept_rows, without_labels
from tests.tiny import tiny_views

GONE = torch.tensor([False, True, False])


def test_each_row_has_what_it_is_held_to() -> None:
    own = {"logits": torch.ones(3, 2), "hidden": torch.ones(3, 4)}
    told = {"logits": torch.zeros(1, 2), "hidden": torch.full((1, 4), 2.0)}
    table = forgetting_table(torch.tensor([3, 5, 8]), own, told, GONE)
    assert table["logits"][:, 0].tolist() == [1, 0, 1]
    assert table["hidden"][:, 0].tolist() == [1, 2, 1]
    assert torch.equal(table["forgotten"], GONE)
    assert own["logits"].min() == 1  # what was given stays


@pytest.mark.parametrize("gone", [torch.zeros(3, dtype=torch.bool), torch.ones(3, dtype=torch.bool)])
def test_something_is_forgotten_and_something_is_kept(gone: torch.Tensor) -> None:
    with pytest.raises(DataError, match="expected some rows to forget and some to keep"):
        forgetting_table(torch.arange(3), {"logits": torch.ones(3, 2)}, {"logits": torch.ones(3, 2)[gone]}, gone)


def test_destroyers_are_checked() -> None:
    check_destroyer("random", feature=1)
    check_destroyer("uniform", feature=0)
    with pytest.raises(ConfigError, match="expected one of random, ignorant, uniform, got 'ignorent'; did you mean"):
        check_destroyer("ignorent", 0)
    with pytest.raises(ConfigError, match="'uniform' is no network"):
        check_destroyer("uniform", 1)


def test_rows_to_be_forgotten_lose_label_and_role() -> None:
    observed = tiny_views().observed
    forgotten = torch.zeros(observed.graph.num_nodes, dtype=torch.bool)
    forgotten[[int(observed.train[0]), int(observed.valid[0])]] = True
    blanked = without_labels(observed, forgotten)
    assert set(blanked.train.tolist()) == set(observed.train.tolist()) - {int(observed.train[0])}
    assert set(blanked.valid.tolist()) == set(observed.valid.tolist()) - {int(observed.valid[0])}
    assert (blanked.graph.labels[forgotten] == -1).all()
    assert torch.equal(blanked.graph.labels[~forgotten], observed.graph.labels[~forgotten])
    assert (observed.graph.labels[forgotten] >= 0).all()


def test_what_is_kept_is_numbered_anew() -> None:
    observed = tiny_views().observed
    kept = torch.ones(observed.graph.num_nodes, dtype=torch.bool)
    kept[observed.train[0]] = False
    left = kept_rows(without_labels(observed, ~kept), kept)
    assert left.graph.num_nodes == observed.graph.num_nodes - 1
    assert torch.equal(left.node_ids[left.train], observed.node_ids[observed.train[1:]])
    assert torch.equal(left.graph.labels[left.train], observed.graph.labels[observed.train[1:]])
