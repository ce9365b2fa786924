from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.nn import set_fold as module
from gnn2mlp.nn.mlp import MLP
from gnn2mlp.nn.node_sets import NodeSets, node_rows
from gnn2mlp.nn.set_fold import FoldedSets, code_table
from gnn2mlp.nn.set_network import SET_POOLINGS, SetNetwork, pooled_width

OFFSETS = np.array([0, 3, 3, 4, 40])  # one set is empty


def network(width: int, pool: Any, norm: Any = "batch") -> SetNetwork:
    torch.manual_seed(0)
    head = MLP(pooled_width(pool, 8), 8, 3, norm=norm)
    made = SetNetwork(MLP(width, 8, 8, norm=norm), head, pool).eval()
    for each in made.modules():
        if isinstance(each, torch.nn.BatchNorm1d):
            torch.nn.init.uniform_(each.running_mean)  # type: ignore[arg-type]
    return made


def plain(made: SetNetwork, codes: Any, sizes: Any, features: Any) -> torch.Tensor:
    given = (None if each is None else torch.from_numpy(each) for each in (codes, features))
    coded, numbers = given
    rows = node_rows(coded, sizes, numbers).to(dtype=next(made.parameters()).dtype)
    found: torch.Tensor = made(NodeSets.of_offsets(rows, torch.from_numpy(OFFSETS))).logits
    return found.detach()


@pytest.mark.parametrize("pool", SET_POOLINGS)
@pytest.mark.parametrize("sizes", [(5,), (3, 2), ()])
@pytest.mark.parametrize("features", [0, 2])
@pytest.mark.parametrize("many", [1, 1_000])
def test_it_answers_as_the_network(
    monkeypatch: pytest.MonkeyPatch, pool: Any, sizes: tuple[int, ...], features: int, many: int
) -> None:
    if not sizes and not features:
        return
    monkeypatch.setattr(module, "_MANY", many)
    random = np.random.default_rng(0)
    # Among the codes are some that are no value of their field.
    codes = np.stack([random.integers(-1, size + 2, 40) for size in sizes], 1) if sizes else None
    numbers = random.normal(size=(40, features)).astype(np.float32) if features else None
    made = network(sum(sizes) + features, pool)
    found = FoldedSets(made, sizes, features)(codes, numbers, OFFSETS)
    torch.testing.assert_close(found, plain(made, codes, sizes, numbers), atol=1e-6, rtol=1e-6)
    assert not found.requires_grad


def test_in_double_precision_and_of_narrow_codes() -> None:
    made = network(5, "mean+max+size", "layer").double()
    codes = np.random.default_rng(0).integers(-1, 7, (40, 1), dtype=np.int32)
    found = FoldedSets(made, (5,), 0)(codes, None, OFFSETS)
    torch.testing.assert_close(found, plain(made, codes, (5,), None), atol=1e-12, rtol=0)


def test_each_distinct_node_is_embedded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MANY", 1)
    made = FoldedSets(network(5, "mean"), (3, 2), 0)
    seen: list[int] = []
    embed = made._embed
    monkeypatch.setattr(made, "_embed", lambda rows: (seen.append(rows.shape[0]), embed(rows))[1])
    made(np.array([[0, 1], [2, 0]] * 20), None, OFFSETS)
    assert seen == [2]


def test_a_table_has_a_line_of_no_value() -> None:
    made = network(5, "mean")
    table = code_table(made, 5)
    torch.testing.assert_close(table[5:], made.embed(torch.zeros(1, 5)).logits.relu().detach())
    torch.testing.assert_close(table[:5], made.embed(torch.eye(5)).logits.relu().detach())
