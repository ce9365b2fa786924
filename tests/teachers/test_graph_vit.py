import pytest
import torch
from torch.nn import MultiheadAttention

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.teachers import TEACHERS
from gnn2mlp.teachers.graph_vit import ATTENTIONS, Attention, PatchAttention, closeness, diffused, weights_of

OVERLAP = torch.tensor([[[4.0, 1.0, 0.0], [1.0, 3.0, 0.0], [0.0, 0.0, 0.0]]])
FILLED = torch.tensor([[True, True, False]])
TOKENS = torch.randn(1, 3, 8, generator=torch.Generator().manual_seed(0))


def attention(kind: Attention) -> PatchAttention:
    torch.manual_seed(0)
    return PatchAttention(8, heads=2, attention=kind, steps=2, dropout=0.0)


def test_plain_attention_is_that_of_torch() -> None:
    ours = attention("plain")
    theirs = MultiheadAttention(8, 2, batch_first=True)
    theirs.in_proj_weight.data, theirs.in_proj_bias.data = ours.maps.weight.data, ours.maps.bias.data
    theirs.out_proj.load_state_dict(ours.out.state_dict())
    expected, _ = theirs(TOKENS, TOKENS, TOKENS, key_padding_mask=~FILLED)
    torch.testing.assert_close(ours(TOKENS, OVERLAP, FILLED), expected)


def test_weights_by_hand() -> None:
    scores = torch.tensor([0.0, 3.0]).log().clamp(min=0.0).view(1, 1, 1, 2).expand(1, 1, 2, 2)  # 1 to 3
    both, factor = torch.tensor([[True, True]]), torch.tensor([[[1.0, 0.5], [0.0, 1.0]]])
    quarter = torch.tensor([[0.25, 0.75], [0.25, 0.75]])
    assert torch.allclose(weights_of(scores, both, None, True)[0, 0], quarter)
    assert torch.allclose(weights_of(scores, both, factor, False)[0, 0], quarter * factor[0])
    assert torch.allclose(weights_of(scores, both, factor, True)[0, 0], torch.tensor([[0.4, 0.6], [0.0, 1.0]]))


@pytest.mark.parametrize("kind", ATTENTIONS)
def test_nobody_attends_to_an_empty_slot(kind: Attention) -> None:
    tokens = TOKENS.clone().requires_grad_()
    attention(kind)(tokens, OVERLAP, FILLED)[:, :2].square().sum().backward()
    assert tokens.grad is not None
    assert tokens.grad[0, 2].abs().max() == 0
    assert tokens.grad[0, 0].abs().max() > 0
    assert tokens.grad.isfinite().all()


def test_patches_without_a_common_node_do_not_attend_to_each_other() -> None:
    apart = torch.diag_embed(torch.tensor([[2.0, 3.0, 1.0]]))
    everyone = torch.ones(1, 3, dtype=torch.bool)
    for kind in ("graph", "kernel"):
        tokens = TOKENS.clone().requires_grad_()
        attention(kind)(tokens, apart, everyone)[0, 0].sum().backward()  # type: ignore[arg-type]
        assert tokens.grad is not None
        assert tokens.grad[0, 1:].abs().max() == 0


def test_how_close_patches_are() -> None:
    torch.testing.assert_close(closeness(OVERLAP)[0, 0], torch.tensor([1.0, 1 / 12**0.5, 0.0]))
    walk = torch.tensor([[0.8, 0.2], [0.25, 0.75]])
    torch.testing.assert_close(diffused(OVERLAP, 2)[0, :2, :2], walk @ walk)


def test_options_that_cannot_be() -> None:
    with pytest.raises(ConfigError, match=r"teacher\.hidden: expected a multiple of teacher\.heads \(8\), got 12"):
        Spec("graph_vit", hidden=12).build(TEACHERS)
    with pytest.raises(ConfigError, match=r"teacher\.attention: expected .*hadamard.*, got 'sparse'"):
        Spec("graph_vit", attention="sparse").build(TEACHERS)
