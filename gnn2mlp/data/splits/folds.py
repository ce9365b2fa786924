"""Cross-validation: every labelled node is tested once."""

import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.split import Roles, Splitter
from gnn2mlp.data.splits._draw import shuffled_strata


class Folds(Splitter):
    """Stratified folds: seed s tests fold s modulo `folds`, validates on the next one, and trains on all others.

    Seeds 0 to `folds` - 1 are one cross-validation: their test sets are disjoint, and together hold all labelled nodes.
    The next `folds` seeds are another one, of folds that are drawn anew. An epoch is chosen on the fold that validates,
    and never on the one that is tested (Errica et al., ICLR 2020, on what graph classification had done before).

    Args:
        folds: how many, at least 3.
    """

    name = "folds"
    citation = "Errica et al., A Fair Comparison of Graph Neural Networks for Graph Classification, ICLR 2020"

    def __init__(self, folds: int = 10):
        check_at_least("split", 3, folds=folds)
        self.folds = folds

    def assign(self, graph: NodeData, seed: int) -> Roles:
        """Deal the labelled nodes of each class out to folds, one after the other.

        Raises:
            DataError: if there are fewer labelled nodes than folds.
        """
        drawn = [ids for _, ids in shuffled_strata(graph, seed // self.folds, self.name)]
        ids = torch.cat(drawn)  # dealt through all classes, so that sizes of folds differ by at most one
        if ids.numel() < self.folds:
            raise DataError(
                f"{graph.name}: split 'folds' needs at least {self.folds} labelled {graph.task.unit}s, one a fold, got "
                f"{ids.numel()}; lower split.folds"
            )
        fold = torch.arange(ids.numel()) % self.folds
        test = seed % self.folds
        valid = (test + 1) % self.folds
        parts = (fold != test) & (fold != valid), fold == valid, fold == test
        return Roles(*(ids[part].sort().values for part in parts))
