"""What training is given of links, and what it is not."""

import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.data import GraphData, LinkViews, Observed, ObservedLinks, RandomEdges, graph_from_arrays
from gnn2mlp.data.links.pairs import canonical_pairs, keys_of, pairs_of, undirected
from gnn2mlp.data.links.split import LinkSetting
from gnn2mlp.tasks import LinkPrediction
from tests.helpers import tiny_graph, tiny_hypergraph
from tests.links import tiny_link_split, tiny_link_views, with_other_new_nodes

both_settings = pytest.mark.parametrize("setting", ["transductive", "production"])
FORMS = [{}, {"weighted": True}, {"directed": True}, {"directed": True, "weighted": True}, {"sparse": True}]


def keys(pairs: torch.Tensor) -> set[int]:
    return set(keys_of(pairs, 60).tolist())


@both_settings
@pytest.mark.parametrize("how", FORMS)
def test_no_pair_to_be_predicted_is_an_edge_of_a_message_graph(setting: LinkSetting, how: dict[str, bool]) -> None:
    views = tiny_link_views(setting, **how)
    observed, split = views.observed, views.full.split
    edges = keys(observed.node_ids[pairs_of(observed.graph)])
    assert edges == keys(split.train)
    assert not edges & (keys(split.valid) | keys(split.test) | keys(split.extra) | keys(split.known))
    inference = keys(pairs_of(views.full.graph))
    assert not inference & keys(split.test)
    production = keys(split.valid) | keys(split.extra) | keys(split.known)
    assert inference == keys(split.train) | (production if setting == "production" else set())


@both_settings
def test_negatives_are_distinct_pairs_that_are_no_edge_of_the_whole_graph(setting: LinkSetting) -> None:
    graph = undirected(tiny_graph(directed=True))
    split = tiny_link_split(graph, setting)
    valid, test = keys(split.valid_negatives), keys(split.test_negatives)
    assert len(valid) == split.valid_negatives.size(0)
    assert len(test) == split.test_negatives.size(0)
    assert not valid & test
    assert not (valid | test) & keys(pairs_of(graph))
    assert (split.test_negatives[:, 0] < split.test_negatives[:, 1]).all()


@both_settings
@pytest.mark.parametrize("how", FORMS)
def test_rows_of_the_view_are_those_of_the_split(setting: LinkSetting, how: dict[str, bool]) -> None:
    views = tiny_link_views(setting, **how)
    observed, split = views.observed, views.full.split
    for rows, ids in (
        (observed.pairs, split.train),
        (observed.valid_pairs, split.valid),
        (observed.valid_negatives, split.valid_negatives),
    ):
        assert torch.equal(observed.node_ids[rows], ids)
    assert torch.equal(observed.pairs, pairs_of(observed.graph))
    assert not torch.isin(observed.node_ids, split.new).any()
    assert observed.node_ids.numel() + split.new.numel() == 60


@both_settings
def test_weights_stay_on_messages(setting: LinkSetting) -> None:
    graph = tiny_graph(weighted=True)
    views = LinkViews.of(graph, tiny_link_split(graph, setting), LinkPrediction())
    whole = graph.adjacency.to_dense()
    ids = views.observed.node_ids
    for part, seen in ((views.observed.graph, whole[ids][:, ids]), (views.full.graph, whole)):
        found = part.adjacency.to_dense()
        assert torch.equal(found[found > 0], seen[found > 0])
        assert (found.max() > 0) & (found[found > 0] != 1).any()


@both_settings
def test_no_label_of_a_node_is_left(setting: LinkSetting) -> None:
    graph = replace(tiny_graph(), sample_weight=torch.rand(60), own_splits=({"train": torch.arange(3)},))
    for view in LinkViews.of(graph, tiny_link_split(graph, setting), LinkPrediction()):
        assert view.graph.labels.isnan().all()
        assert view.graph.labels.shape == (view.graph.num_nodes, 1)
        assert view.graph.sample_weight is None
        assert not view.graph.own_splits
        assert isinstance(view.graph.task, LinkPrediction)
    observed = LinkViews.of(graph, tiny_link_split(graph, setting), LinkPrediction("mrr")).observed
    assert isinstance(observed, Observed)
    assert observed.train.numel() == observed.valid.numel() == 0
    assert observed.sample_weight is None
    assert observed.task.metric == "mrr"


@pytest.mark.parametrize("how", [{}, {"weighted": True}])
def test_new_nodes_leave_no_trace(how: dict[str, bool]) -> None:
    """Their features and all of their edges changed, and the split drawn anew: the view is the same to the bit."""
    graph = tiny_graph(**how)
    split = tiny_link_split(graph, "production")
    first = LinkViews.of(graph, split, LinkPrediction())
    changed = with_other_new_nodes(graph, split.new)
    second = LinkViews.of(changed, tiny_link_split(changed, "production"), LinkPrediction())
    assert first.observed.digest == second.observed.digest
    assert first.full.graph.digest != second.full.graph.digest
    assert not torch.equal(first.full.split.test, second.full.split.test)


