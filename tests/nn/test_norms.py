"""Running statistics stay as they are while a network is tried out."""

import pytest
import torch

from gnn2mlp.distill.sync_batch_norm import SyncBatchNorm
from gnn2mlp.nn.mlp import MLP
from gnn2mlp.nn.norms import least_rows, steps_for, without_statistics


def test_training_goes_on_from_the_same_statistics() -> None:
    module, rows = MLP(4, 8, 3, norm="batch"), torch.randn(10, 4)
    before = {name: value.clone() for name, value in module.state_dict().items()}
    with without_statistics(module):
        tried = module(rows).logits
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    torch.testing.assert_close(module(rows).logits, tried)  # by the statistics of the batch, both times
    assert not torch.equal(module.norms[0].running_mean, before["norms.0.running_mean"])


def test_evaluation_is_by_running_statistics() -> None:
    module, rows = MLP(4, 8, 3, norm="batch").eval(), torch.randn(10, 4)
    with without_statistics(module):
        torch.testing.assert_close(module(rows[:1]).logits, module(rows).logits[:1])


def test_they_are_kept_again_after_an_error() -> None:
    module = MLP(4, 8, 3, norm="batch")
    with pytest.raises(ValueError, match="within"), without_statistics(module):
        raise ValueError("within")
    assert module.norms[0].track_running_stats


def test_norms_shared_by_processes_heed_it_too() -> None:
    norm = SyncBatchNorm(2)
    with without_statistics(norm):
        norm._keep(torch.ones(2), torch.ones(2))
    assert torch.equal(norm.running_mean, torch.zeros(2))
    norm._keep(torch.ones(2), torch.ones(2))
    assert bool((norm.running_mean > 0).all())


@pytest.mark.parametrize("least", [1, 2])
def test_no_batch_has_fewer_rows_than_it_needs(least: int) -> None:
    for rows in range(least, 40):
        for batch_size in range(1, 8):
            sizes = [len(part) for part in torch.arange(rows).tensor_split(steps_for(rows, batch_size, least))]
            assert min(sizes) >= least
            if batch_size > 2 and rows > 2:  # then nothing is to be mended
                assert len(sizes) == max(1, round(rows / batch_size))


def test_networks_shared_by_processes_need_two_rows_as_well() -> None:
    assert least_rows(torch.nn.Sequential(SyncBatchNorm(2))) == 2
