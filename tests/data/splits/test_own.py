from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.split import SPLITTERS
from gnn2mlp.data.splits.own import Own
from gnn2mlp.tasks import NodeClassification


def published(train: range, test: range, valid: range | None = None) -> Mapping[str, Tensor]:
    parts = {"train": train, "test": test} | ({} if valid is None else {"valid": valid})
    return {key: torch.tensor(list(ids)) for key, ids in parts.items()}


@pytest.fixture
def graph(tiny_graph: Callable[..., GraphData]) -> GraphData:
    return replace(tiny_graph(), own_splits=(published(range(6), range(20, 60), range(6, 20)),))


def test_the_published_sets_are_taken_as_they_are(graph: GraphData) -> None:
    for seed in (0, 1):
        split = Own().split(graph, seed)
        assert split.train.tolist() == list(range(6))
        assert split.valid.tolist() == list(range(6, 20))
        assert split.seen.tolist() == list(range(20, 60))


def test_several_published_splits_go_by_seed(graph: GraphData) -> None:
    two = replace(graph, own_splits=(*graph.own_splits, published(range(9), range(20, 60), range(9, 20))))
    assert [Own().split(two, seed).train.numel() for seed in (0, 1, 2, 3)] == [6, 9, 6, 9]


def test_validation_is_drawn_where_none_was_published(graph: GraphData) -> None:
    bare = replace(graph, own_splits=(published(range(6), range(20, 60)),))
    split = Own(valid=0.25).split(bare, 0)
    assert split.valid.numel() == 10
    assert sorted(split.valid.tolist() + split.seen.tolist()) == list(range(20, 60))
    assert Own(valid=0.25).split(bare, 1).valid.tolist() != split.valid.tolist()


def test_unlabelled_nodes_are_left_out(graph: GraphData) -> None:
    labels = graph.labels.clone()
    labels[[0, 59]] = -1
    split = Own().split(replace(graph, labels=labels), 0)
    assert split.train.tolist() == list(range(1, 6))
    assert split.seen.tolist() == list(range(20, 59))


def test_without_a_published_split_there_is_an_error_or_another_splitter(tiny_graph: Callable[..., GraphData]) -> None:
    graph = tiny_graph()
    with pytest.raises(DataError, match="asks for a split published with the data, got none; use split 'per_class'"):
        Own().split(graph, 0)
    split = Own(otherwise=Spec("fraction", train=0.2)).split(graph, 0)
    assert split.train.tolist() == SPLITTERS.get("fraction")(train=0.2).split(graph, 0).train.tolist()  # type: ignore[call-arg]
    assert split.scheme["otherwise"] == {"name": "fraction", "train": 0.2, "valid": 0.1}


def test_the_other_splitter_draws_unseen_nodes_as_well(tiny_graph: Callable[..., GraphData]) -> None:
    graph, options = tiny_graph(nodes=200), {"train": 0.4, "valid": 0.2}
    expected = SPLITTERS.get("hash")(**options).split(graph, 0, "inductive")
    split = Own(otherwise=Spec("hash", **options)).split(graph, 0, "inductive")
    assert split.unseen.tolist() == expected.unseen.tolist()
    assert split.digest == expected.digest


def test_its_spec_builds_it_again() -> None:
    spec = Spec("own", otherwise={"name": "fraction"}).resolved(SPLITTERS)
    assert spec.resolved(SPLITTERS) == spec
    assert spec.build(SPLITTERS) == Own(otherwise=Spec("fraction"))


def test_missing_classes_are_refused_unless_told(graph: GraphData) -> None:
    graph = replace(graph, task=NodeClassification((*graph.class_names, "3")))
    with pytest.raises(DataError, match="got none for 3; .* as it is, --split own --set split.every_class=false"):
        Own().split(graph, 0)
    assert Own(every_class=False).split(graph, 0).train.numel() == 6


def test_the_share_is_checked() -> None:
    with pytest.raises(ConfigError, match="share between 0 and 1 for valid, got 1"):
        Own(valid=1.0)
