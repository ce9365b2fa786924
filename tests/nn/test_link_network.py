import torch

from gnn2mlp.decoders import Dot, Hadamard
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.link_network import LinkNetwork
from gnn2mlp.nn.mlp import MLP


def test_embeddings_are_the_outputs_of_the_embedder() -> None:
    embed, x = MLP(6, 8, 4), torch.rand(3, 6)
    found = LinkNetwork(embed, Dot().build(4))(x)
    assert found.hidden is found.logits
    assert torch.equal(found.hidden, embed(x).logits)


def test_pairs_are_scored_by_the_decoder() -> None:
    network = LinkNetwork(MLP(6, 8, 4), Dot().build(4))
    z = network(torch.rand(3, 6)).hidden
    torch.testing.assert_close(network.score(z[:2], z[1:]), (z[:2] * z[1:]).sum(1))


def test_sparse_rows_are_embedded_as_dense_ones() -> None:
    network, x = LinkNetwork(MLP(6, 8, 4), Dot().build(4)), torch.eye(6)
    torch.testing.assert_close(network(CSR.from_dense(x)).hidden, network(x).hidden)


def test_embedder_and_decoder_are_both_trained() -> None:
    network = LinkNetwork(MLP(6, 8, 4), Hadamard(hidden=8).build(4))
    z = network(torch.rand(3, 6)).hidden
    network.score(z[:2], z[1:]).sum().backward()
    assert all(parameter.grad is not None for parameter in network.parameters())
    assert {name.split(".")[0] for name in network.state_dict()} == {"embed", "decode"}
