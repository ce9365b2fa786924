import pytest
import torch

from gnn2mlp.distill.process_group import ALONE, process_group


def test_alone_nothing_is_exchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with process_group(torch.device("cpu")) as (here, device):
        assert (here, device) == (ALONE, torch.device("cpu"))
        assert not torch.distributed.is_initialized()
        here.barrier()
    weight = torch.nn.Parameter(torch.ones(2))
    loss = torch.tensor(3.0)
    assert ALONE.sum_gradients(loss, [weight]) is loss
    assert weight.grad is None
    assert ALONE.sum(loss) is loss
