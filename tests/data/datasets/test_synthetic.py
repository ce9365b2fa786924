from typing import Any

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets import DATASETS, load_dataset
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.split import SPLITTERS
from gnn2mlp.nn.csr import CSR


def drawn(**options: Any) -> GraphData:
    return GraphData.expect(load_dataset(Spec("synthetic", **options)), "the test")


def test_a_graph_has_the_sizes_that_are_asked_for() -> None:
    graph = drawn(nodes=500, edges=2000, classes=4, features=9)
    assert graph.sizes == {"nodes": 500, "edges": 2000, "features": 9, "classes": 4}
    assert isinstance(graph.features, torch.Tensor)
    assert graph.labels.unique().tolist() == [0, 1, 2, 3]


def test_features_may_be_sparse() -> None:
    features = drawn(nodes=500, edges=2000, form="sparse", features=300, words=6).features
    assert isinstance(features, CSR)
    assert 1000 < features.nnz <= 3000


def test_the_seed_is_that_of_the_graph() -> None:
    options = {"nodes": 300, "edges": 900, "classes": 3}
    assert drawn(**options).digest == drawn(**options, seed=0).digest
    assert drawn(**options).digest != drawn(**options, seed=1).digest


def test_the_default_split_has_every_class() -> None:
    split = DATASETS.get("synthetic").split.build(SPLITTERS).split(drawn(nodes=500, edges=2000), 0, "inductive")
    assert split.sizes == {"train": 250, "valid": 99, "seen": 121, "unseen": 30}  # shares of each class, rounded


def test_its_spec_says_all_that_decides_it() -> None:
    made = Spec("synthetic", form="sparse").build(DATASETS)
    assert made.spec().options["signal"] == 0.3
    assert made.spec().build(DATASETS) == made


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"classes": 1}, "dataset.classes: expected at least 2"),
        ({"nodes": 5, "edges": 1}, "dataset.nodes: expected at least 10"),
        ({"homophily": 1.0}, r"homophily in 0\.\.1, 1 excluded.*got homophily 1.0"),
        ({"form": "sparse", "signal": 1.5}, "signal of sparse features of at most 1"),
        ({"exponent": 2.0}, "exponent above 2"),
        ({"signal": 0.0}, "dataset.signal"),
        ({"nodes": 100, "edges": 500}, "at most a quarter of the pairs .* 123, got 500"),
    ],
)
def test_what_cannot_be_drawn_is_refused(options: dict[str, Any], match: str) -> None:
    with pytest.raises(ConfigError, match=match):
        Spec("synthetic", **options).build(DATASETS)
