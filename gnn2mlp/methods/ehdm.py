"""EHDM: heuristics of the graph each teach a student of links, and a gate mixes the students pair by pair."""

from dataclasses import replace

import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.core.seeds import derive, seeded
from gnn2mlp.distill.learner import Learner
from gnn2mlp.distill.result import DistillationResult
from gnn2mlp.distill.start import Start
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods._base import Method
from gnn2mlp.methods._chain import with_seconds_of
from gnn2mlp.methods.llp import LLP
from gnn2mlp.nn.link_mixture import GatedDecoder
from gnn2mlp.objectives import LinkBatch, Objective
from gnn2mlp.objectives.context_ranks import Ties
from gnn2mlp.objectives.link_labels import LinkLabels
from gnn2mlp.students import LinkMixture, LinkStudent

_MEMBERS = "member_context_scores"


class EHDM(Method):
    """Ensemble Heuristic-Distilled MLPs (Qin et al., 2025, https://arxiv.org/abs/2504.06193).

    Student h minimises LLP's loss with what heuristic h says of the contexts: L = α · BCE(links) + β · L_R + γ · L_D.
    Then their weights stay, and a gate w learns on links: s(u, v) = Σ_h w_h(u, v) s_h(u, v), with the loss
    BCE(links) + λ · mean over pairs of Σ_h |w_h(u, v)|. What ships is all of it as one network.

    Take the teacher `heuristic`, which writes down what each of its scores says, and trains nothing. Any other that
    writes `member_context_scores` will do.

    Args:
        label_weight: α.
        rank_weight: β.
        distribution_weight: γ.
        margin: δ of the ranks; see `LLP`.
        ties: as in `LLP`.
        gate: hidden units of the gate.
        gate_penalty: λ.

    Example:
        >>> sorted(EHDM().teacher_keys)
        ['context_draws', 'context_ids', 'context_scores', 'member_context_scores']
    """

    name = "ehdm"
    citation = "Qin et al., Heuristic Methods are Good Teachers to Distill MLPs for Graph Link Prediction, 2025"
    idea = (
        "Common neighbours, Adamic-Adar and resource allocation are old scores of a pair that count paths of two steps "
        "and train nothing. An MLP can learn from what such a score says of the nodes around a node, as it learns from "
        "a neural network. EHDM lets each heuristic teach a student of its own, as each knows pairs that the others do "
        "not. A gate then decides, for each pair, how much of each student counts."
    )
    departures = (
        "Members learn by LLP's terms with its default weights, from probabilities that a logistic regression makes of "
        "a heuristic (released code: from the counts themselves, which is what its margins are of). The gate reads the "
        "product of the members' embeddings (paper: of the features), so that it is symmetric and reads what ships; it "
        "begins as their mean, and its shares may have any sign, as the penalty on their size would be constant for "
        "shares that are positive and add up to 1. In the released code as it is published the gate does not learn: "
        "its training returns at once, and its shares are those of a softmax of zeros, the plain mean. Members are "
        "`cn`, `aa` and `ra`; the paper's fourth, the capped shortest path, is `teacher.scores=[cn,aa,ra,csp]`."
    )
    unit = "pair"
    streams = False

    def __init__(
        self,
        label_weight: float = 0.1,
        rank_weight: float = 1.0,
        distribution_weight: float = 0.001,
        margin: float = 0.1,
        ties: Ties = "keep",
        gate: int = 64,
        gate_penalty: float = 0.001,
    ):
        self.label_weight = label_weight
        self.rank_weight = rank_weight
        self.distribution_weight = distribution_weight
        self.margin = margin
        self.ties: Ties = ties
        self.gate = gate
        self.gate_penalty = gate_penalty
        check_at_least("method", 0, gate_penalty=gate_penalty)
        check_at_least("method", 1, gate=gate)
        self.build_objective()  # which checks the rest

    def build_objective(self) -> Objective:
        """LLP's loss, which each student minimises."""
        weights = self.label_weight, self.rank_weight, self.distribution_weight
        return LLP(*weights, margin=self.margin, ties=self.ties).build_objective()

    @property
    def needs(self) -> frozenset[str]:
        """What LLP needs, and what each heuristic says."""
        return self.build_objective().needs | {_MEMBERS}

    def learn(self, learner: Learner) -> DistillationResult:
        """Train a student by each heuristic, and then the gate."""
        table, own = learner.knowledge, LinkStudent.expect(learner.student)
        if table is None:
            raise ConfigError("method 'ehdm' learns from heuristics, got no knowledge; set teacher: heuristic")
        count = table[_MEMBERS].size(1)
        results = [self._student(learner, table, number) for number in range(count)]
        recipe = LinkMixture(own, count, gate=self.gate, frozen=True)
        with seeded(learner.seed, "gate"):
            trained = recipe.of([result.module for result in results])  # type: ignore[misc]  # each is a LinkNetwork
        start = Start(trained.state_dict(), torch.arange(results[0].num_features))
        gated = replace(learner, start=start).fit(
            LinkLabels() + self.gate_penalty * GateShares(), student=recipe, inputs=results[0].inputs
        )
        return with_seconds_of(replace(gated, student=recipe), results)

    def _student(self, learner: Learner, table: TeacherKnowledge, number: int) -> DistillationResult:
        seed = derive(learner.seed, f"student/{number}") if number else learner.seed
        tables = {"teacher": _of_member(table, number)}
        return learner.fit(self.build_objective(), tables=tables, seed=seed, name=f"student-{number + 1}")


def _of_member(table: TeacherKnowledge, number: int) -> TeacherKnowledge:
    """The table in which contexts have the scores of one member."""
    rest = {key: value for key, value in table.values.items() if key != _MEMBERS}
    scores = table[_MEMBERS][:, number].contiguous()
    return TeacherKnowledge(table.node_ids, {**rest, "context_scores": scores}, dict(table.card))


class GateShares(Objective):
    """L = mean over pairs of Σ_h |w_h(u, v)|, w the shares that a `GatedDecoder` gives its decoders."""

    name = "gate_shares"
    citation = "Qin et al., Heuristic Methods are Good Teachers to Distill MLPs for Graph Link Prediction, 2025"
    needs = frozenset({"pairs"})

    def forward(self, batch: LinkBatch) -> Tensor:  # type: ignore[override]  # what "pairs" among the needs brings
        """Mean sum of absolute shares."""
        decode = getattr(batch.student, "decode", None)
        if not isinstance(decode, GatedDecoder) or batch.pairs is None:
            raise ConfigError("gate_shares: expected pairs, and a student whose decoder has a gate; take method ehdm")
        one, other = (batch.output.hidden.index_select(0, batch.pairs[:, end]) for end in (0, 1))
        return batch.mean(decode.shares(one, other).abs().sum(1))
