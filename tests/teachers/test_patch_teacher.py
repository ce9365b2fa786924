from dataclasses import replace

import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.teachers import TEACHERS, GraphMixer
from tests.graphs import graph_views, random_graphs


def test_the_seed_of_judging_is_a_part_of_the_model() -> None:
    graphs = random_graphs(count=30)
    teacher = GraphMixer(patches=4, hidden=8, epochs=1)
    teacher.fit(graph_views(graphs).observed)
    tensors, _ = teacher.state()
    assert tensors["seed"].dtype == torch.int64
    before = teacher.predict(graphs)
    teacher.module_.seed += 1
    assert not torch.equal(teacher.predict(graphs), before)


def test_options_that_cannot_be() -> None:
    with pytest.raises(ConfigError, match=r"teacher\.patches: expected at least 1, got 0"):
        GraphMixer(patches=0)
    with pytest.raises(ConfigError, match=r"teacher\.partition: expected .*grow.*metis.*, got 'cut'"):
        Spec("graph_mixer", partition="cut").build(TEACHERS)
    with pytest.raises(ConfigError, match=r"teacher\.drop_edges"):
        GraphMixer(drop_edges=1.0)


def test_trees_of_a_condensed_set_are_refused() -> None:
    observed = graph_views(random_graphs(count=30)).observed
    trees = replace(observed.graphs, roots=torch.ones(observed.graphs.num_nodes, dtype=torch.bool))
    with pytest.raises(DataError, match="cuts whole graphs into patches, and this condensed set has computation trees"):
        GraphMixer(epochs=1).fit(replace(observed, graphs=trees))
