"""Views of a fit of links: what trains, what weighs how much."""

import torch

from gnn2mlp.data import LinkViews
from gnn2mlp.data.links import pairs_of
from gnn2mlp.pipeline.fitting.links.stages import _scaled, every_link
from tests.links import tiny_link_views


def test_every_edge_trains_where_none_is_left_to_validate() -> None:
    _, full = tiny_link_views("transductive")
    found = every_link(full.graph)
    assert torch.equal(found.pairs, pairs_of(full.graph))
    assert found.valid_pairs.shape == found.valid_negatives.shape == (0, 2)
    assert torch.equal(found.node_ids, torch.arange(full.graph.num_nodes))


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
