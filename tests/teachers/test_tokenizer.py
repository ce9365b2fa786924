"""The network of a tokenizer: where it quantises, drops and decodes."""

import pytest
import torch
from torch import Tensor, nn

from gnn2mlp.data import NeighbourSampler
from gnn2mlp.nn.quantizer import VectorQuantizer
from gnn2mlp.teachers import _tokenizer
from gnn2mlp.teachers._inference import infer
from gnn2mlp.teachers._tokenizer import Tokenizer
from gnn2mlp.teachers.gcn import GCNConv
from tests.helpers import tiny_graph

GRAPH = tiny_graph()
SAMPLER = NeighbourSampler(GRAPH.adjacency)


def network(after: int = 0, dropout: float = 0.0, layers: int = 3) -> Tokenizer:
    torch.manual_seed(0)
    convs = [GCNConv(12, 8), *(GCNConv(8, 8) for _ in range(layers - 2)), GCNConv(8, 3)]
    module = Tokenizer(convs, [8] * (layers - 1), dropout, "none", VectorQuantizer(5, 8), after, 12)
    module.quantizer.initialise(infer(module, SAMPLER, GRAPH.features)["state"], torch.Generator().manual_seed(0))
    return module


def by_hand(module: Tokenizer, after: int) -> dict[str, Tensor]:
    h, block, state = GRAPH.features, SAMPLER.full_block(), None
    for index, conv in enumerate(module.convs[:-1]):
        h = conv(h, block).relu()
        if index == after:
            state = h
            h = module.quantizer.weight[torch.cdist(h, module.quantizer.weight).argmin(1)]
    return {"logits": module.convs[-1](h, block), "hidden": h, "state": state}


def test_layers_above_read_code_vectors() -> None:
    for after in (0, 1):
        module = network(after).eval()
        found, expected = infer(module, SAMPLER, GRAPH.features), by_hand(module, after)
        for key, value in expected.items():
            torch.testing.assert_close(found[key], value, rtol=1e-4, atol=1e-5)
        assert torch.equal(found["code"], module.quantizer.nearest(found["state"]))


def test_tokens_are_the_forward_pass_with_what_was_quantised() -> None:
    module = network().eval()
    blocks = [SAMPLER.full_block()] * 3
    tokens = module.tokens(GRAPH.features, blocks)
    logits, _ = module(GRAPH.features, blocks)
    torch.testing.assert_close(tokens.logits, logits)
    assert torch.equal(tokens.quantized.codes, module.quantizer.nearest(tokens.state))


def test_a_node_has_one_code_in_training_and_evaluation() -> None:
    module, blocks = network(dropout=0.9), [SAMPLER.full_block()] * 3
    codes = [m.tokens(GRAPH.features, blocks).quantized.codes for m in (module.train(), module.eval())]
    assert torch.equal(*codes)
    dropped = module.train()(GRAPH.features, blocks)[0]
    assert not torch.allclose(dropped, module.eval()(GRAPH.features, blocks)[0])  # dropout comes behind


def test_codes_may_follow_their_nodes_in_a_pass_over_all() -> None:
    module = network()
    nodes = infer(module, SAMPLER, GRAPH.features)["code"]
    for parameter in module.convs[0].parameters():
        parameter.data.mul_(3.0)
    module.moving_codes = nodes
    found = infer(module, SAMPLER, GRAPH.features)
    module.moving_codes = None
    for code in nodes.unique():
        torch.testing.assert_close(module.quantizer.weight[code], found["state"][nodes == code].mean(0))
    assert torch.equal(found["code"], module.quantizer.nearest(found["state"]))


def test_gradient_reaches_the_layers_below_the_codebook_and_not_the_codebook() -> None:
    module = network()
    module.tokens(GRAPH.features, [SAMPLER.full_block()] * 3).logits.square().sum().backward()
    assert all(p.grad.abs().sum() > 0 for p in module.convs.parameters())
    assert not any(name.startswith("quantizer") for name, _ in module.named_parameters())


def test_decoders_have_the_sizes_of_what_they_tell() -> None:
    module = network()
    assert isinstance(module.feature_decoder, nn.Parameter)
    assert module.feature_decoder.shape == (12, 9)
    assert module.edge_decoder.weight.shape == (8, 8)


def test_rows_that_lie_elsewhere_come_to_the_codebook_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    module = network().eval()
    wanted = infer(module, SAMPLER, GRAPH.features)
    monkeypatch.setattr(_tokenizer, "_apart", lambda h, quantizer: True)
    monkeypatch.setattr(_tokenizer, "_AT_ONCE", 7)
    seen: list[int] = []
    module.quantizer.register_forward_pre_hook(lambda _, rows: seen.append(rows[0].size(0)))
    found = infer(module, SAMPLER, GRAPH.features)
    assert seen == [7] * 8 + [4]
    torch.testing.assert_close(found, wanted)
