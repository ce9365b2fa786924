from functools import partial

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.explainers import fit_surrogate
from gnn2mlp.pipeline import surrogate
from gnn2mlp.pipeline.surrogate import surrogate_of
from gnn2mlp.teachers import APPNP, GCN
from tests.helpers import tiny_graph


def test_the_surrogate_reaches_as_far_as_its_teacher_and_at_most_three_links(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surrogate, "fit_surrogate", partial(fit_surrogate, epochs=2))
    graph = tiny_graph(nodes=30)
    logits = torch.randn(30, graph.task.num_outputs)
    reached = [surrogate_of(teacher, graph, logits, hops=hops).hops for teacher, hops in _ASKED]
    assert reached == [2, 3, 1]
    with pytest.raises(ConfigError, match=r"explain\.hops: expected at least 1, got 0"):
        surrogate_of(GCN(), graph, logits, hops=0)


_ASKED = [(GCN(layers=2), None), (APPNP(hops=10), None), (APPNP(hops=10), 1)]
