import torch

from gnn2mlp.texts._static import mean_vectors


def test_by_hand() -> None:
    vectors = torch.tensor([[1.0, 0.0], [3.0, 2.0]])
    assert mean_vectors([[0, 1], [], [1, 1, 1]], vectors).tolist() == [[2.0, 1.0], [0.0, 0.0], [3.0, 2.0]]
    assert mean_vectors([[0, 1]], vectors, torch.tensor([2.0, 0.5])).tolist() == [[1.75, 0.5]]
    assert mean_vectors([], vectors).shape == (0, 2)
    assert mean_vectors([[1]], vectors.half()).dtype == torch.float32
