"""LLP: labels, ranks and distributions with their weights."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import LinkViews, RandomEdges
from gnn2mlp.distill import Distiller, Learner
from gnn2mlp.evaluate import link_scores
from gnn2mlp.methods import LLP, METHODS, LinkMLP
from gnn2mlp.objectives import ContextDistribution, ContextRanks, LinkLabels
from gnn2mlp.students import LinkStudent
from gnn2mlp.tasks import LinkPrediction
from gnn2mlp.teachers import Link
from tests.helpers import tiny_graph
from tests.linked import link_batch


def test_it_is_the_weighted_sum_of_its_three_terms() -> None:
    there = link_batch()
    method = LLP(label_weight=2.0, rank_weight=3.0, distribution_weight=0.5, margin=0.2, ties="drop", temperature=2.0)
    expected = (
        2 * LinkLabels()(there)
        + 3 * ContextRanks(0.2, "drop")(there)
        + 0.5 * ContextDistribution(temperature=2.0)(there)
    )
    torch.testing.assert_close(method.build_objective()(there), expected)


def test_the_defaults_are_those_released_for_cora() -> None:
    weights = [(weight, term.name) for weight, term in LLP().build_objective().terms()]
    assert weights == [(0.1, "link_labels"), (1.0, "context_ranks"), (0.001, "context_distribution")]
    _, ranks, distribution = (term for _, term in LLP().build_objective().terms())
    assert ranks.spec() == ContextRanks(margin=0.1, ties="keep").spec()
    assert distribution.spec() == ContextDistribution(temperature=1.0, on="probabilities").spec()


def test_a_term_of_weight_zero_asks_for_nothing() -> None:
    assert not LLP(rank_weight=0.0, distribution_weight=0.0).teacher_keys


def test_mistakes_are_named() -> None:
    with pytest.raises(ConfigError, match="method.rank_weight: expected at least 0, got -1"):
        LLP(rank_weight=-1.0)
    with pytest.raises(ConfigError, match="expected a weight above 0 for one of link_labels, context_ranks"):
        LLP(label_weight=0, rank_weight=0, distribution_weight=0)
    with pytest.raises(ConfigError, match="method.on: expected .*'logits'"):
        Spec("llp", on="odds").build(METHODS)
    with pytest.raises(ConfigError, match="context_ranks.margin: expected at least 0"):
        LLP(margin=-0.1)


@pytest.fixture(scope="module")
def blocks() -> LinkViews:
    """300 nodes in six blocks, whose features are noisy indicators of the block."""
    graph = tiny_graph(nodes=300, classes=6, features=60)
    return LinkViews.of(graph, RandomEdges(valid=0.1, test=0.2).split(graph, 0, "transductive"), LinkPrediction())


def test_it_learns_from_a_teacher_of_links_what_the_baseline_does_and_more(blocks: LinkViews) -> None:
    """A real teacher, its knowledge, both students, and pairs that nobody has seen."""
    observed, full = blocks
    teacher = Link(encoder={"name": "sage", "dropout": 0.0}, width=16, epochs=30)
    teacher.fit(observed)
    student = LinkStudent({"name": "mlp", "hidden": 32, "dropout": 0.2}, {"name": "hadamard", "hidden": 32}, width=16)
    table = teacher.export(observed, LLP().teacher_keys)
    found = []
    for method in (LLP(), LinkMLP()):
        learner = Learner(Distiller(epochs=30, batch_size=64), student, observed, table)
        network = method.learn(learner).module
        with torch.no_grad():
            z = network(full.graph.features).hidden
            said = [network.score(*z[pairs].unbind(1)) for pairs in (full.split.test, full.split.test_negatives)]  # type: ignore[operator]
        found.append(link_scores(full.split, *said)["overall"]["auc"])
    llp, baseline = found
    assert llp > 0.7
    assert llp > baseline - 0.02
