"""EHDM: a student by each heuristic, then a gate over all of them."""

from dataclasses import replace
from functools import cache

import pytest
import torch

from gnn2mlp.core.errors import ConfigError, MissingKnowledgeError
from gnn2mlp.core.listeners import Listener
from gnn2mlp.data import LinkViews, RandomEdges
from gnn2mlp.distill import DistillationResult, Distiller, Learner
from gnn2mlp.evaluate import link_scores
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods import EHDM, LLP
from gnn2mlp.methods.ehdm import GateShares
from gnn2mlp.nn.link_mixture import GatedDecoder
from gnn2mlp.nn.link_network import LinkNetwork
from gnn2mlp.students import LinkMixture, LinkStudent
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.tasks import LinkPrediction
from gnn2mlp.teachers import Heuristic
from tests.helpers import tiny_graph
from tests.linked import link_batch, link_views, planted

STUDENT = LinkStudent({"name": "mlp", "hidden": 8, "dropout": 0.1}, {"name": "hadamard", "hidden": 8}, width=4)
OBSERVED = link_views().observed


def told() -> TeacherKnowledge:
    """Two heuristics, of which the second knows nothing."""
    table = planted(OBSERVED)
    scores = table["context_scores"]
    random = torch.Generator().manual_seed(5)
    members = torch.stack([scores, 2 * torch.randn(scores.shape, generator=random)], dim=1)
    return TeacherKnowledge(table.node_ids, {**table.values, "member_context_scores": members}, dict(table.card))


class Stages(Listener):
    """Which trainings there were."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def on_fit_start(self, stage: str, epochs: int) -> None:
        self.seen.append(stage)


@cache
def learnt(penalty: float = 0.001, validated: bool = True) -> tuple[DistillationResult, list[str]]:
    stages, none = Stages(), torch.empty(0, 2, dtype=torch.int64)
    data = OBSERVED if validated else replace(OBSERVED, valid_pairs=none, valid_negatives=none)
    learner = Learner(Distiller(epochs=6, batch_size=16), STUDENT, data, told(), listeners=(stages,))
    return EHDM(gate=8, gate_penalty=penalty).learn(learner), stages.seen


def network(result: DistillationResult) -> LinkNetwork:
    assert isinstance(result.module, LinkNetwork)
    return result.module


def test_each_heuristic_teaches_a_student_and_then_the_gate_learns() -> None:
    result, seen = learnt()
    assert seen == ["student-1", "student-2", "student"]
    assert isinstance(result.student, LinkMixture)
    assert result.student.members == 2
    assert result.module(OBSERVED.graph.features).hidden.shape == (60, 8)


def test_students_are_those_of_llp_and_stay_as_they_are_while_the_gate_learns() -> None:
    result, _ = learnt()
    table = planted(OBSERVED)
    alone = LLP().learn(Learner(Distiller(epochs=6, batch_size=16), STUDENT, OBSERVED, table)).module
    z = result.module(OBSERVED.graph.features).hidden
    assert torch.equal(z[:, :4], alone(OBSERVED.graph.features).hidden)
    decode = network(result).decode
    assert isinstance(decode, GatedDecoder)
    assert not torch.equal(decode.head.weight, torch.zeros_like(decode.head.weight))  # the gate has learnt
    first = decode.parts[0](z[:5, :4], z[5:10, :4])
    assert torch.equal(first, alone.score(z[:5, :4], z[5:10, :4]))  # type: ignore[operator]


def test_seconds_are_those_of_all_trainings() -> None:
    result, _ = learnt()
    assert result.history.seconds > 0
    assert result.card["student"]["members"] == 2


def test_a_large_penalty_takes_shares_away() -> None:
    sizes = []
    for penalty in (0.0, 10.0):
        result, _ = learnt(penalty, validated=False)  # the last epoch is kept
        z, decode = result.module(OBSERVED.graph.features).hidden, network(result).decode
        assert isinstance(decode, GatedDecoder)
        sizes.append(decode.shares(z[OBSERVED.pairs[:, 0]], z[OBSERVED.pairs[:, 1]]).abs().mean().item())
    assert sizes[1] < 0.8 * sizes[0]


def test_the_penalty_is_the_mean_sum_of_absolute_shares() -> None:
    gated = LinkMixture(LinkStudent({"name": "mlp", "hidden": 4}, "dot", 2), members=2, gate=4).network(1, 1).eval()
    decode = gated.decode
    assert isinstance(decode, GatedDecoder)
    with torch.no_grad():
        decode.head.bias.copy_(torch.tensor([0.5, -2.0]))
    assert GateShares()(link_batch(student=gated)).item() == pytest.approx(2.5)
    with pytest.raises(ConfigError, match="a student whose decoder has a gate; take method ehdm"):
        GateShares()(link_batch())


def test_mistakes_are_named_before_training() -> None:
    with pytest.raises(ConfigError, match="learns from heuristics, got no knowledge; set teacher: heuristic"):
        EHDM().learn(Learner(Distiller(epochs=1), STUDENT, OBSERVED))
    with pytest.raises(MissingKnowledgeError, match="holds no 'member_context_scores'"):
        EHDM().learn(Learner(Distiller(epochs=1), STUDENT, OBSERVED, planted(OBSERVED).select(LLP().teacher_keys)))
    with pytest.raises(ConfigError, match="a student that scores two embeddings, got 'mlp'"):
        EHDM().learn(Learner(Distiller(epochs=1), MLPStudent(hidden=8), OBSERVED, told()))
    with pytest.raises(ConfigError, match="method.gate_penalty: expected at least 0, got -1"):
        EHDM(gate_penalty=-1.0)


def test_real_heuristics_teach_it() -> None:
    graph = tiny_graph(nodes=120, features=60)
    split = RandomEdges(valid=0.1, test=0.2).split(graph, 0, "transductive")
    observed = LinkViews.of(graph, split, LinkPrediction()).observed
    teacher = Heuristic()
    teacher.fit(observed)
    table = teacher.export(observed, EHDM().teacher_keys)
    network = EHDM().learn(Learner(Distiller(epochs=10, batch_size=32), STUDENT, observed, table)).module
    with torch.no_grad():
        z = network(graph.features).hidden
        said = [network.score(*z[pairs].unbind(1)) for pairs in (split.test, split.test_negatives)]  # type: ignore[operator]
    assert z.shape == (120, 3 * 4)
    auc = link_scores(split, *said)["overall"]["auc"]
    assert auc > 0.6  # half is chance
