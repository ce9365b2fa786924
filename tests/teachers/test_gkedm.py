"""The attention module on a trained network."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.sampling import NeighbourSampler
from gnn2mlp.teachers import TEACHERS
from gnn2mlp.teachers._base import providing
from gnn2mlp.teachers.gkedm import GKEDMTeacher, NeighbourAttention
from tests.helpers import tiny_graph
from tests.tiny import tiny_views

SMALL = {"name": "gcn", "hidden": 8, "epochs": 5}


@pytest.mark.parametrize("weighted", [False, True])
def test_attends_as_a_dense_softmax_does(weighted: bool) -> None:
    graph = tiny_graph(weighted=weighted)
    module = NeighbourAttention(hidden=6, heads=2, width=3)
    torch.nn.init.normal_(module.out.weight)
    h = torch.randn(graph.num_nodes, 6, generator=torch.Generator().manual_seed(0))
    dense = graph.adjacency.to_dense()
    dense.fill_diagonal_(1.0)
    scores = torch.einsum("ihw,jhw->hij", module.asked(h), module.asking(h)) / 3**0.5 + dense.log()
    maps = scores.softmax(-1)
    torch.testing.assert_close(maps.sum(-1), torch.ones(2, graph.num_nodes))
    value = module.value(h).view(-1, 2, 3)
    expected = h + module.out(torch.einsum("hij,jhw->ihw", maps, value).flatten(1))
    torch.testing.assert_close(module(h, NeighbourSampler(graph.adjacency).full_block()), expected)


def test_begins_with_the_layers_of_the_trained_encoder_and_a_new_classifier() -> None:
    observed = tiny_views().observed
    teacher = GKEDMTeacher(SMALL, heads=2, attention=4, warm_epochs=5)
    encoder = TEACHERS.get("gcn")(hidden=8, epochs=5)
    encoder.fit(observed)
    teacher._warm = encoder
    teacher.initialise(observed.graph.num_features, 3)
    teacher.on_fit_start(teacher.sampler(observed.graph), observed.graph.features, torch.Generator())
    assert torch.equal(teacher.module_.convs[0].map.weight, encoder.module_.convs[0].map.weight)
    assert not torch.equal(teacher.module_.convs[1].map.weight, encoder.module_.convs[1].map.weight)
    assert not teacher.module_.attention.out.weight.any()


def test_the_second_stage_is_trained_with_a_share_of_the_rate() -> None:
    whole, tenth, alone = (
        GKEDMTeacher({**SMALL, "lr": 0.02}, tuning=1.0),
        GKEDMTeacher({**SMALL, "lr": 0.02}),
        GKEDMTeacher({**SMALL, "lr": 0.02}, warm_epochs=0),
    )
    assert [teacher.fit_lr for teacher in (whole, tenth, alone)] == pytest.approx([0.02, 0.002, 0.02])
    assert tenth.lr == tenth.encoder["lr"] == 0.02  # that of the first stage
    assert Spec.parse(tenth.spec().to_dict()).build(TEACHERS).fit_lr == pytest.approx(0.002)  # type: ignore[attr-defined]
    with pytest.raises(ConfigError, match=r"teacher\.tuning: expected a positive number, got 0"):
        GKEDMTeacher(SMALL, tuning=0)


def test_both_stages_count_and_the_first_may_be_left_out() -> None:
    observed = tiny_views().observed
    one, two = (
        GKEDMTeacher(SMALL, heads=2, attention=4, warm_epochs=0),
        GKEDMTeacher(SMALL, heads=2, attention=4, warm_epochs=3),
    )
    histories = [teacher.fit(observed) for teacher in (one, two)]
    assert [len(history.loss) for history in histories] == [5, 5]
    assert histories[0].loss != histories[1].loss


def test_writes_the_sides_of_its_scores() -> None:
    observed = tiny_views().observed
    teacher = GKEDMTeacher(SMALL, heads=2, attention=4, warm_epochs=1)
    teacher.fit(observed)
    found = teacher.export(observed, ["attention_query", "attention_key"])
    assert found["attention_query"].shape == (observed.graph.num_nodes, 2, 4)
    hidden = teacher.module_.eval().over_all(
        observed.graph.features, lambda layer, x: layer(x, teacher.sampler(observed.graph).full_block())
    )
    torch.testing.assert_close(found["attention_key"], hidden["attention_key"].detach())


def test_is_put_around_a_teacher_without_attention() -> None:
    found = providing(Spec("sage", hidden=8), {"logits", "attention_query", "attention_key"})
    assert found == Spec("gkedm", encoder={"name": "sage", "hidden": 8})


def test_is_around_networks_on_graphs_alone() -> None:
    for name in ("hgnn", "vq", "gkedm", "appnp"):
        with pytest.raises(ConfigError, match=f"expected one of gat, gcn, sage.*, got {name!r}"):
            GKEDMTeacher(name)


def test_samples_for_the_attention_as_for_the_last_layer() -> None:
    assert GKEDMTeacher({"name": "gcn", "fanouts": [3, 2]}).fanouts == (3, 2, 2)
