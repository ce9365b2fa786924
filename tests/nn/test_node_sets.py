import torch

from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.linear import Linear
from gnn2mlp.nn.node_sets import NodeSets, code_rows, node_rows

CODES, SIZES = torch.tensor([[1, 2], [0, 0], [1, 1]]), (2, 3)


def test_a_map_of_code_rows_is_the_sum_of_an_embedding_of_each_field() -> None:
    layer = Linear(5, 4, bias=False)
    fields = layer.weight.split(SIZES)
    torch.testing.assert_close(layer(code_rows(CODES, SIZES)), fields[0][CODES[:, 0]] + fields[1][CODES[:, 1]])


def test_what_training_did_not_have_is_nothing() -> None:
    strange = code_rows(torch.tensor([[5, 1], [-1, 0]]), SIZES).to_dense()
    assert strange.tolist() == [[0, 0, 0, 1, 0], [0, 0, 1, 0, 0]]


def test_features_stand_behind_codes() -> None:
    features = torch.rand(3, 2)
    both = node_rows(CODES, SIZES, features)
    assert isinstance(both, torch.Tensor)
    assert torch.equal(both[:, 5:], features)
    assert isinstance(node_rows(CODES, SIZES, None), CSR)
    assert node_rows(None, (), features) is features


def test_offsets_and_rows_say_the_same() -> None:
    sets = NodeSets.of_offsets(torch.eye(4), torch.tensor([0, 1, 1, 4]))
    assert sets.set_of_row.tolist() == [0, 2, 2, 2]
    assert sets.offsets.tolist() == [0, 1, 1, 4]
    assert (len(sets), sets.shape) == (3, (3, 4))
    assert sets.to(dtype=torch.float64).rows.dtype == torch.float64
    assert sets.with_rows(torch.zeros(4, 2)).shape == (3, 2)
    assert "\n" not in repr(sets)
