"""Small models of whole graphs, untrained, for the tests of what ships them."""

from typing import Any

import torch

from gnn2mlp.data.graphs import GraphSet
from gnn2mlp.deploy import GraphPredictor, NodeFields
from gnn2mlp.students import SetMLP
from gnn2mlp.tasks.answers import Answers, ClassAnswers
from tests.graphs import random_graphs

GRAPHS = random_graphs(count=20)
WITH_FEATURES = random_graphs(seed=1, count=20, features=2)


def make(graphs: GraphSet = GRAPHS, answers: Answers | None = None, **options: Any) -> GraphPredictor:
    """A model of what the nodes of `graphs` have, whose batch norms have seen something."""
    torch.manual_seed(0)
    student, fields = SetMLP(**{"hidden": 8, **options}), NodeFields.of(graphs)
    says = answers or ClassAnswers(["no", "yes"])
    module = student.network(fields.width, says.num_outputs)
    for each in module.modules():
        if isinstance(each, torch.nn.BatchNorm1d):
            torch.nn.init.uniform_(each.running_mean)  # type: ignore[arg-type]
            torch.nn.init.uniform_(each.running_var, 0.5, 2)  # type: ignore[arg-type]
    return GraphPredictor(student, module, fields, says, {})
