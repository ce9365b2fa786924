"""What all teachers of links share is tested in tests/contracts/test_link_teachers.py; here is the rest."""

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from gnn2mlp.data import GraphData, Observed
from gnn2mlp.nn.training import History
from gnn2mlp.teachers import LinkTeacher
from gnn2mlp.teachers._links import PairScores, scores_of
from tests.tiny import tiny_link_views


class Nearby(LinkTeacher):
    """One of a user's own: the closer the row numbers, the likelier a link."""

    name = "nearby"

    def fit(self, observed: Observed, **options: Any) -> History:
        self.view(observed)
        return History()

    def scorer(self, graph: GraphData, device: torch.device | str = "cpu") -> PairScores:
        return lambda pairs: -(pairs[:, 0] - pairs[:, 1]).abs().float()


def test_a_teacher_of_a_users_own_needs_two_methods() -> None:
    observed = tiny_link_views().observed
    teacher = Nearby()
    teacher.fit(observed)
    table = teacher.export(observed)
    rows = torch.arange(60)[:, None]
    assert torch.equal(table["context_scores"], -(table.rows_of("context_ids") - rows).abs().float())
    assert teacher.pair_predictor(observed.graph) is None
    assert teacher.export(observed, []).values == {}


@pytest.mark.parametrize("at_once", [1, 7, 1000])
def test_scores_of_contexts_come_in_parts_of_bounded_size(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def score(pairs: Tensor) -> Tensor:
        asked.append(len(pairs))
        return torch.stack([pairs[:, 0], pairs[:, 1]], 1).float()

    monkeypatch.setattr("gnn2mlp.teachers._links.AT_ONCE", at_once)
    contexts = torch.tensor([[4, 5, 6], [7, 8, 9]])
    found = scores_of(score, contexts)
    assert found.shape == (2, 3, 2)
    assert torch.equal(found[:, :, 1], contexts.float())
    assert found[:, :, 0].tolist() == [[0, 0, 0], [1, 1, 1]]
    assert max(asked) <= max(at_once, 3)


def test_no_nodes_have_no_scores() -> None:
    empty: Sequence[Any] = torch.empty(0, 4, dtype=torch.int64)
    assert scores_of(lambda pairs: pairs[:, 0].float(), empty).shape == (0, 4)
