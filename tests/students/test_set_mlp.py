import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.core.spec import Spec
from gnn2mlp.nn.node_sets import NodeSets, code_rows
from gnn2mlp.students import STUDENTS, SetMLP


def test_it_answers_for_graphs() -> None:
    assert [name for name, cls in STUDENTS.classes.items() if cls.unit == "graph"] == ["set_mlp"]
    sets = NodeSets(code_rows(torch.tensor([[0], [2], [1]]), [3]), torch.tensor([0, 0, 1]), 2)
    assert SetMLP(hidden=8, pool="mean+size").network(3, 4)(sets).logits.shape == (2, 4)


def test_values_of_nodes_are_dropped_in_training_alone() -> None:
    sets = NodeSets(torch.ones(40, 3), torch.zeros(40, dtype=torch.int64), 1)
    with seeded(0, "weights"):
        network = SetMLP(hidden=8, dropout=0.0, input_dropout=0.5).network(3, 2)
    kept = network.eval()(sets).logits
    assert not torch.equal(network.train()(sets).logits, kept)
    assert torch.equal(network.eval()(sets).logits, kept)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pool": "median"}, r"student.pool: expected .*'mean', 'sum', 'max', 'mean\+size'.*, got 'median'"),
        ({"layers": 1}, "layers"),
    ],
)
def test_options_that_cannot_be(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Spec("set_mlp", **options).build(STUDENTS)
