"""Classes of graphs: what the task of nodes does, in the words of graphs."""

import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.tasks import GraphClassification, NodeClassification


def test_it_learns_and_judges_as_the_task_of_nodes() -> None:
    random = torch.Generator().manual_seed(0)
    output, labels = torch.randn(30, 3, generator=random), torch.arange(30) % 3
    graphs, nodes = GraphClassification("abc"), NodeClassification("abc")
    assert torch.equal(graphs.loss(output, labels), nodes.loss(output, labels))
    assert graphs.scores(output, labels) == nodes.scores(output, labels)


def test_messages_speak_of_graphs() -> None:
    with pytest.raises(DataError, match="expected one label per graph, 3 in all"):
        GraphClassification("ab").check_labels([0, 1], 3, "g")
    with pytest.raises(DataError, match="label graphs of another class"):
        GraphClassification("ab").check_split(torch.tensor([0, 0]), torch.tensor([0]), "g")
    with pytest.raises(DataError, match="validate on more graphs"):
        GraphClassification("ab", metric="roc_auc").check_split(torch.tensor([0, 1]), torch.tensor([0]), "g")
