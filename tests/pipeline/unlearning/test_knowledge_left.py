import torch

from gnn2mlp.data import Removal
from gnn2mlp.pipeline.unlearning.knowledge_left import rows_near
from gnn2mlp.pipeline.unlearning.methods.redistil import Redistil
from tests.helpers import tiny_hypergraph
from tests.pipeline.unlearning.conftest import Make
from tests.tiny import views_of


def test_rows_far_from_an_edge_stay_as_they_were_written(make: Make) -> None:
    graph = make([3]).before.graph
    one = make([], graph.structure["edge_index"][:, :1].T.tolist())
    old, new = one.before.knowledge.value, Redistil().models(one).knowledge.value
    near = rows_near(one.before.observed, one.removal, one.before.the_teacher.value.depth)  # type: ignore[attr-defined]
    far = ~torch.isin(old.node_ids, near)
    assert near.numel()
    assert bool(far.any())
    assert torch.equal(new["logits"][far], old["logits"][far])
    assert not torch.equal(new["logits"][~far], old["logits"][~far])
    whole = one.before.the_teacher.value.export(one.observed)
    torch.testing.assert_close(new["logits"], whole["logits"])  # what is far could not have changed


def test_nearness_is_counted_in_links() -> None:
    observed = views_of(tiny_hypergraph()).observed
    removal = Removal(60, torch.tensor([7]))
    sizes = [rows_near(observed, removal, hops).numel() for hops in (0, 1, 3)]
    assert sizes[0] < sizes[1] <= sizes[2] <= 59
    assert rows_near(observed, removal, None).numel() == 59
