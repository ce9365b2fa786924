"""What rows see within some steps, against the whole matrix."""

import pytest
import torch

from gnn2mlp.core.seeds import seeded
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.normalised import normalised
from gnn2mlp.objectives._field import field_of, thinned, whole_field
from tests.helpers import tiny_graph

KINDS = [{}, {"weighted": True, "directed": True}]
H = torch.randn(60, 4, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("steps", [1, 2, 3])
@pytest.mark.parametrize("rows", [[5, 2, 41], list(range(59, -1, -1))])
def test_steps_give_what_the_whole_matrix_gives(kind: dict[str, bool], steps: int, rows: list[int]) -> None:
    adjacency, chosen = tiny_graph(**kind).adjacency, torch.tensor(rows)
    expected = torch.linalg.matrix_power(normalised(adjacency).to_dense(), steps) @ H
    makers = [field_of, whole_field] if len(rows) == 60 else [field_of]
    for make in makers:
        field = make(adjacency, chosen, steps)
        h = H if field.nodes is None else H[field.nodes]
        for step in field.steps:
            h = step(h)
        torch.testing.assert_close(h[field.rows], expected[chosen])


def test_a_path_shows_as_much_as_steps_reach() -> None:
    # 0 - 1 - 2 - 3 - 4
    ends = torch.arange(4)
    path = CSR.from_coo(torch.cat([ends, ends + 1]), torch.cat([ends + 1, ends]), torch.ones(8), (5, 5))
    nodes = [field_of(path, torch.tensor([0]), steps).nodes for steps in (1, 2)]
    assert [found.tolist() for found in nodes if found is not None] == [[0, 1], [0, 1, 2]]


def test_edges_are_left_out_at_random() -> None:
    adjacency = tiny_graph(weighted=True).adjacency
    assert thinned(adjacency, 0.0) is adjacency
    with seeded(0, "edges"):
        left = [thinned(adjacency, 0.25).values for _ in range(200)]
    shares = torch.stack([(values > 0).float().mean() for values in left])
    assert shares.mean().item() == pytest.approx(0.75, abs=0.01)
    kept = left[0] > 0
    assert torch.equal(left[0][kept], adjacency.values[kept])
