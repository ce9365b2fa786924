"""Views of a fit of links: what trains, what weighs how much."""

from dataclasses import replace
from pathlib import Path

import torch

from gnn2mlp.core.progress import silent
from gnn2mlp.data import LinkViews
from gnn2mlp.data.links import pairs_of
from gnn2mlp.pipeline import LinkFitConfig
from gnn2mlp.pipeline.fitting.links.stages import _scaled, every_link, link_job, shipped_link_stage
from tests.links import tiny_link_views


def test_every_edge_trains_where_none_is_left_to_validate() -> None:
    _, full = tiny_link_views("transductive")
    found = every_link(full.graph)
    assert torch.equal(found.pairs, pairs_of(full.graph))
    assert found.valid_pairs.shape == found.valid_negatives.shape == (0, 2)
    assert torch.equal(found.node_ids, torch.arange(full.graph.num_nodes))


def test_what_ships_learns_from_every_link_for_as_long_as_validation_chose(tmp_path: Path) -> None:
    _, full = tiny_link_views("transductive")
    config = LinkFitConfig(nodes="n.csv", edges="e.csv", id="page").resolve(60)
    job = link_job(config, full.graph, tmp_path, torch.device("cpu"), lambda stage: silent)
    whole = replace(full.graph, features=torch.ones_like(full.graph.features).cumsum(0))  # encoded anew, of all rows
    record = {"history": {"student": {"best_epoch": 3}, "teacher": {"best_epoch": 5}}}
    made = shipped_link_stage(job, config, whole, record).inputs
    assert made["distiller"].epochs == 3
    assert made["knowledge"].inputs["teacher"].inputs["teacher"].epochs == 5
    for stage in (made, made["knowledge"].inputs, made["knowledge"].inputs["teacher"].inputs):
        assert stage["observed"].digest == every_link(whole).digest
    assert torch.equal(made["observed"].graph.features, whole.features)


def test_weights_are_about_one_on_the_edges_that_training_sees() -> None:
    """What is left out to be tested has no influence on the scale: an edge of a huge weight changes no other."""
    observed, full = tiny_link_views("transductive", weighted=True)
    views = _scaled(LinkViews(observed, full))
    weight = views.observed.graph.edge_weight
    assert weight is not None
    assert abs(float(weight.double().mean()) - 1) < 1e-6
    assert every_link(full.graph).graph.edge_weight is not None
    plain = LinkViews(*tiny_link_views("transductive"))
    assert _scaled(plain) is plain
