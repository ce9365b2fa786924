"""Born-again students: each generation learns from the one before it."""

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.core.seeds import derive
from gnn2mlp.distill.learner import Learner
from gnn2mlp.distill.result import DistillationResult
from gnn2mlp.distill.updates import UpdateRule
from gnn2mlp.methods._base import Method, check_hard_weight
from gnn2mlp.methods._chain import mixed, observed_of, with_seconds_of
from gnn2mlp.objectives import Objective
from gnn2mlp.objectives.hard_labels import HardLabels
from gnn2mlp.objectives.soft_labels import SoftLabels


class BornAgain(Method):
    """Born-Again Networks (Furlanello et al., ICML 2018, https://arxiv.org/abs/1805.04770) behind a GNN.

    Student 1 learns from the teacher, student k from student k-1, all of one recipe and each from its own start:
    L = λ · CE(labels) + (1 - λ) · KL(s · teacher + (1 - s) · student k-1 ‖ student k). The last one ships, or the
    average of all of them.

    Trials without a committed result, cpf-cora, GLNN's SAGE teacher and settings, splits 0 to 4, beside GLNN with the
    95 % interval of the paired difference: two generations (4 splits) -1.2 points on seen nodes [-2.1, -0.3], +0.2 on
    unseen ones [-4.0, +4.5]; the average of three -0.2 [-3.0, +2.5] and +0.4 [-3.4, +4.2]. A chain gains nothing there.

    Args:
        generations: students in all, at least 1; 1 is GLNN.
        hard_weight: λ in 0..1.
        temperature: divides both logits in the divergence.
        teacher_share: s in 0..1, how much of the target is still the teacher's; 0 in the paper.
        ensemble: ship the average of all generations (BANE); as many networks answer a request.
        update: `"joint"` or `"alternating"`.

    Example:
        >>> sorted(BornAgain(generations=3).teacher_keys)  # the teacher of the first generation
        ['logits']
    """

    name = "born_again"
    citation = "Furlanello et al., Born-Again Neural Networks, ICML 2018, arXiv 1805.04770"
    idea = (
        "A student that learnt from a teacher may itself teach a next student of the same size. Its soft labels are "
        "smoother than those that it was given, which can help whoever reads them. A chain of such generations ends "
        "in the student that ships, or in the average of all of them. How much of the target stays the first "
        "teacher's is an option."
    )
    departures = (
        "The first student learns from a graph neural network (paper: from labels), as there are few labels. Every "
        "generation learns from soft labels, with hard ones where `hard_weight` says so; the variants that weigh or "
        "permute the teacher's probabilities (CWTM, DKPP) are left out. An ensemble averages probabilities with equal "
        "weights, the first generation's among them."
    )
    streams = False

    def __init__(
        self,
        generations: int = 2,
        hard_weight: float = 0.0,
        temperature: float = 1.0,
        teacher_share: float = 0.0,
        ensemble: bool = False,
        update: UpdateRule = "joint",
    ):
        check_at_least("method", 1, generations=generations)
        check_hard_weight(hard_weight)
        if not 0 <= teacher_share <= 1:
            raise ConfigError(f"method.teacher_share: expected a number from 0 to 1, got {teacher_share}")
        self.generations = generations
        self.hard_weight = hard_weight
        self.temperature = temperature
        self.teacher_share = teacher_share
        self.ensemble = ensemble
        self.update = update

    @property
    def teaches_networks(self) -> bool:
        """Generations of them; several as one are students of rows."""
        return not self.ensemble

    def build_objective(self) -> Objective:
        """λ · hard labels + (1 - λ) · soft labels, whoever wrote these down."""
        return self.hard_weight * HardLabels() + (1 - self.hard_weight) * SoftLabels(self.temperature)

    def learn(self, learner: Learner) -> DistillationResult:
        """Train one generation after the other."""
        observed_of(learner, self.name)
        results: list[DistillationResult] = []
        for number in range(1, self.generations + 1):
            tables = {}
            if results:
                assert learner.knowledge is not None, "the first generation has read it"
                tables["teacher"] = mixed(learner, learner.knowledge, self.teacher_share, learner.write(results[-1]))
            made = learner.fit(
                self.build_objective(),
                update=self.update,
                tables=tables,
                seed=None if number == 1 else derive(learner.seed, f"generation/{number}"),
                name="student" if number == self.generations else f"generation-{number}",
            )
            results.append(made)
        *before, last = results
        return learner.average(results) if self.ensemble and before else with_seconds_of(last, before)
