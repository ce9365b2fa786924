"""GraphSAGE: the mean form against torch_geometric, the "gcn" form against dense matrices."""

import pytest
import torch
import torch.nn.functional as F
from torch_geometric.nn import SAGEConv

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import NeighbourSampler
from gnn2mlp.nn.csr import CSR
from gnn2mlp.teachers import TEACHERS
from gnn2mlp.teachers.sage import SAGE, mean, mean_with_self
from tests.tiny import in_whole_weights, repeated_edges, tiny_views

# A path 0 - 1 - 2 and the isolated node 3.
PATH = CSR.from_dense(torch.tensor([[0.0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]))


def test_means_by_hand() -> None:
    block = NeighbourSampler(PATH).full_block()
    expected = torch.tensor([[0, 1, 0, 0], [1 / 2, 0, 1 / 2, 0], [0, 1, 0, 0], [0, 0, 0, 0]])
    torch.testing.assert_close(mean(block).to_dense(), expected)
    expected = torch.tensor([[1 / 2, 1 / 2, 0, 0], [1 / 3, 1 / 3, 1 / 3, 0], [0, 1 / 2, 1 / 2, 0], [0, 0, 0, 1]])
    torch.testing.assert_close(mean_with_self(block).to_dense(), expected)


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_mean_form_equals_pyg_where_an_edge_of_weight_3_is_three(weighted: bool, directed: bool) -> None:
    views = in_whole_weights(tiny_views(weighted=weighted, directed=directed))
    graph = views.full.graph
    teacher = SAGE(aggregator="mean", hidden=16, layers=3, epochs=3, dropout=0.0)
    teacher.fit(views.observed)
    h = graph.features
    for index, conv in enumerate(teacher.module_.convs):
        reference = SAGEConv(*conv.own.weight.shape)
        reference.lin_l.weight.data = conv.neighbours.weight.data.T.contiguous()
        reference.lin_l.bias.data = conv.own.bias.data
        reference.lin_r.weight.data = conv.own.weight.data.T.contiguous()
        h = reference(h, repeated_edges(graph))
        h = F.relu(h) if index < 2 else h
    torch.testing.assert_close(teacher.predict(graph), h.detach(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_gcn_form_equals_the_dense_formula(weighted: bool, directed: bool) -> None:
    views = tiny_views(weighted=weighted, directed=directed)
    graph = views.full.graph
    teacher = SAGE(hidden=16, epochs=3, dropout=0.0)
    assert teacher.aggregator == "gcn"
    teacher.fit(views.observed)
    a = graph.adjacency.to_dense() + torch.eye(60)
    mean = a / a.sum(1, keepdim=True)
    first, second = teacher.module_.convs
    assert first.bias.abs().sum() > 0
    h = F.relu(mean @ graph.features @ first.map.weight + first.bias)
    expected = mean @ h @ second.map.weight + second.bias
    torch.testing.assert_close(teacher.predict(graph), expected.detach(), rtol=1e-4, atol=1e-5)


def test_the_forms_are_different_models() -> None:
    views = tiny_views()
    sizes = []
    for form in ("gcn", "mean"):
        teacher = SAGE(aggregator=form, hidden=16, epochs=1)  # type: ignore[arg-type]
        teacher.fit(views.observed)
        sizes.append(sum(p.numel() for p in teacher.module_.parameters()))
    shared = 12 * 16 + 16 + 16 * 3 + 3
    assert sizes == [shared, shared + 12 * 16 + 16 * 3]


def test_unknown_form_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"teacher\.aggregator: expected .*gcn.*mean.*got 'max'"):
        Spec("sage", aggregator="max").build(TEACHERS)
    with pytest.raises(ConfigError, match=r"SAGE\.aggregator: expected one of 'gcn', 'mean', got 'max'"):
        SAGE(aggregator="max")  # type: ignore[arg-type]
