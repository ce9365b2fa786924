"""LinguGKD: a student lies near what a language model makes of a node and its neighbourhood."""

from typing import Literal

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least, check_positive
from gnn2mlp.methods._base import Method
from gnn2mlp.objectives import Objective, Term, WeightedSum
from gnn2mlp.objectives.hard_labels import HardLabels
from gnn2mlp.objectives.layer_contrast import LayerContrast
from gnn2mlp.objectives.learnt_mixture import LearntMixture
from gnn2mlp.objectives.soft_labels import SoftLabels


class LinguGKD(Method):
    """LinguGKD (Hu et al., AAAI 2025, https://arxiv.org/abs/2402.05894) for students with and without a graph.

    L = α · CE(labels) + β · KL(teacher ‖ student) + δ · Σ_l softmax(γ)_l L_l, over training nodes and all observed ones
    respectively; L_l tells a node's hop embedding of l hops from those of nodes of other classes. Its teacher is
    `language`, or any that writes `hop_embeddings`. The last hidden layer of an MLP meets every hop; the paper's own
    student, `gnn`, has a hidden layer for each hop, if its network has two layers more than there are hops around a
    node (for 2 hops `--set student.encoder=gcn --set student.encoder.layers=4`); with fewer the first one meets all the
    hops that are left.

    Args:
        hard_weight: α.
        soft_weight: β; the paper has no soft labels.
        contrast_weight: δ.
        temperature: τ of the contrast.
        width: of the space in which student and language model meet.
        weights: of hops, `"learnt"` (γ) or `"equal"`.
        mixture: `"fixed"`: α, β and δ stay as they are. `"learnt"`: they are where a softmax begins that is trained
            with the student, as in the released code; it drifts to whichever loss is smallest.

    Example:
        >>> sorted(LinguGKD().teacher_keys)
        ['hop_embeddings', 'logits']
        >>> [term.weight for term in LinguGKD(soft_weight=0).build_objective().terms()]
        [1.0, 0, 0.1]
    """

    name = "lingu_gkd"
    citation = (
        "Hu et al., Large Language Model Meets Graph Neural Network in Knowledge Distillation, AAAI 2025, "
        "arXiv 2402.05894"
    )
    idea = (
        "A language model that reads a paper's abstract, and those of the papers around it, knows what it is about. "
        "LinguGKD takes the model's embedding of each node with none, one and two hops of its neighbourhood, and lets "
        "the student's hidden layer lie near them and far from those of nodes of other classes. So the student learns "
        "a geometry and not answers alone. The language model is asked once, before training, and never in production."
    )
    departures = (
        "An MLP is the student, whose last hidden layer meets the embeddings of all hops; of student gnn the hidden "
        "layers meet them, counted from the last of both (paper: layer l of a GNN meets hop l, a classifier follows "
        "the last). Soft labels are added, which carry most of what an MLP gains (paper: soft_weight=0). Terms have "
        "fixed weights (released code: a learnt mixture, which drifts to the smallest loss: mixture=learnt). Classes "
        "of negatives are training labels, elsewhere the teacher's answers."
    )

    def __init__(
        self,
        hard_weight: float = 1.0,
        soft_weight: float = 1.0,
        contrast_weight: float = 0.1,
        temperature: float = 0.07,
        width: int = 128,
        weights: Literal["learnt", "equal"] = "learnt",
        mixture: Literal["fixed", "learnt"] = "fixed",
    ):
        self.hard_weight = hard_weight
        self.soft_weight = soft_weight
        self.contrast_weight = contrast_weight
        self.temperature = temperature
        self.width = width
        self.weights: Literal["learnt", "equal"] = weights
        self.mixture: Literal["fixed", "learnt"] = mixture
        check_at_least("method", 0, hard_weight=hard_weight, soft_weight=soft_weight, contrast_weight=contrast_weight)
        check_at_least("method", 1, width=width)
        check_positive("method", temperature=temperature)
        if mixture == "learnt" and not hard_weight + soft_weight + contrast_weight:
            raise ConfigError("method.mixture: expected a term with a weight to begin with, got none")

    def build_objective(self) -> Objective:
        """α · hard labels + β · soft labels + δ · contrast, in a sum or a learnt mixture."""
        terms = [
            Term(self.hard_weight, HardLabels()),
            Term(self.soft_weight, SoftLabels()),
            Term(self.contrast_weight, LayerContrast(self.temperature, self.width, self.weights)),
        ]
        return WeightedSum(terms) if self.mixture == "fixed" else LearntMixture(WeightedSum(terms))
