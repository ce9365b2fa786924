import pytest
import torch

from gnn2mlp.nn import devices
from gnn2mlp.nn.csr import CSR
from tests.cuda import needs_cuda
from tests.host_syncs import host_syncs


def test_where_it_is_already_nothing_is_copied() -> None:
    rows = torch.arange(3)
    assert devices.to_device(rows, "cpu") is rows
    assert devices.to_device(rows, torch.device("cpu")) is rows


def test_other_devices_are_not_the_cpu() -> None:
    assert devices.on_cpu(torch.zeros(1))
    assert not devices.on_cpu(torch.zeros(1, device="meta"))
    assert devices.to_device(torch.zeros(2), "meta").device.type == "meta"


def test_autocast_is_noticed_where_it_is_on() -> None:
    assert not devices.lowers(torch.zeros(1))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert devices.lowers(torch.zeros(1))
        with torch.autocast("cpu", enabled=False):
            assert not devices.lowers(torch.zeros(1))


@needs_cuda
@pytest.mark.parametrize("size", [3, devices.PINNED_BELOW // 8 + 1])
def test_arrays_reach_the_gpu_whole(size: int) -> None:
    array = torch.arange(size)
    assert torch.equal(devices.to_device(array, "cuda").cpu(), array)


@pytest.mark.parametrize(
    ("read", "name"),
    [
        (lambda x: x.sum().item(), "_local_scalar_dense"),
        (lambda x: bool(x.any()), "_local_scalar_dense"),
        (lambda x: int(x[0]), "_local_scalar_dense"),
        (lambda x: x.tolist(), "tolist"),
        (lambda x: x[x > 0], "index"),
        (lambda x: x.unique(), "_unique2"),
        (lambda x: x.nonzero(), "nonzero"),
        (lambda x: torch.repeat_interleave(x, x.long()), "repeat_interleave"),
        (lambda x: torch.bincount(x.long()), "bincount"),
    ],
)
def test_reads_of_the_host_are_recorded(read, name: str) -> None:
    with host_syncs() as found:
        read(torch.ones(3))
    assert name in found


def test_what_reads_nothing_is_not_recorded() -> None:
    x, ids = torch.ones(3, 2, requires_grad=True), torch.tensor([0, 2])
    matrix = CSR.from_dense(torch.eye(3))
    with host_syncs() as found:
        (matrix @ x)[ids].relu().sum().backward()
        torch.repeat_interleave(ids, torch.tensor([1, 2]), output_size=3)
    assert found == []


def test_a_constant_is_made_once_and_is_of_use_in_training_where_inference_made_it() -> None:
    like = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    with torch.inference_mode():
        made = devices.constant([0.25, 0.75], like)
    assert devices.constant([0.25, 0.75], like) is made
    assert devices.constant([0.25, 0.75], like.float()).dtype == torch.float32
    (like * made).sum().backward()
    assert like.grad is not None
    assert like.grad.tolist() == [0.25, 0.75]
