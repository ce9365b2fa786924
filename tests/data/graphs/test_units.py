"""Splits of whole graphs."""

from dataclasses import replace

import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS, split_graphs
from gnn2mlp.data.graphs import GraphUnits
from tests.graph_sets import tiny_set


@pytest.mark.parametrize("name", ["fraction", "folds", "hash", "per_class"])
def test_graphs_have_roles_by_the_splitters_of_nodes(name: str) -> None:
    options = {"fraction": {"train": 0.6, "valid": 0.2}, "hash": {"train": 0.5, "valid": 0.25}}
    spec = Spec(name, **options.get(name, {"train": 10, "valid": 5} if name == "per_class" else {"folds": 5}))
    graphs = tiny_set()
    split = split_graphs(graphs, spec, seed=1)
    assert split.seen.numel() == 0
    assert split.unseen.numel() > 0
    everyone = torch.cat([split.train, split.valid, split.unseen]).sort().values
    assert everyone.tolist() == list(range(40))
    assert split_graphs(graphs, spec.build(SPLITTERS), seed=1).digest == split.digest


def test_a_published_split_is_taken_and_graphs_without_a_label_have_no_role() -> None:
    parts = {"train": torch.arange(20), "valid": torch.arange(20, 30), "test": torch.arange(30, 40)}
    graphs = replace(tiny_set(), own_splits=(parts,))
    assert split_graphs(graphs, "own", 0).unseen.tolist() == list(range(30, 40))
    labels = graphs.labels.clone()
    labels[[0, 35]] = -1
    split = split_graphs(replace(graphs, labels=labels), "own", 0)
    assert 0 not in split.train.tolist()
    assert 35 not in split.unseen.tolist()


def test_questions_with_gaps_are_split_as_one() -> None:
    split = split_graphs(tiny_set(tasks=3), Spec("fraction", train=0.8, valid=0.1), 0)
    assert split.sizes == {"train": 32, "valid": 4, "seen": 0, "unseen": 4}


def test_messages_speak_of_graphs() -> None:
    with pytest.raises(DataError, match="label graphs of another class"):
        split_graphs(replace(tiny_set(), labels=torch.zeros(40, dtype=torch.int64)), "hash", 0)
    with pytest.raises(DataError, match="at least 50 labelled graphs"):
        split_graphs(tiny_set(), Spec("folds", folds=50), 0)


def test_units_link_nothing() -> None:
    graphs = tiny_set()
    units = GraphUnits("g", torch.empty(40, 0), graphs.labels, graphs.task)
    assert units.subgraph(torch.tensor([3, 1])).labels.tolist() == [1, 1]
    assert units.without_links_of(torch.tensor([0])).degree.sum() == 0
    assert units.link_counts == units.structure == {}
