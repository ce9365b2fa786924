"""Neighbour imputation: a student that reads what its neighbourhood's features are expected to be."""

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.core.seeds import derive
from gnn2mlp.distill.learner import Learner
from gnn2mlp.distill.result import DistillationResult
from gnn2mlp.inputs.features import OwnFeatures
from gnn2mlp.inputs.imputed_neighbours import ImputedNeighbours
from gnn2mlp.methods._base import Method, check_hard_weight
from gnn2mlp.objectives import Objective
from gnn2mlp.objectives.hard_labels import HardLabels
from gnn2mlp.objectives.soft_labels import SoftLabels


class NeighbourImputation(Method):
    """Soft labels for a student that has, beside a node's features, those expected of its neighbourhood.

    A new node comes without neighbours, and a teacher's labels say only what those of the observed nodes were worth.
    The observed graph says more: which features go with which in a neighbourhood. A ridge regression, which needs no
    label, learns it from all observed nodes, and the student reads what it expects of a node beside the node's own
    features (`inputs.ImputedNeighbours`). Trained on rows that are cross-fitted, and folded into the first map of an
    MLP afterwards: what ships is an MLP of the features alone, of no more cost than any other.

    L = λ · CE(labels) + (1 - λ) · KL(teacher^s ‖ student), with a teacher's probabilities raised to s; `students` of
    them, which start apart, answer with the average of their probabilities.

    It needs a student with dropped features (`student.input_dropout`, about a half on bags of words) and gains most
    with a teacher of random propagation (`grand`) or an average of several. Parts and where they come from: expected
    features are this library's; targets raised to a power are those of Xie et al., ICML 2016 (without their
    frequencies); the average of students is Lakshminarayanan et al.'s (NeurIPS 2017).

    Args:
        hops: how far the neighbourhood reaches whose features are expected.
        width: how many of its principal directions are.
        ridge: strength of the regression's penalty.
        parts: of the cross-fitting; 1: none.
        impute: `False` leaves expected features out, for comparisons.
        sharpen: s.
        students: how many are averaged.
        hard_weight: λ in 0..1.

    Example:
        >>> method = NeighbourImputation(students=1)
        >>> method.build_objective().to_list()[1]["sharpen"]
        2.0
        >>> sorted(method.teacher_keys)
        ['logits']
    """

    name = "neighbour_imputation"
    citation = "this library"
    idea = (
        "A new node comes without neighbours, but its features tell what kind of neighbours it is likely to have. A "
        "ridge regression learns that from the observed graph, without a label, and the student reads what it expects "
        "beside the node's own features. The regression is linear, so that it is folded into the student's first "
        "layer after training. What ships is an MLP of a node's own features, as large and as fast as GLNN's."
    )
    streams = False

    def __init__(
        self,
        hops: int = 2,
        width: int = 64,
        ridge: float = 10.0,
        parts: int = 5,
        impute: bool = True,
        sharpen: float = 2.0,
        students: int = 1,
        hard_weight: float = 0.0,
    ):
        check_hard_weight(hard_weight)
        check_at_least("method", 1, students=students)
        self.hops = hops
        self.width = width
        self.ridge = ridge
        self.parts = parts
        self.impute = impute
        self.sharpen = sharpen
        self.students = students
        self.hard_weight = hard_weight
        self._inputs()  # so that options out of range are refused here

    def build_objective(self) -> Objective:
        """λ · hard labels + (1 - λ) · sharpened soft labels."""
        return self.hard_weight * HardLabels() + (1 - self.hard_weight) * SoftLabels(sharpen=self.sharpen)

    def learn(self, learner: Learner) -> DistillationResult:
        """Train the students one after the other; the average of them ships.

        Raises:
            ConfigError: if the student is to read other inputs than features, or is none that expected features can be
                folded into.
        """
        given = isinstance(learner.inputs, ImputedNeighbours)  # with options of the user's own
        inputs = self._inputs() if self.impute and not given else None
        if inputs is not None and not isinstance(learner.inputs, OwnFeatures):
            raise ConfigError(
                f"method {self.name!r} makes the student's rows of the features themselves, got inputs "
                f"{learner.inputs.name!r}; leave inputs out, or use method.impute=false"
            )
        if self.students == 1:
            return learner.fit(self.build_objective(), inputs=inputs)
        results = [
            learner.fit(
                self.build_objective(),
                inputs=inputs,
                seed=learner.seed if number == 0 else derive(learner.seed, f"{self.name}/{number}"),
                name=f"student-{number + 1}",
            )
            for number in range(self.students)
        ]
        return learner.average(results)

    def _inputs(self) -> ImputedNeighbours:
        return ImputedNeighbours(self.hops, self.width, self.ridge, self.parts)
