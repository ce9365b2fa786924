"""Statistics of a shared batch; with one process in the group they are those of torch. Two: see test_processes.py."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gnn2mlp.distill.sync_batch_norm import SyncBatchNorm, convert_batch_norms
from gnn2mlp.nn.mlp import MLP


@pytest.fixture
def _group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not torch.distributed.is_available():
        pytest.skip("needs torch.distributed")
    monkeypatch.setenv("GLOO_SOCKET_IFNAME", "lo")
    torch.distributed.init_process_group("gloo", init_method=f"file://{tmp_path}/store", rank=0, world_size=1)
    yield
    torch.distributed.destroy_process_group()


def pair() -> tuple[nn.BatchNorm1d, SyncBatchNorm]:
    theirs, ours = nn.BatchNorm1d(3), SyncBatchNorm(3)
    for norm in (theirs, ours):
        with torch.no_grad():
            norm.weight.copy_(torch.tensor([1.0, 2.0, -1.0]))
    return theirs, ours


@pytest.mark.usefixtures("_group")
def test_alone_it_is_batch_norm() -> None:
    theirs, ours = pair()
    x = torch.randn(7, 3, generator=torch.Generator().manual_seed(0)) * 3 + 100
    gradients: list[Tensor] = []
    for norm in (theirs, ours):
        copy = x.clone().requires_grad_()
        norm(copy).pow(3).sum().backward()
        assert copy.grad is not None
        gradients.append(copy.grad)
    torch.testing.assert_close(gradients[1], gradients[0], rtol=1e-4, atol=1e-4)
    for name, value in theirs.state_dict().items():
        torch.testing.assert_close(ours.state_dict()[name], value, msg=name)
    torch.testing.assert_close(ours.eval()(x), theirs.eval()(x))


@pytest.mark.parametrize(
    "options", [{"affine": False}, {"momentum": None}, {"track_running_stats": False}, {"eps": 0.1, "momentum": 0.5}]
)
@pytest.mark.usefixtures("_group")
def test_a_norm_of_any_kind_is_converted(options: dict[str, Any]) -> None:
    theirs, ours = nn.Sequential(nn.BatchNorm1d(3, **options)), nn.Sequential(nn.BatchNorm1d(3, **options))
    convert_batch_norms(ours)
    assert isinstance(ours[0], SyncBatchNorm)
    random = torch.Generator().manual_seed(0)
    for rows in (7, 30, 5):
        x = torch.randn(rows, 3, generator=random) * 3 + 1
        torch.testing.assert_close(ours(x), theirs(x))
    assert ours.state_dict().keys() == theirs.state_dict().keys()
    torch.testing.assert_close(dict(ours.state_dict()), dict(theirs.state_dict()))
    torch.testing.assert_close(ours.eval()(x), theirs.eval()(x))


@pytest.mark.usefixtures("_group")
def test_rows_are_counted_in_single_precision_where_activations_are_halved() -> None:
    """In bfloat16 300 rows are 300, but 301 are 300 too; and buffers of single precision take no other."""
    theirs, ours = pair()
    x = (torch.randn(301, 3, generator=torch.Generator().manual_seed(0)) + 4).bfloat16()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        answers = [norm(x) for norm in (theirs, ours)]
    assert answers[1].dtype == torch.bfloat16
    torch.testing.assert_close(answers[1], answers[0].bfloat16(), rtol=2e-2, atol=2e-2)
    torch.testing.assert_close(ours.running_mean, theirs.running_mean, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(ours.running_var, theirs.running_var, rtol=1e-3, atol=1e-3)


def test_every_norm_is_replaced_with_its_state() -> None:
    module = MLP(4, 5, 2, layers=3, norm="batch")
    before = {name: value.clone() for name, value in module.state_dict().items()}
    convert_batch_norms(module)
    assert sum(isinstance(part, SyncBatchNorm) for part in module.modules()) == 2
    assert list(module.state_dict()) == list(before)
    assert all(torch.equal(module.state_dict()[name], value) for name, value in before.items())
