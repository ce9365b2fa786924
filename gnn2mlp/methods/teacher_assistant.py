"""A teacher's assistant between graph neural network and student."""

from typing import Any

from gnn2mlp.core.limits import check_at_least
from gnn2mlp.core.seeds import derive
from gnn2mlp.core.spec import Spec
from gnn2mlp.distill.learner import Learner
from gnn2mlp.distill.result import DistillationResult
from gnn2mlp.distill.updates import UpdateRule
from gnn2mlp.inputs import Inputs
from gnn2mlp.inputs.features import OwnFeatures
from gnn2mlp.inputs.hops import Hops
from gnn2mlp.methods._base import Method, check_hard_weight
from gnn2mlp.methods._chain import observed_of, with_seconds_of
from gnn2mlp.objectives import Objective
from gnn2mlp.objectives.hard_labels import HardLabels
from gnn2mlp.objectives.soft_labels import SoftLabels
from gnn2mlp.students import STUDENTS


class TeacherAssistant(Method):
    """Teacher Assistant Knowledge Distillation (Mirzadeh et al., AAAI 2020, https://arxiv.org/abs/1902.03393).

    The teacher teaches an assistant, the assistant the student, each by
    L = λ · CE(labels) + (1 - λ) · KL(whoever teaches ‖ whoever learns). The paper's gap is one of size; between a graph
    neural network and a network without graph it is one of knowledge, so that the assistant may read its neighbourhood:
    features propagated over the observed graph, in training alone. The student that ships is graph-free.

    A trial without a committed result, cpf-cora, GLNN's SAGE teacher and settings, splits 0 to 4, beside GLNN with the
    95 % interval of the paired difference: -0.1 points on seen nodes [-3.2, +3.0], -0.3 on unseen ones [-3.5, +3.0].

    Args:
        assistant: recipe of the assistant, a name, a mapping or a `Student`: with `hops=0`, take one between teacher
            and student in size.
        hops: how many steps of propagated features the assistant reads beside its own; 0: its own features alone. The
            assistant `{"name": "gnn", "encoder": ...}`, a smaller graph neural network, reads the graph itself.
        hard_weight: λ in 0..1, of both.
        temperature: divides both logits in the divergence.
        update: `"joint"` or `"alternating"`.

    Example:
        >>> TeacherAssistant(hops=0, assistant={"name": "mlp", "hidden": 512}).assistant["hidden"]
        512
    """

    name = "teacher_assistant"
    citation = "Mirzadeh et al., Improved Knowledge Distillation via Teacher Assistant, AAAI 2020, arXiv 1902.03393"
    idea = (
        "A student that is far from its teacher may learn more from somebody in between. Here the assistant is an MLP "
        "that reads features propagated over the observed graph, which is close to what the teacher does. The teacher "
        "teaches the assistant, and the assistant teaches the student. The student that ships reads a node's own "
        "features alone."
    )
    departures = (
        "By default the assistant differs from the student in what it reads, not in size (paper: in size; hops=0 with "
        "a larger assistant is that). One assistant (paper: also chains of them; born_again has chains). No hard "
        "labels by default, as in GLNN (paper: a mixture)."
    )
    streams = False

    def __init__(
        self,
        assistant: Any = "mlp",
        hops: int = 2,
        hard_weight: float = 0.0,
        temperature: float = 1.0,
        update: UpdateRule = "joint",
    ):
        check_hard_weight(hard_weight)
        check_at_least("method", 0, hops=hops)
        # Stored in its plain form, with every option, so that a run's configuration says which it was.
        self._assistant = Spec.parse(assistant).build(STUDENTS)
        self.assistant = self._assistant.spec().to_dict()
        self.hops = hops
        self.hard_weight = hard_weight
        self.temperature = temperature
        self.update = update

    @property
    def teaches_networks(self) -> bool:
        """Yes: assistant and student are trained alike."""
        return True

    def build_objective(self) -> Objective:
        """λ · hard labels + (1 - λ) · soft labels, of assistant and student alike."""
        return self.hard_weight * HardLabels() + (1 - self.hard_weight) * SoftLabels(self.temperature)

    def learn(self, learner: Learner) -> DistillationResult:
        """Train the assistant, write down what it knows, train the student."""
        observed_of(learner, self.name)
        assistant = learner.fit(
            self.build_objective(),
            update=self.update,
            student=self._assistant,
            inputs=self._read(learner.inputs),
            seed=derive(learner.seed, "assistant"),
            name="assistant",
        )
        tables = {"teacher": learner.write(assistant)}
        made = learner.fit(self.build_objective(), update=self.update, tables=tables)
        return with_seconds_of(made, [assistant])

    def _read(self, inputs: Inputs) -> Inputs:
        """What the assistant reads."""
        if self._assistant.needs_graph:
            return OwnFeatures()
        return Hops(self.hops, of=inputs) if self.hops else inputs
