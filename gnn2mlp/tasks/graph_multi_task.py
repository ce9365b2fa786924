"""Several questions of yes or no about each graph, some of them without an answer."""

from gnn2mlp.tasks.multi_label import MultiLabel


class GraphMultiTask(MultiLabel):
    """Several binary tasks on each graph; labels are float (graphs, tasks), 0 or 1, NaN where nobody has measured.

    Loss, metrics and options are those of `MultiLabel`: what is not known counts in no loss, and ROC-AUC is the mean
    over the tasks of which both answers occur among the graphs that are judged, as OGB's evaluator has it.

    Example:
        >>> import torch
        >>> task = GraphMultiTask(["toxic", "mutagenic"])
        >>> labels = torch.tensor([[1.0, float("nan")], [0.0, 1.0], [0.0, 1.0]])
        >>> task.score(torch.tensor([[1.0, 0.0], [0.0, 0.0], [2.0, 0.0]]), labels)  # the second is never 0
        0.5
    """

    name = "graph_multi_task"
    citation = "Hu et al., Open Graph Benchmark: Datasets for Machine Learning on Graphs, NeurIPS 2020"
    unit = "graph"
    outputs_called = "tasks"
