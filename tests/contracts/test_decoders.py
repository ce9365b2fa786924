"""What every registered decoder promises."""

import pytest
import torch

from gnn2mlp.core.spec import Spec
from gnn2mlp.decoders import DECODERS, Decoder
from tests.cuda import on_each_device

PAIRS, WIDTH = 7, 5


@pytest.fixture(params=DECODERS.names())
def decoder(request: pytest.FixtureRequest) -> Decoder:
    return Spec(request.param).build(DECODERS)


def embeddings(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(seed)
    return torch.randn(PAIRS, WIDTH, generator=random), torch.randn(PAIRS, WIDTH, generator=random)


@on_each_device
def test_a_logit_for_each_pair_whichever_end_comes_first(decoder: Decoder, device: str) -> None:
    module, (u, v) = decoder.build(WIDTH).to(device).eval(), (z.to(device) for z in embeddings())
    logits = module(u, v)
    assert logits.shape == (PAIRS,)
    assert torch.isfinite(logits).all()
    assert torch.equal(logits, module(v, u))


def test_a_pair_is_scored_alike_in_any_company(decoder: Decoder) -> None:
    module, (u, v) = decoder.build(WIDTH).eval(), embeddings()
    torch.testing.assert_close(module(u, v)[2:3], module(u[2:3], v[2:3]))
    assert module(u[:0], v[:0]).shape == (0,)


def test_gradients_reach_both_ends_and_every_weight(decoder: Decoder) -> None:
    module, (u, v) = decoder.build(WIDTH), (z.requires_grad_() for z in embeddings())
    module(u, v).square().sum().backward()
    assert all(tensor.grad.any() for tensor in (u, v, *module.parameters()))


def test_same_seed_same_weights(decoder: Decoder) -> None:
    made = []
    with torch.random.fork_rng(devices=[]):
        for seed in (0, 0):
            torch.manual_seed(seed)
            made.append(decoder.build(WIDTH).eval()(*embeddings()))
    assert torch.equal(*made)


def test_it_describes_itself(decoder: Decoder) -> None:
    assert Spec.parse(decoder.spec().to_dict()).build(DECODERS) == decoder
    assert any(character.isdigit() for character in decoder.citation)
    assert ">>> " in (type(decoder).__doc__ or "")
