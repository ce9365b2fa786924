import pytest
import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError, UnknownNameError
from gnn2mlp.core.spec import Spec
from gnn2mlp.decoders import DECODERS, Decoder, Dot, Hadamard


class Distance(Decoder):
    def build(self, width: int) -> nn.Module:
        return Apart()


class Apart(nn.Module):
    def forward(self, u: Tensor, v: Tensor) -> Tensor:
        return -(u - v).norm(dim=-1)


def test_the_package_offers_its_decoders() -> None:
    assert DECODERS.names() == ["dot", "hadamard"]
    assert (DECODERS.get("dot"), DECODERS.get("hadamard")) == (Dot, Hadamard)


def test_one_of_a_users_own_is_named_by_its_import_path() -> None:
    spec = Distance().spec()
    assert spec.name == f"{__name__}:Distance"
    assert torch.equal(spec.build(DECODERS).build(1)(torch.ones(1, 1), torch.zeros(1, 1)), torch.tensor([-1.0]))


def test_a_wrong_name_or_option_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="unknown decoder 'hadamar'; did you mean 'hadamard'"):
        Spec("hadamar").build(DECODERS)
    with pytest.raises(ConfigError, match="decoder 'hadamard' has no option 'hiden'; did you mean 'hidden'"):
        Spec("hadamard", hiden=3).build(DECODERS)
