from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.condensers import CONDENSERS, Condenser
from gnn2mlp.condensers._base import set_weights, training_graphs
from gnn2mlp.core.errors import DataError
from gnn2mlp.data import GraphSet, GraphViews, split_graphs
from gnn2mlp.tasks import GraphMultiTask, Regression
from tests.condensers.graphs import renumbered
from tests.condensers.sets import SPLIT, arrays, graph_set, observed, views

OPTIONS: dict[str, dict[str, Any]] = {
    "mirage": {"support": 0.3},
    "random": {"graphs": 4},
    "herding": {"graphs": 4},
    "gradient_matching": {"graphs": 4, "steps": 3},
}
every = pytest.mark.parametrize("name", CONDENSERS.classes)


def made(name: str, **options: Any) -> Condenser:
    return CONDENSERS.get(name)(**{**OPTIONS.get(name, {}), **options})


@every
def test_a_set_has_both_classes_and_balanced_weights(name: str) -> None:
    small = made(name).condense(observed())
    assert sorted(set(small.set_class.tolist())) == [0, 1]
    assert small.set_weight.mean() == pytest.approx(1)
    by_class = torch.zeros(2).index_add(0, small.set_class, small.set_weight)
    assert by_class[0] == pytest.approx(float(by_class[1]))
    share = made(name, classes="share").condense(observed(graph_set(labels=np.arange(60) % 3 == 0)))
    by_class = torch.zeros(2).index_add(0, share.set_class, share.set_weight)
    assert by_class[0] / by_class[1] == pytest.approx(2)
    assert small.card["source"]["graphs"] == 30
    assert [one["graphs"] for one in small.card["classes"]] == [15, 15]


@every
def test_equal_seeds_give_equal_sets(name: str) -> None:
    first, again = (made(name).condense(observed(), seed=3).digest for _ in range(2))
    assert first == again
    assert type(made(name)).name in CONDENSERS.classes


@every
def test_nothing_of_a_test_or_validation_graph_changes_the_set(name: str) -> None:
    graphs = graph_set()
    split = split_graphs(graphs, SPLIT, 0)
    own = torch.cat([split.test, split.valid])
    codes, labels = graphs.node_codes.clone(), graphs.labels.clone()
    codes[torch.isin(graphs.graph_of_node, own), 0] = 2
    labels[own] = 1 - labels[own]
    other = replace(graphs, node_codes=codes, labels=labels)
    assert other.digest != graphs.digest
    here, there = (made(name).condense(GraphViews.of(one, split).observed).digest for one in (graphs, other))
    assert here == there
    codes[torch.isin(graphs.graph_of_node, split.train), 0] = 1
    trained = replace(graphs, node_codes=codes)
    assert made(name).condense(GraphViews.of(trained, split).observed).digest != here


def _renumbered() -> GraphSet:
    """The same graphs, whose nodes and edges come in another order."""
    known = arrays()
    labels, edges, edge_labels, moved = renumbered(
        4, np.arange(len(known["graph_of_node"])), known["edge_index"], known["edge_codes"]
    )
    assert (labels[moved] == np.arange(len(labels))).all()
    return graph_set(
        edge_index=edges,
        edge_codes=edge_labels,
        graph_of_node=known["graph_of_node"][labels],
        node_codes=known["node_codes"][labels],
    )


def test_the_numbering_of_nodes_does_not_change_a_set_of_trees() -> None:
    here, there = graph_set(), _renumbered()
    assert here.digest != there.digest
    first, second = (made("mirage", depth=3, support=0.2).condense(observed(one)) for one in (here, there))
    assert first.digest == second.digest
    assert len(first) >= 10


@pytest.mark.parametrize("name", ["random", "herding", "gradient_matching"])
def test_the_numbering_of_nodes_does_not_change_which_graphs_are_chosen(name: str) -> None:
    first, second = (made(name).condense(observed(one)).parts.nodes_per_graph for one in (graph_set(), _renumbered()))
    assert first.tolist() == second.tolist()


def test_one_question_of_yes_or_no_is_two_classes() -> None:
    labels = np.where(np.arange(60) < 3, np.nan, np.arange(60) % 2)[:, None]
    training = training_graphs(observed(graph_set(labels=labels, class_names=None, task=GraphMultiTask(["active"]))))
    assert training.names == ("active=0", "active=1")
    assert np.concatenate(training.members).tolist() != sorted(np.concatenate(training.members))
    assert sorted(np.concatenate(training.members)) == list(range(training.graphs.num_graphs))


def _two_tasks() -> GraphSet:
    number = np.arange(60)
    labels = np.stack([np.where(number % 5 == 0, np.nan, number % 2), number % 3 == 0], 1)
    return graph_set(labels=labels, class_names=None, task=GraphMultiTask(["a", "b"]))


@every
def test_each_task_of_several_has_sets_for_yes_and_no_that_leave_the_others_open(name: str) -> None:
    small = made(name).condense(observed(_two_tasks()))
    assert [one["name"] for one in small.card["classes"]] == ["a=0", "a=1", "b=0", "b=1"]
    assert set(small.set_class.tolist()) == {0, 1, 2, 3}
    labels = small.as_graph_set().labels
    assert ((~labels.isnan()).sum(1) == 1).all()
    of_task, value = small.set_class // 2, small.set_class % 2
    assert labels[torch.arange(len(small)), of_task].tolist() == value.tolist()
    by_class = torch.zeros(4).index_add(0, small.set_class, small.set_weight)
    assert by_class.tolist() == pytest.approx([float(by_class[0])] * 4)


def test_members_of_a_task_are_those_that_answer_it() -> None:
    training = training_graphs(observed(_two_tasks()))
    labels = training.graphs.labels
    for number, members in enumerate(training.members):
        assert members.tolist() == torch.where(labels[:, number // 2] == number % 2)[0].tolist()
    assert training.counts[0] + training.counts[1] == int((~labels[:, 0].isnan()).sum()) < training.graphs.num_graphs


def test_numbers_and_missing_classes_are_refused() -> None:
    class OfGraphs(Regression):
        unit = "graph"

    numbers = graph_set(labels=np.arange(60.0)[:, None], class_names=None, task=OfGraphs(["size"]))
    with pytest.raises(DataError, match="condensing goes by classes, got numbers to predict"):
        training_graphs(observed(numbers))
    seen = views(graph_set()).observed
    only = replace(seen, train=seen.train[seen.graphs.labels[seen.train] == 1])
    with pytest.raises(DataError, match="training graphs of each class, got none of no; choose another split"):
        training_graphs(only)


def test_weights_by_hand() -> None:
    sets, counts, classes = np.array([0, 0, 1]), np.array([3, 1, 5]), [3, 1]
    assert set_weights(sets, counts, classes, "share", "uniform").tolist() == [1.125, 1.125, 0.75]
    assert set_weights(sets, counts, classes, "balanced", "uniform").tolist() == [0.75, 0.75, 1.5]
