"""A teacher of the tiny graph forgets some of its nodes."""

from typing import Any, NamedTuple, get_args

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.data.view import Observed
from gnn2mlp.objectives import RetainAndForget
from gnn2mlp.pipeline.unlearning.forget_teacher import forget_teacher
from gnn2mlp.pipeline.unlearning.forgetting_table import Destroyer, kept_rows
from gnn2mlp.teachers import GCN, SAGE, Heuristic
from gnn2mlp.teachers._network_teacher import NetworkTeacher
from tests.tiny import tiny_views


class Given(NamedTuple):
    """A teacher that has learnt, from which nodes, and which it is to forget."""

    teacher: NetworkTeacher
    observed: Observed
    left: Observed
    forgotten: Tensor


@pytest.fixture(scope="module")
def given() -> Given:
    observed = tiny_views().observed
    teacher = GCN(hidden=16, epochs=40)
    teacher.fit(observed)
    forgotten = torch.zeros(observed.graph.num_nodes, dtype=torch.bool)
    forgotten[observed.train[:6]] = True
    train, valid = (rows[~forgotten[rows]] for rows in (observed.train, observed.valid))
    view = Observed(observed.graph, observed.node_ids, train, valid)
    return Given(teacher, observed, kept_rows(view, ~forgotten), forgotten)


def forget(given: Given, destroyer: Destroyer, **options: Any) -> NetworkTeacher:
    return forget_teacher(*given, RetainAndForget(), destroyer, options.pop("epochs", 40), ignorant_epochs=3, **options)


def surest(teacher: NetworkTeacher, given: Given, rows: Tensor) -> float:
    apart = given.observed.graph.without_links_of(given.forgotten.nonzero()[:, 0])
    return float(teacher.predict(apart)[rows].softmax(-1).max(-1).values.mean())


@pytest.mark.parametrize("destroyer", get_args(Destroyer))
def test_it_knows_less_of_what_is_forgotten_and_much_of_the_rest(given: Given, destroyer: Destroyer) -> None:
    before = {name: tensor.clone() for name, tensor in given.teacher.module_.state_dict().items()}
    after = forget(given, destroyer)
    assert surest(after, given, given.forgotten) < surest(given.teacher, given, given.forgotten) - 0.02
    kept = ~given.forgotten
    said = [one.predict(given.observed.graph)[kept].argmax(-1) for one in (after, given.teacher)]
    assert (said[0] == said[1]).float().mean() > 0.7
    assert all(torch.equal(tensor, before[name]) for name, tensor in given.teacher.module_.state_dict().items())
    assert after.history_.best_epoch == 40


def test_with_all_weight_on_what_is_kept_it_stays_what_it_is_over_the_graph_without_the_links(given: Given) -> None:
    teacher = GCN(hidden=16, epochs=40, weight_decay=0.0)
    teacher.fit(given.observed)
    after = forget_teacher(teacher, *given[1:], RetainAndForget(alpha=1), "uniform", 3)
    for one, other in zip(after.module_.parameters(), teacher.module_.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-3)


def test_sampled_neighbours_go_over_all_nodes(given: Given) -> None:
    teacher = SAGE(hidden=8, epochs=3, fanouts=(3, 3), batch_size=16)
    teacher.fit(given.observed)
    after = forget_teacher(teacher, *given[1:], RetainAndForget(), "random", 2)
    assert len(after.history_.loss) == 2
    assert isinstance(after, SAGE)


def test_what_is_no_network_is_refused(given: Given) -> None:
    with pytest.raises(ConfigError, match="one network over a graph, such as gcn or sage, got 'heuristic'"):
        forget_teacher(Heuristic(), *given[1:], RetainAndForget(), "random", 2)
