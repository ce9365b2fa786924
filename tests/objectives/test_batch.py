"""Batches: the student is asked once and late, and means are weighted."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.mlp import MLP, MLPOutput
from gnn2mlp.objectives import Batch

ROWS, LABELS = torch.arange(3), torch.tensor([0, -1, 1])


class Counted(MLP):
    asked = 0

    def forward(self, x):
        self.asked += 1
        return super().forward(x)


def test_the_student_is_asked_when_its_output_is_read_and_once() -> None:
    student = Counted(2, 4, 2)
    batch = Batch(ROWS, LABELS, torch.ones(3, 2), student)
    assert student.asked == 0
    assert batch.output is batch.output
    assert student.asked == 1
    assert batch.output.logits.shape == (3, 2)


def test_nobody_to_ask_is_told() -> None:
    with pytest.raises(ConfigError, match="expected features and a student to ask, or its answer; got neither"):
        _ = Batch(ROWS, LABELS).output


def test_links_that_are_not_there_are_named() -> None:
    with pytest.raises(ConfigError, match="mine: expected a batch with neighbours, got none; declare 'neighbours' in"):
        Batch(ROWS, LABELS).links_of("neighbours", "mine")


def test_features_of_other_rows_are_there_for_those_who_say_so() -> None:
    table = torch.ones(5, 2)
    assert Batch(ROWS, LABELS, table_features=table).all_features("mine") is table
    with pytest.raises(ConfigError, match="mine: expected a batch with the features of all rows, got none"):
        Batch(ROWS, LABELS).all_features("mine")


def test_means_by_hand() -> None:
    values, some = torch.tensor([1.0, 2.0, 6.0]), torch.tensor([True, False, True])
    plain = Batch(ROWS, LABELS)
    assert plain.mean(values).item() == 3.0
    assert plain.mean(values, some).item() == 3.5
    weighted = Batch(ROWS, LABELS, weights=torch.tensor([1.0, 5.0, 3.0]))
    assert weighted.mean(values).item() == pytest.approx((1 + 10 + 18) / 9)
    assert weighted.mean(values, some).item() == pytest.approx((1 + 18) / 4)
    assert weighted.mean(values, torch.zeros(3, dtype=torch.bool)).item() == 0.0


def test_a_mean_leaves_no_trace_of_what_is_left_out() -> None:
    values = torch.tensor([1.0, float("nan"), 3.0], requires_grad=True)
    mean = Batch(ROWS, LABELS).mean(values, torch.tensor([True, False, True]))
    mean.backward()
    assert mean.item() == 2.0
    assert values.grad is not None
    assert values.grad.tolist() == [0.5, 0.0, 0.5]


def test_knowledge_comes_in_the_precision_in_which_students_are_computed() -> None:
    table = TeacherKnowledge(ROWS, {"logits": torch.eye(3), "code_indices": torch.zeros(3, 1, dtype=torch.int32)})
    batch = Batch(ROWS, LABELS, tables={"teacher": table})
    assert batch.knowledge("logits").dtype == torch.float32
    torch.set_default_dtype(torch.float64)
    try:
        read = [batch.knowledge("logits"), batch.all_knowledge("logits"), batch.knowledge("code_indices")]
    finally:
        torch.set_default_dtype(torch.float32)
    assert [value.dtype for value in read] == [torch.float64, torch.float64, torch.int32]


def test_asking_again_draws_dropout_anew_and_keeps_an_answer_that_was_given() -> None:
    batch = Batch(torch.arange(3), torch.full((3,), -1), torch.ones(3, 4), MLP(4, 16, 2, dropout=0.5).train())
    assert not torch.equal(batch.ask_again().logits, batch.output.logits)
    given = MLPOutput(torch.zeros(3, 2), torch.zeros(3, 1))
    assert Batch(torch.arange(3), torch.full((3,), -1), answer=given).ask_again() is given
