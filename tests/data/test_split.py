from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.split import SPLITTERS, Roles, Split, Splitter, labelled_by_stratum, rest


class Fixed(Splitter):
    """Roles as given."""

    name = "fixed"
    citation = "none"

    def __init__(self, train: list[int], valid: list[int], test: list[int]):
        self.train, self.valid, self.test = train, valid, test

    def assign(self, graph: GraphData, seed: int) -> Roles:
        return Roles(*(torch.tensor(ids, dtype=torch.int64) for ids in (self.train, self.valid, self.test)))


@pytest.fixture
def graph(tiny_graph: Callable[..., GraphData]) -> GraphData:
    return tiny_graph(nodes=30)  # node i has class i mod 3


def test_parts_come_in_ascending_order(graph: GraphData) -> None:
    split = Fixed([2, 0, 1], [4, 3], [9, 7, 8]).split(graph, 0)
    assert split.train.tolist() == [0, 1, 2]
    assert split.valid.tolist() == [3, 4]
    assert split.seen.tolist() == split.test.tolist() == [7, 8, 9]
    assert split.sizes == {"train": 3, "valid": 2, "seen": 3, "unseen": 0}


def test_unseen_is_the_literatures_draw(graph: GraphData) -> None:
    test = list(range(5, 30))
    split = Fixed([0, 1, 2], [3, 4], test).split(graph, 7, "inductive")
    torch_order = torch.randperm(25, generator=torch.Generator().manual_seed(7))
    assert split.unseen.tolist() == sorted(test[i] for i in torch_order[:5].tolist())  # int(0.2 * 25) = 5
    assert split.test.tolist() == test
    assert split.sizes["seen"] == 20


def test_no_global_generator_is_touched(graph: GraphData) -> None:
    state = torch.get_rng_state()
    Fixed([0, 1, 2], [3, 4], list(range(5, 30))).split(graph, 7, "inductive")
    assert torch.equal(torch.get_rng_state(), state)


def test_saved_and_loaded_with_equal_digest(graph: GraphData, tmp_path: Path) -> None:
    split = Fixed([0, 1, 2], [3, 4], list(range(5, 30))).split(graph, 7, "inductive")
    split.save(tmp_path / "split.safetensors")
    loaded = Split.load(tmp_path / "split.safetensors")
    assert loaded.digest == split.digest
    assert (loaded.setting, loaded.seed, loaded.scheme) == ("inductive", 7, split.scheme)
    with pytest.raises(ArtefactError, match="no such file"):
        Split.load(tmp_path / "absent.safetensors")


def test_the_digest_is_that_of_the_sets(graph: GraphData) -> None:
    split = Fixed([0, 1, 2], [3, 4], [5, 6]).split(graph, 0)
    assert replace(split, train=split.train.flip(0), seed=5).digest == split.digest
    assert replace(split, train=split.train[1:]).digest != split.digest


@pytest.mark.parametrize(
    ("parts", "setting", "match"),
    [
        (([], [3], [4]), "transductive", "the train part of the split is empty"),
        (([0, 1, 2], [], [4]), "transductive", "the valid part of the split is empty"),
        (([0, 1, 2], [3], []), "transductive", "the seen part of the split is empty"),
        (([0, 1, 2], [3], [4, 5, 6, 7]), "inductive", "the unseen part of the split is empty"),
        (([0, 1, 3], [4], [5]), "transductive", "training label for each of the 3 classes, got none for 2"),
        (([0, 3, 6], [4], [5]), "transductive", "at least two classes among the training labels, got 1"),
        (([0, 1, 2], [2], [5]), "transductive", "gives some nodes two roles"),
    ],
)
def test_unusable_splits_are_refused(graph: GraphData, parts: tuple[list[int], ...], setting: str, match: str) -> None:
    with pytest.raises(DataError, match=match):
        Fixed(*parts).split(graph, 0, setting)  # type: ignore[arg-type]


def test_a_splitter_may_accept_a_class_without_training_label(graph: GraphData) -> None:
    splitter = Fixed([0, 1], [4], [5])
    splitter.every_class = False
    assert splitter.split(graph, 0).train.tolist() == [0, 1]


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_seeds_out_of_range_are_refused(graph: GraphData, seed: int) -> None:
    with pytest.raises(ConfigError, match="seed: expected 0"):
        Fixed([0, 1, 2], [3], [4]).split(graph, seed)


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.5, 3.0])
def test_the_unseen_share_lies_between_0_and_1(graph: GraphData, fraction: float) -> None:
    with pytest.raises(ConfigError, match="unseen_fraction: expected a share between 0 and 1"):
        Fixed([0, 1, 2], [3], [4]).split(graph, 0, "inductive", fraction)


def test_unlabelled_nodes_are_in_no_class_and_not_in_the_rest(graph: GraphData) -> None:
    labels = graph.labels.clone()
    labels[0] = -1
    partly = replace(graph, labels=labels)
    assert 0 not in labelled_by_stratum(partly)[0].tolist()
    assert labelled_by_stratum(partly, taken=torch.tensor([3]))[0].tolist()[:2] == [6, 9]
    assert rest(partly, torch.tensor([1]), torch.tensor([2])).tolist() == list(range(3, 30))


@pytest.mark.parametrize("name", ["cpf", "per_class", "fraction", "hash"])
def test_every_splitter_takes_an_integer_of_any_type_as_seed(name: str, tiny_graph: Callable[..., GraphData]) -> None:
    options = {"cpf": (2, 2), "per_class": (2, 2)}.get(name, (0.4, 0.3))
    splitter, graph = SPLITTERS.get(name)(*options), tiny_graph(nodes=60)
    plain = splitter.split(graph, 3, "inductive")
    for seed in (np.int64(3), np.uint8(3), torch.tensor(3)):
        split = splitter.split(graph, seed, "inductive")
        assert split.digest == plain.digest
        assert type(split.seed) is int
