"""Several questions about a graph: ROC-AUC over those that both answers are known of."""

import math

import pytest
import torch
from sklearn.metrics import roc_auc_score

from gnn2mlp.core.errors import DataError
from gnn2mlp.tasks import GraphMultiTask

NAN = float("nan")


def test_area_is_the_mean_over_tasks_with_both_answers() -> None:
    random = torch.Generator().manual_seed(0)
    output = torch.randn(40, 3, generator=random)
    labels = torch.randint(0, 2, (40, 3), generator=random).float()
    labels[torch.rand(40, 3, generator=random) < 0.3] = NAN
    labels[:, 2] = labels[:, 2].where(labels[:, 2].isnan(), 0)  # the third is always no
    known = [~labels[:, task].isnan() for task in range(2)]
    each = [roc_auc_score(labels[rows, task], output[rows, task]) for task, rows in enumerate(known)]
    assert GraphMultiTask("abc").score(output, labels) == pytest.approx(sum(each) / 2)


def test_what_is_not_known_is_in_no_loss() -> None:
    found = GraphMultiTask("ab").loss(torch.tensor([[0.0, 9.0], [0.0, 0.0]]), torch.tensor([[1, NAN], [NAN, NAN]]))
    torch.testing.assert_close(found, torch.tensor([math.log(2), 0.0]))


def test_messages_speak_of_graphs() -> None:
    with pytest.raises(DataError, match="every graph is unlabelled"):
        GraphMultiTask("ab").check_labels([[NAN, NAN]], 1, "g")
    with pytest.raises(DataError, match="label more graphs"):
        GraphMultiTask("a").check_split(torch.zeros(2, 1), torch.zeros(2, 1), "g")