@both_settings
def test_pairs_of_the_test_leave_no_trace(setting: LinkSetting) -> None:
    """As they are told apart from other pairs without an edge by nothing but the negatives of validation."""
    graph = tiny_graph()
    split = tiny_link_split(graph, setting)
    kept = ~torch.isin(keys_of(graph.edge_index.sort(dim=0).values.T, 60), keys_of(split.test, 60))
    without = replace(graph, edge_index=graph.edge_index[:, kept])
    one, other = (LinkViews.of(each, split, LinkPrediction()) for each in (graph, without))
    assert one.observed.digest == other.observed.digest
    assert one.full.graph.digest == other.full.graph.digest


@both_settings
def test_labels_of_nodes_leave_no_trace(setting: LinkSetting) -> None:
    graph = tiny_graph()
    other = replace(graph, labels=graph.labels.flip(0))
    one, two = (LinkViews.of(g, tiny_link_split(g, setting), LinkPrediction()) for g in (graph, other))
    assert one.observed.digest == two.observed.digest


@both_settings
def test_what_training_sees_changes_the_digest(setting: LinkSetting) -> None:
    graph = tiny_graph(weighted=True)
    split = tiny_link_split(graph, setting)
    first = LinkViews.of(graph, split, LinkPrediction()).observed
    assert isinstance(graph.features, torch.Tensor)
    features = graph.features.clone()
    features[first.node_ids[0]] += 1
    assert graph.edge_weight is not None
    end = graph.edge_index == split.train[0, 0]
    heavier = torch.where(end.any(0), graph.edge_weight * 2, graph.edge_weight)
    shorter = {part: getattr(split, part)[1:] for part in ("train", "valid", "valid_negatives")}
    others = [
        LinkViews.of(replace(graph, features=features), split, LinkPrediction()),
        LinkViews.of(replace(graph, edge_weight=heavier), split, LinkPrediction()),
        LinkViews.of(graph, split, LinkPrediction("mrr")),
        *(LinkViews.of(graph, replace(split, **{part: less}), LinkPrediction()) for part, less in shorter.items()),
    ]
    digests = {first.digest, *(views.observed.digest for views in others)}
    assert len(digests) == 7


def test_fresh_negatives_are_no_training_pairs_though_they_may_be_others() -> None:
    views = tiny_link_views("production")
    drawn = views.observed.non_edges.sample(5000, torch.Generator().manual_seed(0))
    ids = keys(views.observed.node_ids[drawn])
    assert not ids & keys(views.full.split.train)
    assert ids & keys(views.full.split.valid)
    assert ids & keys(views.full.split.test)


def test_notes_tell_of_edges_that_had_a_direction() -> None:
    graph = tiny_graph(directed=True)
    assert tiny_link_views("production", directed=True).full.graph.notes["made_undirected"] == graph.num_edges


def test_more_negatives_than_there_are_are_told_before_training() -> None:
    with pytest.raises(DataError, match=r"tiny: valid: the metric 'hits@50' needs at least 50 negative pairs, got 31;"):
        tiny_link_views(metric="hits@50")


def test_a_split_of_another_graph_is_noticed() -> None:
    split = tiny_link_split(tiny_graph(seed=1))
    with pytest.raises(DataError, match="the split is that of another graph: draw it anew"):
        LinkViews.of(tiny_graph(), split, LinkPrediction())


@pytest.mark.parametrize("part", ["valid_negatives", "test_negatives"])
def test_negatives_that_have_become_edges_are_noticed(part: str) -> None:
    """As where a split that was saved is used again once the graph has grown."""
    graph = tiny_graph()
    split = tiny_link_split(graph)
    low, high = getattr(split, part)[3].tolist()
    grown = graph_from_arrays(
        graph.features, graph.labels, torch.cat([graph.edge_index, torch.tensor([[low], [high]])], dim=1)
    )
    with pytest.raises(DataError, match=rf"{part}: expected pairs without an edge, got {low} and {high}, which are"):
        LinkViews.of(grown, split, LinkPrediction())


def test_a_task_of_nodes_is_refused() -> None:
    graph = tiny_graph()
    for make in (lambda t: LinkViews.of(graph, tiny_link_split(graph), t), lambda t: ObservedLinks.whole(graph, t)):
        with pytest.raises(ConfigError, match=r"task: expected LinkPrediction\(\) where links are predicted, got"):
            make(graph.task)


