"""The forward pass of BERT (Devlin et al., NAACL 2019), by the names that its weights have in published files."""

from collections.abc import Mapping

import torch.nn.functional as F
from torch import Tensor

Weights = Mapping[str, Tensor]


def bert(weights: Weights, ids: Tensor, mask: Tensor, heads: int, eps: float = 1e-12) -> Tensor:
    """Hidden states (texts, tokens, width) of the last layer, without dropout.

    Each layer is h = norm(h + attention(h)), then h = norm(h + W2 gelu(W1 h)). All tokens are of the first segment.

    Args:
        weights: `embeddings.word_embeddings.weight`, `encoder.layer.0.attention.self.query.weight` and so on.
        ids: int64 (texts, tokens).
        mask: bool (texts, tokens): whether a token is there.
        heads: of attention.
        eps: of the layer norms.
    """
    h = _embedded(weights, ids, eps)
    attended = None if bool(mask.all()) else mask[:, None, None, :]
    layer = 0
    while (at := f"encoder.layer.{layer}") + ".output.dense.weight" in weights:
        h = _norm(weights, f"{at}.attention.output.LayerNorm", h + _attention(weights, at, h, attended, heads), eps)
        inner = F.gelu(_linear(weights, f"{at}.intermediate.dense", h))
        h = _norm(weights, f"{at}.output.LayerNorm", h + _linear(weights, f"{at}.output.dense", inner), eps)
        layer += 1
    return h


def _embedded(weights: Weights, ids: Tensor, eps: float) -> Tensor:
    words = F.embedding(ids, weights["embeddings.word_embeddings.weight"])
    places = weights["embeddings.position_embeddings.weight"][: ids.size(1)]
    segment = weights["embeddings.token_type_embeddings.weight"][0]
    return _norm(weights, "embeddings.LayerNorm", words + places + segment, eps)


def _attention(weights: Weights, at: str, h: Tensor, mask: Tensor | None, heads: int) -> Tensor:
    texts, tokens, width = h.shape
    query, key, value = (
        _linear(weights, f"{at}.attention.self.{part}", h).view(texts, tokens, heads, -1).transpose(1, 2)
        for part in ("query", "key", "value")
    )
    mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
    return _linear(weights, f"{at}.attention.output.dense", mixed.transpose(1, 2).reshape(texts, tokens, width))


def _linear(weights: Weights, at: str, h: Tensor) -> Tensor:
    return F.linear(h, weights[f"{at}.weight"], weights[f"{at}.bias"])


def _norm(weights: Weights, at: str, h: Tensor, eps: float) -> Tensor:
    return F.layer_norm(h, h.shape[-1:], weights[f"{at}.weight"], weights[f"{at}.bias"], eps)
