"""NOSMOG: positions in the graph, similarities of nodes and adversarial features beside soft labels."""

from typing import Any

from gnn2mlp.core.limits import check_at_least
from gnn2mlp.distill.learner import Learner
from gnn2mlp.distill.result import DistillationResult
from gnn2mlp.distill.updates import UpdateRule
from gnn2mlp.methods._base import Method, check_hard_weight
from gnn2mlp.methods._positioned import check_not_streamed, plain_positions, with_positions
from gnn2mlp.objectives import Objective
from gnn2mlp.objectives.adversarial_features import AdversarialFeatures
from gnn2mlp.objectives.hard_labels import HardLabels
from gnn2mlp.objectives.similarity import Similarity
from gnn2mlp.objectives.soft_labels import SoftLabels


class NOSMOG(Method):
    """NOise-robust Structure-aware MLPs On Graphs (Tian et al., ICLR 2023, https://arxiv.org/abs/2208.10010).

    L = D(x) + η · D(x + δ) + μ · similarity of the batch's nodes, D = λ · CE(labels) + (1 - λ) · KL(teacher ‖ student),
    of rows x = [features ‖ DeepWalk position], δ adversarial. See `Similarity`, `AdversarialFeatures`, `Positions`.

    The position of a new node is made from its edges: a student with positions **needs the graph at inference**, and is
    to be compared with GLNN on the same rows (`method=glnn, inputs=positions`), not with graph-free ones.
    `positions=None` leaves them out: what is left is graph-free.

    What positions alone bring to GLNN (`glnn-positions` of the board against a trial of GLNN with the same code, five
    published splits, paired): on unseen nodes of cpf-cora 75.2 become 81.2, about what the teacher has there, on
    cpf-citeseer 68.7 become 70.3; seen nodes stay as they were. The corrected intervals of both differences hold 0
    (-4.2 to 16.3 and -2.6 to 5.8 points), the plain one of cpf-cora does not (2.2 to 9.9).

    Args:
        hard_weight: λ in 0..1; 0 (soft labels alone) is the released default.
        temperature: of the soft labels.
        similarity_weight: μ, 0.9 to 1e-9 in the released settings; it depends on the scale of the teacher's hidden
            layer.
        adversarial_weight: η; 0.1 in the released code. 0 spares its passes, which are most of the cost.
        epsilon: reach of δ, in units of the features.
        steps: of the ascent that finds δ.
        positions: the inputs that make positions, by name or mapping of their options, or `None`.
        sharpen: power of the teacher's probabilities; see `SoftLabels`.
        update: `"joint"` or `"alternating"`.

    Example:
        >>> NOSMOG().needs_graph, NOSMOG(positions=None).needs_graph
        (True, False)
        >>> sorted(NOSMOG().teacher_keys)
        ['hidden', 'logits']
    """

    name = "nosmog"
    citation = (
        "Tian et al., Learning MLPs on Graphs: A Unified View of Effectiveness, Robustness, and Efficiency, ICLR 2023"
    )
    idea = (
        "Features alone do not say where in the graph a node is. NOSMOG adds a position from random walks to the "
        "student's row, keeps the similarities between nodes that the teacher sees, and trains against worst-case "
        "changes of the features. The three parts are terms and inputs of their own, and each can be left out. A "
        "student with positions needs the edges of a node to answer, unlike every other one here."
    )
    departures = (
        "DeepWalk has hierarchical softmax alone (released code: negative sampling as well, as gensim's default is; "
        "positions with negative=5). The projection of the similarity term has no dropout. μ and η hold for one loss "
        "over all rows (released: two passes an epoch, over labelled rows and all rows, each with μ and η, times λ and "
        "1 - λ). Norms do not count adversarial rows. Mini-batches of equal size (released: the rest is dropped)."
    )

    def __init__(
        self,
        hard_weight: float = 0.0,
        temperature: float = 1.0,
        similarity_weight: float = 0.1,
        adversarial_weight: float = 0.1,
        epsilon: float = 0.05,
        steps: int = 5,
        positions: Any = "positions",
        sharpen: float = 1.0,
        update: UpdateRule = "joint",
    ):
        check_hard_weight(hard_weight)
        check_at_least("method", 0, similarity_weight=similarity_weight, adversarial_weight=adversarial_weight)
        self.hard_weight = hard_weight
        self.temperature = temperature
        self.similarity_weight = similarity_weight
        self.adversarial_weight = adversarial_weight
        self.epsilon = epsilon
        self.steps = steps
        self.positions = plain_positions(positions)
        self.sharpen = sharpen
        self.update = update

    @property
    def needs_graph(self) -> bool:  # type: ignore[override]
        """With positions."""
        return self.positions is not None

    def build_objective(self) -> Objective:
        """Labels hard and soft, the same on adversarial rows, and similarities."""
        moved = AdversarialFeatures(self._labels(), epsilon=self.epsilon, steps=self.steps)
        return self._labels() + self.adversarial_weight * moved + self.similarity_weight * Similarity()

    def _labels(self) -> Objective:
        return self.hard_weight * HardLabels() + (1 - self.hard_weight) * SoftLabels(
            self.temperature, sharpen=self.sharpen
        )

    def check_streams(self) -> None:
        """Raise `ConfigError` for positions, which a table of rows does not have."""
        check_not_streamed(self.name, self.positions)
        super().check_streams()

    def learn(self, learner: Learner) -> DistillationResult:
        """Train the student on features and positions.

        Raises:
            ConfigError: if the student is to have other inputs, or rows come from a table.
        """
        return super().learn(with_positions(self.name, self.positions, learner))