def test_what_has_no_links_or_features_is_refused() -> None:
    split = tiny_link_split(tiny_graph())
    with pytest.raises(DataError, match="link prediction works on a graph; tiny hypergraph is a hypergraph"):
        LinkViews.of(tiny_hypergraph(), split, LinkPrediction())
    with pytest.raises(DataError, match="expected node features, got none"):
        LinkViews.of(replace(tiny_graph(), features=torch.empty(60, 0)), split, LinkPrediction())


@pytest.mark.parametrize("how", FORMS)
def test_all_edges_train_where_nothing_is_held_out(how: dict[str, bool]) -> None:
    graph = tiny_graph(**how)
    observed = ObservedLinks.whole(graph, LinkPrediction("mrr"))
    assert torch.equal(observed.pairs, pairs_of(undirected(graph)))
    assert observed.graph.structure.keys() == undirected(graph).structure.keys()
    assert torch.equal(observed.graph.adjacency.values, undirected(graph).adjacency.values)
    assert observed.valid_pairs.shape == observed.valid_negatives.shape == (0, 2)
    assert observed.task.metric == "mrr"
    assert observed.graph.labels.isnan().all()


@both_settings
def test_views_show_themselves_in_a_line(setting: LinkSetting) -> None:
    views = tiny_link_views(setting)
    for each in (views, views.observed, views.full):
        assert len(repr(each)) < 400


def test_nodes_without_an_edge_stay() -> None:
    graph = tiny_graph()
    lonely = graph.without_links_of(torch.tensor([7]))
    assert isinstance(lonely, GraphData)
    views = LinkViews.of(lonely, RandomEdges(valid=0.15).split(lonely, 0), LinkPrediction())
    assert views.observed.graph.num_nodes == 60
    assert views.observed.graph.degree[7] == 0


def test_a_graph_of_no_labels_has_the_views_of_one_with_labels() -> None:
    graph = tiny_graph()
    bare = graph_from_arrays(graph.features, None, graph.edge_index, name=graph.name, task=LinkPrediction())
    one, other = (LinkViews.of(g, tiny_link_split(g, "production"), LinkPrediction()) for g in (graph, bare))
    assert one.observed.digest == other.observed.digest


def any_graph(seed: int) -> GraphData:
    """2 to 30 nodes with any share of edges, self-loops, repeated edges, directions, weights, and nodes without any."""
    random = np.random.default_rng(seed)
    nodes = int(random.integers(2, 31))
    ends = random.integers(nodes, size=(2, int(random.integers(1, 6 * nodes))))
    ends[:, 0] = (0, 1)
    directed, weighted = random.random(2) < 0.5
    weight = random.uniform(0.2, 5, ends.shape[1]) if weighted else None
    features = random.random((nodes, 2))
    return graph_from_arrays(features, None, ends, edge_weight=weight, directed=bool(directed), task=LinkPrediction())


@both_settings
@pytest.mark.parametrize("seed", range(40))
def test_any_graph_is_split_without_a_leak_or_refused_with_advice(seed: int, setting: LinkSetting) -> None:
    graph, random = any_graph(seed), np.random.default_rng(seed + 100)
    valid, test, new, extra = random.uniform(0.01, 0.45, 4).tolist()
    splitter = RandomEdges(valid=valid, test=test, new_nodes=new, extra=extra, negatives=int(random.integers(1, 4)))
    try:
        split = splitter.split(graph, seed, setting)
        views = LinkViews.of(graph, split, LinkPrediction())
    except DataError as error:
        assert re.search(r"(give .* share|draw fewer for each positive)", str(error))  # noqa: PT017  (either may come)
        return
    dense, observed, nodes = undirected(graph).adjacency.to_dense(), views.observed, graph.num_nodes
    parts = [split.train, split.valid, split.test, split.extra, split.known]
    assert torch.equal(canonical_pairs(torch.cat(parts), nodes), pairs_of(undirected(graph)))
    assert sum(map(len, parts)) == undirected(graph).num_edges
    negatives = torch.cat([split.valid_negatives, split.test_negatives])
    assert not dense[negatives[:, 0], negatives[:, 1]].any()
    assert len(canonical_pairs(negatives, nodes)) == len(negatives)
    for view, ids in ((observed.graph, observed.node_ids), (views.full.graph, torch.arange(nodes))):
        there = view.adjacency.to_dense()
        whole = dense[ids][:, ids]
        assert torch.equal(there, there.T)
        assert torch.equal(there[there > 0], whole[there > 0])
    assert observed.graph.num_edges == len(split.train)
    assert not views.full.graph.adjacency.to_dense()[split.test[:, 0], split.test[:, 1]].any()
    assert not torch.isin(observed.node_ids, split.new).any()
