import torch

from gnn2mlp.decoders import Dot


def test_it_is_the_inner_product_by_hand() -> None:
    u, v = torch.tensor([[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]]), torch.tensor([[4.0, -5.0, 6.0], [7.0, 8.0, 9.0]])
    assert Dot().build(3)(u, v).tolist() == [1 * 4 - 2 * 5 + 3 * 6, 8]


def test_its_gradient_is_the_other_embedding() -> None:
    u, v = torch.tensor([[1.0, 2.0]], requires_grad=True), torch.tensor([[3.0, 4.0]])
    Dot().build(2)(u, v).sum().backward()
    assert torch.equal(u.grad, v)


def test_it_has_nothing_to_learn() -> None:
    assert not list(Dot().build(8).parameters())
