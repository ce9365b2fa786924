import torch
from torch import Tensor, nn

from gnn2mlp.texts._bert import bert
from tests.texts.models import random_weights

IDS = torch.tensor([[2, 7, 9, 3, 0], [2, 5, 3, 0, 0]])
MASK = torch.tensor([[True, True, True, True, False], [True, True, True, False, False]])


def of_torch(weights: dict[str, Tensor], ids: Tensor, mask: Tensor, heads: int) -> Tensor:
    """The same by torch's own encoder, whose layers are BERT's where norms come after sums."""
    width = weights["embeddings.LayerNorm.weight"].numel()
    layer = nn.TransformerEncoderLayer(width, heads, 4 * width, 0.0, "gelu", 1e-12, batch_first=True)
    model = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False).eval()
    state = {}
    for number in range(2):
        at, to = f"encoder.layer.{number}", f"layers.{number}"
        for part in ("weight", "bias"):
            own = [weights[f"{at}.attention.self.{name}.{part}"] for name in ("query", "key", "value")]
            state[f"{to}.self_attn.in_proj_{part}"] = torch.cat(own)
            state[f"{to}.self_attn.out_proj.{part}"] = weights[f"{at}.attention.output.dense.{part}"]
            state[f"{to}.linear1.{part}"] = weights[f"{at}.intermediate.dense.{part}"]
            state[f"{to}.linear2.{part}"] = weights[f"{at}.output.dense.{part}"]
            state[f"{to}.norm1.{part}"] = weights[f"{at}.attention.output.LayerNorm.{part}"]
            state[f"{to}.norm2.{part}"] = weights[f"{at}.output.LayerNorm.{part}"]
    model.load_state_dict(state)
    embedded = weights["embeddings.word_embeddings.weight"][ids]
    embedded = embedded + weights["embeddings.position_embeddings.weight"][: ids.size(1)]
    embedded = embedded + weights["embeddings.token_type_embeddings.weight"][0]
    norm = (weights["embeddings.LayerNorm.weight"], weights["embeddings.LayerNorm.bias"], 1e-12)
    with torch.no_grad():
        made: Tensor = model(nn.functional.layer_norm(embedded, (width,), *norm), src_key_padding_mask=~mask)
    return made


def test_it_is_what_torch_computes() -> None:
    weights = random_weights()
    for mask in (MASK, torch.ones_like(MASK)):
        ours = bert(weights, IDS, mask, heads=2)
        torch.testing.assert_close(ours[mask], of_torch(weights, IDS, mask, 2)[mask], atol=1e-5, rtol=1e-5)


def test_what_is_padded_changes_nothing() -> None:
    weights = random_weights()
    alone = bert(weights, IDS[1:, :3], MASK[1:, :3], heads=4)
    torch.testing.assert_close(alone, bert(weights, IDS, MASK, heads=4)[1:, :3], atol=1e-5, rtol=1e-5)


def test_gradients_reach_every_weight() -> None:
    weights = {name: value.double().requires_grad_() for name, value in random_weights(layers=1).items()}
    bert(weights, IDS, MASK, heads=2)[MASK].pow(3).sum().backward()
    assert all(value.grad is not None and bool(value.grad.isfinite().all()) for value in weights.values())
