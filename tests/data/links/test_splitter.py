"""What every splitter of links leaves to its base: negatives, new nodes, and a look at the roles that it gives."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.data import LinkRoles, LinkSplitter, RandomEdges, graph_from_arrays
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.links.negatives import NonEdges
from gnn2mlp.data.links.pairs import keys_of, pairs_of, undirected
from gnn2mlp.data.links.split import LinkSetting
from tests.helpers import tiny_graph, tiny_hypergraph
from tests.links import tiny_link_split


class Everything(LinkSplitter):
    """One edge of each part, and two new nodes, by the places that a test gives."""

    name = "everything"

    def __init__(self, valid: int = 1, test: int = 2, negatives: int = 1):
        self.valid = valid
        self.test = test
        self.negatives = negatives

    def draw_new(self, graph: GraphData, seed: int) -> torch.Tensor:
        return torch.tensor([0])

    def assign(self, graph: GraphData, seed: int, setting: LinkSetting, new: torch.Tensor) -> LinkRoles:
        pairs = pairs_of(graph)
        none = pairs[:0]
        return LinkRoles(pairs[:1], pairs[self.valid :][:1], pairs[self.test :][:1], none, none)


def test_negatives_are_distinct_and_no_edges_whatever_the_splitter() -> None:
    graph = tiny_graph()
    split = Everything(negatives=300).split(graph, 0)
    keys = keys_of(torch.cat([split.valid_negatives, split.test_negatives]), 60)
    assert keys.unique().numel() == 600
    assert not torch.isin(keys, keys_of(pairs_of(graph), 60)).any()


def test_edges_of_two_roles_are_refused() -> None:
    with pytest.raises(DataError, match="gives some edges two roles; expected disjoint parts"):
        Everything(valid=2).split(tiny_graph(), 0)


@pytest.mark.parametrize("part", ["valid", "test"])
def test_a_part_without_edges_is_refused(part: str) -> None:
    with pytest.raises(DataError, match=rf"tiny: the {part} part .* no edge, of 212 in .*give split.{part} a larger"):
        Everything(**{part: 10_000}).split(tiny_graph(), 0)


def test_too_dense_a_graph_is_refused() -> None:
    low, high = torch.triu_indices(8, 8, 1).unbind(0)
    dense = graph_from_arrays(torch.rand(8, 3), [0, 1] * 4, torch.stack([low, high])[:, 1:], name="dense")
    with pytest.raises(
        DataError, match=r"dense: valid negatives: expected 2 distinct pairs of nodes without an edge, got 1"
    ):
        RandomEdges(valid=0.1, test=0.1).split(dense, 0)


def test_a_hypergraph_has_no_links() -> None:
    with pytest.raises(DataError, match="link prediction works on a graph; tiny hypergraph is a hypergraph"):
        Everything().split(tiny_hypergraph(), 0)


def test_a_graph_without_features_is_refused() -> None:
    with pytest.raises(DataError, match="expected node features, got none"):
        Everything().split(replace(tiny_graph(), features=torch.empty(60, 0)), 0)


def test_settings_and_seeds_that_cannot_be() -> None:
    with pytest.raises(
        ConfigError, match="setting: expected 'transductive' or 'production' where links are split, got"
    ):
        Everything().split(tiny_graph(), 0, "inductive")  # type: ignore[arg-type]
    for seed in (-1, 2**32):
        with pytest.raises(ConfigError, match=f"seed: expected 0 .. {2**32 - 1}, got {seed}"):
            Everything().split(tiny_graph(), seed)


def test_new_nodes_may_be_given() -> None:
    graph, newest = tiny_graph(), torch.tensor([59, 57, 58])
    split = RandomEdges(valid=0.15).split(graph, 0, "production", new=newest)
    assert split.new.tolist() == [57, 58, 59]
    assert not torch.isin(torch.cat([split.train, split.valid, split.extra, split.valid_negatives]), newest).any()
    assert torch.isin(split.known, newest).any(1).all()
    with pytest.raises(ConfigError, match="new: expected none where the setting is transductive"):
        RandomEdges(valid=0.15).split(graph, 0, new=newest)
    with pytest.raises(
        DataError, match="tiny: expected at least one new node where the setting is production, got none"
    ):
        RandomEdges(new_nodes=0.001).split(graph, 0, "production")
    for same in ([59, 57, 58], newest.numpy(), newest.numpy().astype("uint8")):
        assert RandomEdges(valid=0.15).split(graph, 0, "production", new=same).digest == split.digest
    for wrong in ([3, 60], [-1, 3], [3, 3], [3.0, 4.0], [[3, 4]]):
        with pytest.raises(DataError, match=r"tiny: new: expected different ids of nodes, integers 0 .. 59, got "):
            RandomEdges(valid=0.15).split(graph, 0, "production", new=np.array(wrong))


def test_directed_edges_are_split_as_pairs() -> None:
    graph = tiny_graph(directed=True)
    split, other = tiny_link_split(graph), tiny_link_split(undirected(graph))
    assert split.digest == other.digest


class Leaking(Everything):
    """A splitter that trains on an edge of a new node."""

    name = "leaking"

    def draw_new(self, graph: GraphData, seed: int) -> torch.Tensor:
        return pairs_of(graph)[0, :1]


class Turned(Everything):
    """A splitter that gives the larger end of a pair first."""

    name = "turned"

    def assign(self, graph: GraphData, seed: int, setting: LinkSetting, new: torch.Tensor) -> LinkRoles:
        roles = super().assign(graph, seed, setting, new)
        return roles._replace(test=roles.test.flip(1))


class Inventing(Everything):
    """A splitter that tests a pair that is no edge."""

    name = "inventing"

    def assign(self, graph: GraphData, seed: int, setting: LinkSetting, new: torch.Tensor) -> LinkRoles:
        pair = NonEdges(pairs_of(graph), graph.num_nodes).at(torch.tensor([4]))
        return super().assign(graph, seed, setting, new)._replace(test=pair)


def test_what_a_splitter_of_one_s_own_may_get_wrong_is_noticed() -> None:
    with pytest.raises(DataError, match=r"train has edges of new nodes; expected those of old ones"):
        Leaking().split(tiny_graph(), 0, "production")
    with pytest.raises(DataError, match=r"expected pairs of test as canonical_pairs has them"):
        Turned().split(tiny_graph(), 0)
    with pytest.raises(DataError, match=r"a role, which are not linked \(1 such pairs\); expected edges"):
        Inventing().split(tiny_graph(), 0)
    assert Leaking().split(tiny_graph(), 0).new.numel() == 0


def test_nothing_to_train_on_is_told_with_what_to_do() -> None:
    with pytest.raises(
        DataError, match="the train part .* give split.valid, split.test, split.extra or split.new_nodes"
    ):
        RandomEdges().split(tiny_graph(), 0, "production", new=range(60))
