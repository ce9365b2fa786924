from typing import Any

import pytest
import torch

from gnn2mlp.core.spec import Spec
from gnn2mlp.decoders import DECODERS
from gnn2mlp.deploy.link_decoders import fixed
from gnn2mlp.nn.link_mixture import GatedDecoder


@pytest.mark.parametrize("decoder", ["dot", {"name": "hadamard", "hidden": 5}])
def test_with_one_end_fixed_it_is_the_same_function(decoder: Any) -> None:
    torch.manual_seed(0)
    decode = Spec.parse(decoder).build(DECODERS).build(4).eval()
    z, others = torch.randn(4), torch.randn(7, 4)
    with torch.no_grad():
        torch.testing.assert_close(fixed(decode, z)(others), decode(z.expand(7, 4), others))


def test_a_gate_is_fixed_with_its_parts() -> None:
    torch.manual_seed(0)
    parts = [Spec(name).build(DECODERS).build(4) for name in ("hadamard", "dot")]
    decode = GatedDecoder(parts, width=4, hidden=3).eval()
    torch.nn.init.normal_(decode.head.weight)
    z, others = torch.randn(8), torch.randn(7, 8)
    with torch.no_grad():
        torch.testing.assert_close(fixed(decode, z)(others), decode(z.expand(7, 8), others))


def test_any_other_decoder_is_asked_as_it_is() -> None:
    z, others = torch.randn(4), torch.randn(7, 4)
    found = fixed(lambda u, v: (u - v).sum(-1), z)(others)  # type: ignore[arg-type]
    torch.testing.assert_close(found, (z - others).sum(-1))
