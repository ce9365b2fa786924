"""What all teachers of links promise is tested in tests/contracts/test_link_teachers.py; here is the rest."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.seeds import generator
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import LinkViews, graph_from_arrays
from gnn2mlp.tasks import LinkPrediction
from gnn2mlp.teachers import TEACHERS, Export, Heuristic, NeighbourScores, providing
from tests.tiny import link_views_of, tiny_link_views


@pytest.fixture(scope="module")
def views() -> LinkViews:
    return tiny_link_views(nodes=120)


@pytest.fixture(scope="module")
def teacher(views: LinkViews) -> Heuristic:
    made = Heuristic()
    made.fit(views.observed)
    return made


def asked(views: LinkViews) -> torch.Tensor:
    return torch.cat([views.full.split.test, views.full.split.test_negatives])


def test_a_score_is_a_probability(teacher: Heuristic, views: LinkViews) -> None:
    """On pairs as those that it has learnt from, half of them linked, means and frequencies agree."""
    random = torch.Generator().manual_seed(1)
    others = views.observed.non_edges.sample(4000, random)
    linked = views.observed.pairs.repeat(math.ceil(4000 / len(views.observed.pairs)), 1)[:4000]
    for scores in (
        teacher.score_pairs(views.observed.graph, torch.cat([linked, others]))[:, None],
        teacher.score_members(views.observed.graph, torch.cat([linked, others])),
    ):
        torch.testing.assert_close(scores.sigmoid().mean(0), torch.full((scores.size(1),), 0.5), atol=0.02, rtol=0)


def test_regressions_are_scikit_learns_on_training_pairs_and_as_many_others(views: LinkViews) -> None:
    links = views.observed
    teacher = Heuristic()
    teacher.fit(links, seed=3)
    random = generator(3, "pairs of heuristic")
    torch.randperm(len(links.pairs), generator=random)
    others = links.non_edges.sample(len(links.pairs), random)
    rows = NeighbourScores(links.graph.adjacency, teacher.scores)(torch.cat([links.pairs, others])).log1p().numpy()
    linked = np.arange(len(rows)) < len(links.pairs)
    for number, columns in enumerate([[0, 1, 2], [0], [1], [2]]):
        scale = rows[:, columns].std(0)
        expected = LogisticRegression(max_iter=1000).fit(rows[:, columns] / scale, linked)
        np.testing.assert_allclose(teacher.weight_[number, columns], expected.coef_[0] / scale, atol=1e-3)
        np.testing.assert_allclose(teacher.bias_[number], expected.intercept_, atol=1e-3)


def test_each_member_ranks_as_its_heuristic_does(teacher: Heuristic, views: LinkViews) -> None:
    rows = teacher.rows_of(views.full.graph)(asked(views))
    members = teacher.score_members(views.full.graph, asked(views))
    assert members.shape == (len(asked(views)), 3)
    for heuristic, logits in zip(rows.T, members.T, strict=True):
        order = heuristic.argsort(stable=True)
        assert (logits[order].diff() >= -1e-5).all()


@pytest.mark.parametrize(("transform", "expected"), [("log1p", math.log(3)), ("none", 2.0)])
def test_what_regressions_read(transform: str, expected: float) -> None:
    square = graph_from_arrays(torch.eye(4), [0, 1, 0, 1], [[0, 1, 2, 3], [1, 2, 3, 0]])
    rows = Heuristic(scores=("cn",), transform=transform).rows_of(square)(torch.tensor([[0, 2]]))
    assert rows.item() == pytest.approx(expected)


def test_scores_of_members_are_those_of_the_pairs(teacher: Heuristic, views: LinkViews) -> None:
    how = Export(contexts_near=2, contexts_hops=2, context_draws=2)
    table = teacher.export(views.observed, sorted(teacher.provides), how=how)
    contexts, members = table.rows_of("context_ids"), table["member_context_scores"]
    assert members.shape == (120, 3, how.contexts)
    pairs = torch.stack([torch.full((how.contexts,), 7), contexts[7]], 1)
    torch.testing.assert_close(members[7].T, teacher.score_members(views.observed.graph, pairs))
    alone = teacher.export(views.observed, ["member_context_scores"], how=how)
    assert torch.equal(alone["member_context_scores"], members)


def test_training_edges_help_themselves_in_nothing(teacher: Heuristic, views: LinkViews) -> None:
    """An edge is scored alike whether the graph holds it or not, but for what it adds to the degrees of others."""
    graph, pair = views.observed.graph, views.observed.pairs[:1]
    kept = ~((graph.edge_index == pair.T).all(0) | (graph.edge_index == pair.flip(1).T).all(0))
    without = replace(graph, edge_index=graph.edge_index[:, kept])
    torch.testing.assert_close(teacher.score_pairs(graph, pair), teacher.score_pairs(without, pair))


def test_features_are_not_read(teacher: Heuristic, views: LinkViews) -> None:
    other = replace(views.full.graph, features=views.full.graph.features * 7)
    assert torch.equal(teacher.score_pairs(other, asked(views)), teacher.score_pairs(views.full.graph, asked(views)))


def test_heuristics_that_there_are_not_are_refused() -> None:
    for scores in (("cn", "jaccard"), (), ("cn", "cn")):
        with pytest.raises(ConfigError, match="teacher.scores: expected some of cn, aa, ra, csp, each once, got"):
            Heuristic(scores=scores)
    with pytest.raises(ConfigError, match="transform"):
        Heuristic(transform="sqrt")


def test_a_graph_without_triangles_has_nothing_to_go_by() -> None:
    pairs = torch.arange(40).view(2, 20)
    views = link_views_of(graph_from_arrays(torch.rand(40, 3), None, pairs, task=LinkPrediction()))
    with pytest.raises(DataError, match="have a common neighbour, .*; take the teacher 'link'"):
        Heuristic().fit(views.observed)


def test_it_is_chosen_by_name_alone() -> None:
    needs = {"context_ids", "context_draws", "member_context_scores"}
    assert providing(Spec("heuristic"), needs) == Spec("heuristic")
    with pytest.raises(ConfigError, match="teacher 'sage' does not provide .*teachers that do: heuristic"):
        providing(Spec("sage"), needs)
    assert TEACHERS.get("heuristic").wrapping(Spec("sage")) is None


def test_the_seed_decides_which_pairs_are_drawn(views: LinkViews) -> None:
    found = []
    for seed in (0, 0, 1):
        made = Heuristic()
        made.fit(views.observed, seed=seed)
        found.append(made.weight_)
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])


def test_short_paths_are_a_member_where_they_are_named(views: LinkViews) -> None:
    teacher = Heuristic(scores=("cn", "csp"), cap=4)
    teacher.fit(views.observed)
    table = teacher.export(views.observed, ["member_context_scores"], how=Export(context_draws=1))
    assert table["member_context_scores"].size(1) == 2
    rows = teacher.rows_of(views.observed.graph)(views.observed.pairs)
    assert rows[:, 1].expm1().max() <= 0.5 + 1e-9, "a training edge never is its own path"
    with pytest.raises(ConfigError, match="cap"):
        Heuristic(cap=1)
