import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.data.datasets import load_dataset
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.split import Split
from gnn2mlp.data.splits.cpf import Cpf


def published_digest(ids: Tensor) -> str:
    return hashlib.sha256(ids.sort().values.numpy().astype("<i8").tobytes()).hexdigest()[:16]


@pytest.mark.parametrize("name", ["cpf-cora", "cpf-citeseer"])
def test_node_sets_are_those_of_the_published_tables(data_root: Path, name: str) -> None:
    path = data_root / "cpf_published_splits.json"
    if not path.is_file():
        pytest.skip("no digests of the published splits")
    published = json.loads(path.read_text())["splits"]
    graph = load_dataset(name, data_root)
    checked = 0
    for key, expected in published.items():
        if key.rsplit("/", 1)[0] == name:
            split = Cpf().split(graph, int(key.rsplit("/", 1)[1]), "inductive")
            for part in ("train", "valid", "seen", "unseen"):
                assert published_digest(getattr(split, part)) == expected[part], (key, part)
            assert list(split.sizes.values()) == expected["sizes"]
            checked += 1
    assert checked == 10


def test_draws_follow_one_numpy_generator(tiny_graph: Callable[..., GraphData]) -> None:
    graph = tiny_graph()
    split = Cpf(train_per_class=2, valid_per_class=3).split(graph, seed=5)
    random = np.random.RandomState(5)
    of_class = [list(range(c, 60, 3)) for c in range(3)]
    train = [random.choice(ids, 2, replace=False) for ids in of_class]
    left = [[i for i in ids if i not in drawn] for ids, drawn in zip(of_class, train, strict=True)]
    valid = [random.choice(ids, 3, replace=False) for ids in left]
    assert split.train.tolist() == sorted(np.concatenate(train).tolist())
    assert split.valid.tolist() == sorted(np.concatenate(valid).tolist())


def test_a_small_class_is_named(tiny_graph: Callable[..., GraphData]) -> None:
    with pytest.raises(DataError, match="needs 30 more labelled nodes of class 0, got 10; lower split.train_per_class"):
        Cpf(train_per_class=10).split(tiny_graph(), 0)


def test_counts_are_positive() -> None:
    with pytest.raises(ConfigError, match="split.train_per_class: expected at least 1, got 0"):
        Cpf(train_per_class=0)


def test_transductive_tests_on_all_the_rest(tiny_graph: Callable[..., GraphData]) -> None:
    split: Split = Cpf(train_per_class=2, valid_per_class=3).split(tiny_graph(), 0)
    assert split.sizes == {"train": 6, "valid": 9, "seen": 45, "unseen": 0}
