"""What every registered splitter promises."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gnn2mlp.core.spec import Spec
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.split import SPLITTERS, Setting, Split
from gnn2mlp.data.splits.carried import roles_of
from tests.helpers import tiny_graph

# Options under which a splitter works on the small graph below; the defaults where a name is absent.
OPTIONS = {
    "cpf": {"train_per_class": 3, "valid_per_class": 4},
    "per_class": {"train": 3, "valid": 4},
    "hash": {"train": 0.3, "valid": 0.3},
}
SETTINGS: tuple[Setting, ...] = ("transductive", "inductive")


@pytest.fixture(scope="module")
def graph() -> GraphData:
    """120 nodes, 6 of them without a label, with published splits, roles of earlier seeds, a time and a group each."""
    graph = tiny_graph(nodes=120)
    labels = graph.labels.clone()
    labels[::20] = -1
    published = [{"train": range(k, 30 + k), "valid": range(40, 60), "test": range(60, 120)} for k in (0, 5)]
    own_splits = tuple({part: torch.tensor(list(ids)) for part, ids in split.items()} for split in published)
    keys = {"time": torch.arange(120) * 7 % 120, "group": torch.arange(120) // 4}
    for seed in (1, 4, 5):
        earlier = Spec("per_class", train=3, valid=4).build(SPLITTERS)
        keys |= roles_of(earlier.split(replace(graph, labels=labels), seed, "inductive"), 120)
    return replace(graph, labels=labels, own_splits=own_splits, split_keys=keys)


def draw(name: str, graph: GraphData, seed: int, setting: Setting) -> Split:
    return Spec(name, **OPTIONS.get(name, {})).build(SPLITTERS).split(graph, seed, setting)


pytestmark = [pytest.mark.parametrize("name", SPLITTERS.names()), pytest.mark.parametrize("setting", SETTINGS)]


def test_parts_are_disjoint_ascending_and_labelled(name: str, setting: Setting, graph: GraphData) -> None:
    split = draw(name, graph, 1, setting)
    ids = torch.cat([split.train, split.valid, split.seen, split.unseen])
    assert ids.unique().numel() == ids.numel()
    assert bool((graph.labels[ids] >= 0).all())
    for part in ("train", "valid", "seen", "unseen", "test"):
        assert bool((getattr(split, part).diff() > 0).all())
        assert getattr(split, part).dtype == torch.int64
    assert (split.unseen.numel() > 0) == (setting == "inductive")


def test_equal_seeds_give_equal_splits(name: str, setting: Setting, graph: GraphData) -> None:
    torch.manual_seed(1)
    first = draw(name, graph, 4, setting)
    torch.manual_seed(2)
    assert draw(name, graph, 4, setting).digest == first.digest


def test_other_seeds_give_other_splits(name: str, setting: Setting, graph: GraphData) -> None:
    assert draw(name, graph, 4, setting).digest != draw(name, graph, 5, setting).digest


def test_settings_share_training_and_test_nodes(name: str, setting: Setting, graph: GraphData) -> None:
    split, other = draw(name, graph, 4, setting), draw(name, graph, 4, "transductive")
    assert split.train.tolist() == other.train.tolist()
    assert split.valid.tolist() == other.valid.tolist()
    assert split.test.tolist() == other.test.tolist()


def test_features_and_edges_do_not_matter(name: str, setting: Setting, graph: GraphData) -> None:
    other = replace(tiny_graph(seed=9, nodes=120), labels=graph.labels, own_splits=graph.own_splits)
    other = replace(other, split_keys=graph.split_keys)
    assert draw(name, other, 4, setting).digest == draw(name, graph, 4, setting).digest


def test_saved_and_loaded_with_equal_digest(name: str, setting: Setting, graph: GraphData, tmp_path: Path) -> None:
    split = draw(name, graph, 4, setting)
    split.save(tmp_path / "split.safetensors")
    loaded = Split.load(tmp_path / "split.safetensors")
    assert loaded.digest == split.digest
    assert (loaded.seed, loaded.setting) == (4, setting)
    again = Spec.parse(loaded.scheme).build(SPLITTERS).split(graph, loaded.seed, loaded.setting)
    assert again.digest == split.digest


def test_it_has_a_citation_and_a_docstring(name: str, setting: Setting) -> None:
    assert len(SPLITTERS.get(name).citation) > 10
    assert SPLITTERS.get(name).__doc__
