import torch

from gnn2mlp.pipeline.unlearning.methods.redistil import Redistil
from tests.pipeline.unlearning.conftest import Make


def test_it_learns_from_the_old_knowledge_of_what_is_left(make: Make) -> None:
    one = make([3, 17])
    models = Redistil().models(one)
    old, left = one.before.knowledge.value, models.knowledge.value
    assert left.node_ids.tolist() == one.observed.node_ids.tolist()
    kept = old.align(one.removal.left[left.node_ids])
    assert torch.equal(left["logits"], kept["logits"])
    student = models.student.value
    assert student.card["knowledge"] == left.select(["logits"]).digest


def test_rows_near_to_what_is_gone_are_written_anew_where_edges_go(make: Make) -> None:
    edges = make([3]).before.graph.structure["edge_index"][:, :1].T.tolist()
    for one, anew in ((make([], edges), True), (make([3], edges), True), (make([3]), False)):
        assert ("near" in Redistil().models(one).knowledge.inputs) == anew
    assert "near" in Redistil(reexport=True).models(make([3])).knowledge.inputs
    assert "near" not in Redistil(reexport=False).models(make([], edges)).knowledge.inputs
