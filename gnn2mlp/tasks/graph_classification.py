"""One class for each graph."""

from gnn2mlp.tasks.classification import NodeClassification


class GraphClassification(NodeClassification):
    """One of several classes for each graph; labels are int64 (graphs,), positions in `classes`, -1 where unknown.

    Loss, metrics and options are those of `NodeClassification`. ROC-AUC is that of the second of two classes, and the
    mean over more, each against the rest.

    Example:
        >>> import torch
        >>> task = GraphClassification(["inactive", "active"], metric="roc_auc")
        >>> task.score(torch.tensor([[0.0, 2.0], [0.0, 1.0], [0.0, -1.0]]), torch.tensor([1, 0, 0]))
        1.0
    """

    name = "graph_classification"
    citation = "Xu et al., How Powerful are Graph Neural Networks?, ICLR 2019"
    unit = "graph"
