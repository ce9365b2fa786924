from collections.abc import Callable
from dataclasses import replace

import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS, GraphData
from gnn2mlp.data.splits.carried import Carried, roles_of


@pytest.mark.parametrize("setting", ["transductive", "inductive"])
def test_the_roles_of_an_earlier_split_come_back(tiny_graph: Callable[..., GraphData], setting: str) -> None:
    graph = tiny_graph()
    earlier = Spec("per_class", train=3, valid=4).build(SPLITTERS).split(graph, 7, setting, 0.3)  # type: ignore[arg-type]
    kept = replace(graph, split_keys=roles_of(earlier, 60))
    again = Carried().split(kept, 7, setting, 0.9)  # type: ignore[arg-type]  # the share says nothing here
    assert again.digest == earlier.digest


def test_an_unknown_seed_is_an_error(tiny_graph: Callable[..., GraphData]) -> None:
    graph = tiny_graph()
    earlier = Spec("per_class", train=3, valid=4).build(SPLITTERS).split(graph, 7)
    with pytest.raises(DataError, match="with seed 1, and the data keep those of seeds 7; name one of them"):
        Carried().split(replace(graph, split_keys=roles_of(earlier, 60)), 1)
    with pytest.raises(DataError, match="keep those of seeds none"):
        Carried().split(graph, 1)
