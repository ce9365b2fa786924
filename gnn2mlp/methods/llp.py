"""LLP: a GNN's ranking of the nodes around each node teaches an MLP to predict links."""

from gnn2mlp.core.limits import check_at_least
from gnn2mlp.methods._base import Method
from gnn2mlp.objectives import Objective, check_weighted
from gnn2mlp.objectives.context_distribution import ContextDistribution, On
from gnn2mlp.objectives.context_ranks import ContextRanks, Ties
from gnn2mlp.objectives.link_labels import LinkLabels


class LLP(Method):
    """Linkless Link Prediction (Guo et al., ICML 2023, https://arxiv.org/abs/2210.05801).

    L = α · BCE(links) + β · L_R + γ · L_D: labelled pairs, the ranks of an anchor's contexts, and their distribution.
    Contexts are nodes that random walks from the anchor meet, and nodes drawn uniformly; `Export` of the teacher says
    how many. Only the ratios of the weights matter, as Adam divides by the size of the gradient.

    The defaults are the weights released for Cora, which served CiteSeer as well as its own. Recipes hold the weights
    that were released for each data set and setting, or others that validation pairs chose.

    Args:
        label_weight: α.
        rank_weight: β.
        distribution_weight: γ.
        margin: δ of the ranks, between probabilities.
        ties: what pairs of contexts that the teacher does not tell apart count; see `ContextRanks`.
        temperature: τ of the distribution.
        on: what the distribution is made of, `"probabilities"` or `"logits"`; see `ContextDistribution`.

    Example:
        >>> sorted(LLP().teacher_keys)
        ['context_draws', 'context_ids', 'context_scores']
    """

    name = "llp"
    citation = "Guo et al., Linkless Link Prediction via Relational Distillation, ICML 2023"
    idea = (
        "A graph neural network that predicts links can compare any two nodes with a third: which of them is likelier "
        "to be linked to it? LLP asks it so about the nodes around each node and about some far away, and lets an MLP "
        "that reads features alone give the same order. The order tells more than the few links that are known, and it "
        "asks no more of the MLP than it can follow. What results embeds a node without its neighbours and scores a "
        "pair by two embeddings."
    )
    departures = (
        "The teacher is in evaluation mode while it teaches (released code: its decoder drops half of its units). "
        "Several draws of contexts are stored and taken in turn (paper: drawn anew in each epoch). Every node is an "
        "anchor once an epoch, and training pairs are shared evenly among its steps (released code couples the number "
        "of anchors to that of pairs). Gradients are not clipped. The kept epoch is chosen by the task's metric, AUC "
        "by default, on averaged weights (released code: Hits@20 of each epoch); `task.metric=hits@20` asks for the "
        "other. The distribution is one of probabilities, as in the released code, where the paper writes logits: "
        "`on=logits`."
    )
    unit = "pair"

    def __init__(
        self,
        label_weight: float = 0.1,
        rank_weight: float = 1.0,
        distribution_weight: float = 0.001,
        margin: float = 0.1,
        ties: Ties = "keep",
        temperature: float = 1.0,
        on: On = "probabilities",
    ):
        self.label_weight = label_weight
        self.rank_weight = rank_weight
        self.distribution_weight = distribution_weight
        self.margin = margin
        self.ties: Ties = ties
        self.temperature = temperature
        self.on: On = on
        weights = {"label_weight": label_weight, "rank_weight": rank_weight, "distribution_weight": distribution_weight}
        check_at_least("method", 0, **weights)
        check_weighted(self.build_objective())  # whose terms check the rest

    def build_objective(self) -> Objective:
        """α · labels + β · ranks + γ · distribution."""
        return (
            self.label_weight * LinkLabels()
            + self.rank_weight * ContextRanks(self.margin, self.ties)
            + self.distribution_weight * ContextDistribution(self.temperature, self.on)
        )
