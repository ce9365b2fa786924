"""What every registered splitter of links promises. A new one is tested here as soon as its file exists."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from gnn2mlp.core.spec import Spec
from gnn2mlp.data import LINK_SPLITTERS, GraphData, LinkSplit
from gnn2mlp.data.links.pairs import canonical_pairs, keys_of, pairs_of, undirected
from gnn2mlp.data.links.split import NEGATIVES, PAIR_PARTS, LinkSetting
from tests.helpers import tiny_graph
from tests.links import with_other_new_nodes

# Options under which a splitter works on 60 nodes; the defaults where a name is absent.
OPTIONS: dict[str, dict[str, Any]] = {"edges": {"valid": 0.15, "test": 0.15, "new_nodes": 0.2}}
SETTINGS: tuple[LinkSetting, ...] = ("transductive", "production")

pytestmark = [pytest.mark.parametrize("name", LINK_SPLITTERS.names()), pytest.mark.parametrize("setting", SETTINGS)]


def draw(name: str, setting: LinkSetting, seed: int = 3, graph: GraphData | None = None, **options: Any) -> LinkSplit:
    spec = Spec(name, **{**OPTIONS.get(name, {}), **options})
    return spec.build(LINK_SPLITTERS).split(graph or tiny_graph(), seed, setting)


def test_parts_are_sorted_pairs_and_disjoint_edges(name: str, setting: LinkSetting) -> None:
    split, edges = draw(name, setting), set(map(tuple, pairs_of(tiny_graph()).tolist()))
    seen: set[tuple[int, ...]] = set()
    for part in PAIR_PARTS:
        pairs = getattr(split, part)
        assert pairs.dtype == torch.int64
        assert torch.equal(canonical_pairs(pairs, 60), pairs), part
        found = set(map(tuple, pairs.tolist()))
        assert found <= edges
        assert not found & seen
        seen |= found
    for part in ("train", "valid", "test"):
        assert getattr(split, part).size(0)
    assert (split.new.diff() > 0).all()


def test_negatives_are_distinct_pairs_without_an_edge(name: str, setting: LinkSetting) -> None:
    split, edges = draw(name, setting, negatives=2), keys_of(pairs_of(tiny_graph()), 60)
    for part, positives in zip(NEGATIVES, ("valid", "test"), strict=True):
        pairs = getattr(split, part)
        assert torch.equal(canonical_pairs(pairs, 60), pairs)
        assert not torch.isin(keys_of(pairs, 60), edges).any()
        assert pairs.size(0) == 2 * getattr(split, positives).size(0)
    both = torch.cat([keys_of(getattr(split, part), 60) for part in NEGATIVES])
    assert both.unique().numel() == both.numel()


def test_training_knows_of_no_new_node(name: str, setting: LinkSetting) -> None:
    split = draw(name, setting)
    for part in ("train", "valid", "extra", "valid_negatives"):
        assert not torch.isin(getattr(split, part), split.new).any(), part
    assert torch.isin(split.known, split.new).any(1).all()
    assert (split.new.numel() > 0) == (setting == "production")


def test_new_nodes_decide_nothing_that_training_sees(name: str, setting: LinkSetting) -> None:
    graph, split = tiny_graph(), draw(name, setting)
    other = draw(name, setting, graph=with_other_new_nodes(graph, split.new))
    for part in ("train", "valid", "extra", "valid_negatives", "new"):
        assert torch.equal(getattr(split, part), getattr(other, part)), part


def test_labels_and_features_decide_nothing(name: str, setting: LinkSetting) -> None:
    graph = tiny_graph()
    other = replace(graph, labels=graph.labels.flip(0), features=torch.rand(60, 3))
    assert draw(name, setting, graph=other).digest == draw(name, setting).digest


def test_seeds_decide(name: str, setting: LinkSetting) -> None:
    torch.manual_seed(1)
    first = draw(name, setting)
    torch.manual_seed(2)
    assert draw(name, setting).digest == first.digest
    assert draw(name, setting, seed=4).digest != first.digest


def test_directions_decide_nothing(name: str, setting: LinkSetting) -> None:
    graph = tiny_graph(directed=True)
    assert draw(name, setting, graph=graph).digest == draw(name, setting, graph=undirected(graph)).digest


def test_saved_loaded_and_drawn_again_from_its_card(name: str, setting: LinkSetting, tmp_path: Path) -> None:
    split = draw(name, setting)
    split.save(tmp_path / "split.safetensors")
    loaded = LinkSplit.load(tmp_path / "split.safetensors")
    assert (loaded.digest, loaded.seed, loaded.setting) == (split.digest, 3, setting)
    again = Spec.parse(loaded.scheme).build(LINK_SPLITTERS).split(tiny_graph(), loaded.seed, loaded.setting)
    assert again.digest == split.digest


def test_it_has_a_citation_and_a_docstring(name: str, setting: LinkSetting) -> None:
    assert len(LINK_SPLITTERS.get(name).citation) > 10
    assert LINK_SPLITTERS.get(name).__doc__
