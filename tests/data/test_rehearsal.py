"""Judges are unseen, each validation node judges once, and nothing of a test label is looked at."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.data import GraphData, Observed, PerClass, Views, rehearsals, rehearse
from gnn2mlp.data.split import Setting


@pytest.fixture
def outer(tiny_graph: Callable[..., GraphData]) -> Observed:
    graph = tiny_graph()
    return Views.of(graph, PerClass(train=4, valid=5).split(graph, 0, "inductive", 0.3)).observed


def test_judges_do_not_exist_in_training(outer: Observed):
    inner = rehearse(outer)
    judges = inner.full.split.unseen
    assert judges.numel() == 8  # of 15, five of each class
    assert inner.observed.graph.num_nodes == outer.graph.num_nodes - 8
    assert not set(judges.tolist()) & set(inner.observed.node_ids.tolist())
    assert set(judges.tolist()) < set(outer.valid.tolist())
    assert torch.equal(inner.observed.node_ids[inner.observed.train], outer.train)
    rest = inner.observed.node_ids[inner.observed.valid].tolist()
    assert sorted(rest + judges.tolist()) == outer.valid.tolist()
    assert torch.equal(inner.full.labels[judges], outer.graph.labels[judges])
    assert torch.equal(inner.full.split.test, judges)


def test_transductive_judges_are_seen_without_their_labels(outer: Observed):
    inner = rehearse(outer, setting="transductive")
    judges = inner.full.split.test
    assert torch.equal(judges, inner.full.split.seen)
    assert inner.observed.graph.num_nodes == outer.graph.num_nodes
    assert (inner.observed.graph.labels[judges] == -1).all()
    assert (inner.full.labels[judges] >= 0).all()


@pytest.mark.parametrize("setting", ["transductive", "inductive"])
@pytest.mark.parametrize("folds", [2, 3])
def test_each_validation_node_judges_once(outer: Observed, setting: Setting, folds: int):
    judged = torch.cat([inner.full.split.test for inner in rehearsals(outer, setting=setting, folds=folds)])
    assert judged.sort().values.tolist() == outer.valid.tolist()


def test_each_class_judges(outer: Observed):
    judges = rehearse(outer).full.split.test
    assert sorted(outer.graph.labels[judges].bincount(minlength=3).tolist()) == [2, 3, 3]


def test_others_are_taken_out_as_well(outer: Observed):
    without = outer.graph.num_nodes - outer.train.numel() - outer.valid.numel()
    inner = rehearse(outer, others=0.5)
    assert inner.observed.graph.num_nodes == outer.graph.num_nodes - 8 - int(0.5 * without)
    assert inner.full.split.test.numel() == 8
    assert rehearse(outer, setting="transductive", others=0.5).observed.graph.num_nodes == outer.graph.num_nodes


def test_equal_seeds_give_equal_draws(outer: Observed):
    first, again, other = (rehearse(outer, seed, others=0.2).observed.digest for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_test_labels_change_nothing(tiny_graph: Callable[..., GraphData]):
    graph = tiny_graph()
    split = PerClass(train=4, valid=5).split(graph, 0, "transductive")
    labels = graph.labels.clone()
    labels[split.test] = (labels[split.test] + 1) % 3
    digests = [rehearse(Views.of(g, split).observed).observed.digest for g in (graph, replace(graph, labels=labels))]
    assert digests[0] == digests[1]


def test_what_cannot_be_is_refused(outer: Observed):
    with pytest.raises(ConfigError, match="got fold 2 of 2"):
        rehearse(outer, fold=2)
    with pytest.raises(ConfigError, match=r"others .* got 1\.0"):
        rehearse(outer, others=1.0)
    with pytest.raises(DataError, match="at least 16 validation nodes.*got 15"):
        rehearse(outer, folds=16)
