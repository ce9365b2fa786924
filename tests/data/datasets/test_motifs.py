import numpy as np
import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS, GraphData, load_dataset
from gnn2mlp.data.datasets import DATASETS
from gnn2mlp.data.datasets.motifs import HOUSE, MOTIF, MotifGraph, plant

SIZES = {"ba-house": 700, "ba-community": 1400, "ba-grid": 1020, "tree-cycle": 871, "tree-grid": 1231, "ba-bottle": 700}


def drawn(name: str, **options: int | float) -> GraphData:
    return GraphData.expect(load_dataset(Spec(name, **options)), "the test")


@pytest.mark.parametrize("name", SIZES)
def test_a_graph_has_the_published_size_and_a_copy_for_each_motif(name: str) -> None:
    graph = drawn(name)
    assert graph.num_nodes == SIZES[name]
    copies = graph.split_keys[MOTIF].numpy()
    found, sizes = np.unique(copies[copies >= 0], return_counts=True)
    assert (found == np.arange(len(found))).all()
    assert set(sizes) == {len(DATASETS.get(name).motif.roles)}  # type: ignore[attr-defined]
    classes = graph.labels.numpy()
    assert ((classes % (4 if name == "ba-community" else 100) == 0) == (copies < 0)).all()


@pytest.mark.parametrize("name", SIZES)
def test_the_seed_is_that_of_the_graph(name: str) -> None:
    assert drawn(name).digest == drawn(name, seed=0).digest
    tree = name.startswith("tree")
    assert drawn(name).digest != drawn(name, seed=1).digest
    assert drawn(name, noise=0.0).num_edges < drawn(name).num_edges
    assert tree == (drawn(name, noise=0.0).digest == drawn(name, noise=0.0, seed=1).digest)


def test_a_house_stands_on_the_base_by_one_edge() -> None:
    base = np.array([[0, 1], [1, 2], [2, 3]])
    planted = plant(base, 4, HOUSE, 2)
    bridges = planted.edges[(planted.edges[:, 0] < 4) & (planted.edges[:, 1] >= 4)]
    assert bridges.tolist() == [[0, 4], [2, 9]]
    assert planted.roles.tolist() == [0] * 4 + [1, 1, 2, 2, 3] * 2
    assert planted.copies.tolist() == [-1] * 4 + [0] * 5 + [1] * 5


def test_the_sizes_of_released_graphs_are_met() -> None:
    assert drawn("ba-house").num_edges == 2055
    assert abs(drawn("ba-bottle").num_edges - 1974) <= 1


def test_the_default_split_has_every_class() -> None:
    split = DATASETS.get("ba-house").split.build(SPLITTERS).split(drawn("ba-house"), 0)
    assert sum(split.sizes.values()) == 700


def test_settings_are_checked() -> None:
    for wrong in ({"motifs": 0}, {"noise": 1.5}, {"seed": -1}):
        with pytest.raises(ConfigError, match="dataset"):
            DATASETS.get("ba-house")(**wrong)
    assert issubclass(DATASETS.get("ba-house"), MotifGraph)
