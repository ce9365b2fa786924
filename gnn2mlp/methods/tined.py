"""TINED: the teacher's maps are the student's first weights, and its steps smooth as the teacher's do."""

from dataclasses import replace
from typing import Any

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least, check_positive
from gnn2mlp.distill.learner import Learner
from gnn2mlp.distill.result import DistillationResult
from gnn2mlp.distill.updates import UpdateRule
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods._base import Method, check_hard_weight
from gnn2mlp.methods._positioned import check_not_streamed, plain_positions, with_positions
from gnn2mlp.nn.layered import Start
from gnn2mlp.objectives import Objective
from gnn2mlp.objectives.adversarial_features import AdversarialFeatures
from gnn2mlp.objectives.dirichlet_energies import DirichletEnergies
from gnn2mlp.objectives.hard_labels import HardLabels
from gnn2mlp.objectives.similarity import Similarity
from gnn2mlp.objectives.soft_labels import SoftLabels
from gnn2mlp.students import Student
from gnn2mlp.students.layerwise import LayerwiseMLP


class TINED(Method):
    """Teacher INjection and Energy Distillation (Zhou et al., ICML 2025, https://arxiv.org/abs/2412.11180).

    L = D + β · energies, D = λ · CE(labels) + (1 - λ) · KL(teacher ‖ student), of a student that has two maps for each
    layer of its teacher: one begins as the layer's own map and learns at a share of the rate, one stands for its
    propagation. See `LayerwiseMLP` and `DirichletEnergies`. The teacher is one whose layers are a map and a fixed
    operator: `sage` (aggregator gcn) or `gcn`; hidden width and layers of the student are the teacher's, dropout and
    norm those of the student that is asked for.

    In a trial on one split of cpf-cora, of 60 epochs and without a committed result, a student that begins with the
    teacher's maps had 80.9 seen and 67.2 unseen, with energies of weight 1 81.4 and 70.5, GLNN 82.1 and 75.4. From a
    random start, with energies of weight 5 as released for that cell, it did not learn (34.7 and 31.9).

    TINED+ adds what NOSMOG adds: `positions="positions"`, `similarity_weight`, `adversarial_weight`. With positions the
    student **needs the graph at inference**; see `NOSMOG`.

    Args:
        hard_weight: λ in 0..1 (in the released settings λ is the weight of soft labels).
        temperature: of the soft labels.
        energy_weight: β; 0.00005 to 10 in the released settings.
        log: whether energies are compared by the logarithm of their ratios.
        root: by that of the ratio's square root; the released default.
        energy_share: of edges that a step looks at.
        inject: whether the student begins with the teacher's maps; `False` begins at random.
        slow: learning rate of these maps, as a share of that of the rest.
        start: what the maps of propagations begin as, `"identity"` or `"random"`.
        positions: inputs that make positions, or `None`.
        similarity_weight: of `Similarity`.
        adversarial_weight: of D on adversarial features.
        epsilon: their reach.
        sharpen: power of the teacher's probabilities; see `SoftLabels`.
        update: `"joint"` or `"alternating"`; the released code takes a pass for each of hard labels, soft labels and
            energies.

    Example:
        >>> sorted(TINED().teacher_keys)
        ['energy_ratios', 'logits', 'transformation_sizes', 'transformations']
        >>> TINED().needs_graph, TINED(positions="positions").needs_graph
        (False, True)
    """

    name = "tined"
    citation = "Zhou et al., TINED: GNNs-to-MLPs by Teacher Injection and Dirichlet Energy Distillation, ICML 2025"
    idea = (
        "Each layer of a graph neural network is a map of features and a step of propagation. TINED begins the "
        "student with the teacher's maps, and gives it a layer of its own in place of each propagation. These layers "
        "are trained to smooth features as much as the teacher's steps do, by comparing energies over the edges. The "
        "student has the teacher's sizes and no graph."
    )
    departures = (
        "A layer's map comes before its propagation, whatever its widths (released code: behind it where it does not "
        "narrow), and its bias belongs to the map in energies too. One loss over mini-batches (released: three passes "
        "an epoch, energies of all nodes once). Edges of energies are drawn each by itself. With positions the first "
        "map keeps the teacher's rows for the features (released: it begins at random). λ is the weight of hard labels."
    )

    def __init__(
        self,
        hard_weight: float = 0.0,
        temperature: float = 1.0,
        energy_weight: float = 1.0,
        log: bool = True,
        root: bool = True,
        energy_share: float = 1.0,
        inject: bool = True,
        slow: float = 1.0,
        start: Start = "identity",
        positions: Any = None,
        similarity_weight: float = 0.0,
        adversarial_weight: float = 0.0,
        epsilon: float = 0.05,
        sharpen: float = 1.0,
        update: UpdateRule = "joint",
    ):
        check_hard_weight(hard_weight)
        weights = {"similarity_weight": similarity_weight, "adversarial_weight": adversarial_weight}
        check_at_least("method", 0, energy_weight=energy_weight, **weights)
        check_positive("method", slow=slow)
        self.hard_weight = hard_weight
        self.temperature = temperature
        self.energy_weight = energy_weight
        self.log = log
        self.root = root
        self.energy_share = energy_share
        self.inject = inject
        self.slow = slow
        self.start = start
        self.positions = plain_positions(positions)
        self.similarity_weight = similarity_weight
        self.adversarial_weight = adversarial_weight
        self.epsilon = epsilon
        self.sharpen = sharpen
        self.update = update

    @property
    def needs_graph(self) -> bool:  # type: ignore[override]
        """With positions."""
        return self.positions is not None

    @property
    def needs(self) -> frozenset[str]:
        """What the objective reads, and the teacher's maps and their sizes."""
        return super().needs | {"transformation_sizes"} | ({"transformations"} if self.inject else set())

    def build_objective(self) -> Objective:
        """Labels hard and soft, energies, and what TINED+ adds."""
        energies = DirichletEnergies(self.log, self.root, self.energy_share)
        moved = AdversarialFeatures(self._labels(), epsilon=self.epsilon)
        plus = self.adversarial_weight * moved + self.similarity_weight * Similarity()
        return self._labels() + self.energy_weight * energies + plus

    def _labels(self) -> Objective:
        soft = SoftLabels(self.temperature, sharpen=self.sharpen)
        return self.hard_weight * HardLabels() + (1 - self.hard_weight) * soft

    def check_streams(self) -> None:
        """Raise `ConfigError` for a table of rows, which has neither edges nor the teacher's maps."""
        check_not_streamed(self.name, self.positions)
        raise ConfigError(
            f"method {self.name!r} reads the maps of the teacher's layers and the edges among nodes, and a table of "
            "rows has neither; distil on the graph: gnn2mlp run"
        )

    def learn(self, learner: Learner) -> DistillationResult:
        """Train a student that has the layers of its teacher.

        Raises:
            ConfigError: if rows come from a table, or the student that is asked for has other layers.
            MissingKnowledgeError: without the teacher's maps.
        """
        if learner.knowledge is None:
            self.check_streams()
            return super().learn(learner)
        student = self._student(learner.student, learner.knowledge)
        made = with_positions(self.name, self.positions, learner).fit(
            self.build_objective(), update=self.update, student=student
        )
        return replace(made, student=student)

    def _student(self, given: Student, teacher: TeacherKnowledge) -> LayerwiseMLP:
        """The student that is asked for, if it has layers; else one of the teacher's, with its dropout and norm."""
        student = given
        if not isinstance(student, LayerwiseMLP):
            ends = teacher["transformation_sizes"].tolist()
            kept = {key: getattr(given, key) for key in ("dropout", "norm", "input_dropout") if hasattr(given, key)}
            student = LayerwiseMLP(hidden=ends[0][1], layers=len(ends), start=self.start, slow=self.slow, **kept)
        return student.injected(teacher) if self.inject else student
