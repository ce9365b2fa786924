"""What every teacher that trains a network does, shown on a network that only maps rows."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.nn.linear import Linear
from gnn2mlp.teachers import TEACHERS, NetworkTeacher, Teacher
from gnn2mlp.teachers._network import LayerInput, Network, OverAll, rows_of
from tests.tiny import tiny_views


class RowMap(Network):
    def __init__(self, features: int, classes: int):
        super().__init__()
        self.convs, self.norms = nn.ModuleList([Linear(features, classes)]), nn.ModuleList()

    def forward(self, x: LayerInput, blocks: Any) -> tuple[Tensor, Tensor]:
        rows = rows_of(x)
        assert isinstance(rows, Tensor)
        rows = rows[: blocks[-1].num_targets]
        return self.convs[0](rows), rows

    def over_all(self, x: LayerInput, each: OverAll) -> dict[str, Tensor]:
        logits = each(lambda rows, block: self(rows, [block])[0], x)
        rows = rows_of(x)
        assert isinstance(rows, Tensor)
        return {"logits": logits, "hidden": rows}


class Linearly(NetworkTeacher):
    """A linear model of a node's own features."""

    name = "linearly"

    def __init__(self, epochs: int = 60):
        super().__init__(8, 0.0, "none", lr=0.05, weight_decay=0.0, epochs=epochs, patience=60)

    def build(self, num_features: int, num_classes: int) -> RowMap:
        return RowMap(num_features, num_classes)

    @property
    def depth(self) -> int:
        return 1


def test_a_network_of_ones_own_is_trained_asked_and_exported() -> None:
    views = tiny_views()
    teacher = Linearly()
    history = teacher.fit(views.observed)
    assert history.loss[-1] < 0.5 * history.loss[0]
    logits = teacher.predict(views.full.graph)
    answer = teacher.neighbourhood_predictor(views.full.graph)
    torch.testing.assert_close(answer(torch.tensor([3, 50])), logits[[3, 50]].softmax(-1))
    table = teacher.export(views.observed, ["hidden", "logits"])
    x = views.observed.graph.features
    assert isinstance(x, Tensor)
    assert torch.equal(table["hidden"], x)


def test_a_network_of_ones_own_is_saved_and_loaded(tmp_path: Any) -> None:
    views = tiny_views()
    teacher = Linearly(epochs=2)
    teacher.fit(views.observed)
    teacher.save(tmp_path / "teacher")
    tensors, facts = teacher.state()
    other = Linearly(epochs=2)
    other.restore(tensors, facts)
    assert torch.equal(other.predict(views.full.graph), teacher.predict(views.full.graph))
    assert not other.module_.training


def test_training_is_on_the_whole_graph_unless_a_subclass_samples() -> None:
    assert Linearly().fanouts is None
    assert "fanouts" not in Linearly.constructor_options()


@pytest.mark.parametrize("kind", [cls for cls in TEACHERS.classes.values() if issubclass(cls, NetworkTeacher)])
def test_common_options_are_checked(kind: type[Teacher]) -> None:
    if "lr" in kind.constructor_options():
        with pytest.raises(ConfigError, match=r"teacher\.lr: expected a positive number, got 0\.0"):
            kind(lr=0.0)
