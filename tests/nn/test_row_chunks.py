import pytest
import torch

from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.row_chunks import row_chunks

X = torch.arange(15.0).reshape(5, 3)


@pytest.mark.parametrize("size", [1, 2, 4, 5, 9])
def test_chunks_are_the_rows_in_their_order(size: int) -> None:
    dense, sparse = [*row_chunks(X, size)], [*row_chunks(CSR.from_dense(X), size)]
    assert [len(chunk) for chunk in sparse] == [len(chunk) for chunk in dense]
    assert all(0 < len(chunk) <= size for chunk in dense)
    assert torch.equal(torch.cat(dense), X)
    assert torch.equal(torch.cat([chunk.to_dense() for chunk in sparse]), X)


def test_no_rows_are_one_empty_chunk() -> None:
    assert [chunk.shape for chunk in row_chunks(X[:0], 2)] == [(0, 3)]
    assert [chunk.shape for chunk in row_chunks(CSR.from_dense(X[:0]), 2)] == [(0, 3)]
