"""The sentence of a certificate, for each outcome."""

from typing import Any

import pytest
import torch

from gnn2mlp.evaluate.unlearning_evidence import RowGroups, unlearning_record
from gnn2mlp.evaluate.unlearning_verdict import judge_unlearning
from gnn2mlp.tasks.classification import NodeClassification

TASK = NodeClassification(["a", "b", "c"])


def said(rows: int, seed: int = 0, sure: float = 1.0) -> RowGroups:
    random = torch.Generator().manual_seed(seed)
    forgotten, retained, fresh = (torch.randn(rows, 3, generator=random) for _ in range(3))
    return RowGroups(sure * forgotten, retained, fresh)


def found(after: RowGroups, reference: RowGroups | None, before: RowGroups | None = None) -> Any:
    rows = len(after.fresh)
    labels = RowGroups(*(torch.arange(rows) % 3 for _ in range(3)))
    return unlearning_record(before or said(rows, sure=3), after, labels, TASK, reference=reference)


def test_what_is_exact_needs_no_evidence_and_what_has_none_is_not_verified() -> None:
    assert judge_unlearning(found(said(40), None), exact=True).outcome == "retrained"
    told = judge_unlearning(found(said(40), None))
    assert told.outcome == "not verified"
    assert told.sentence.startswith("Not verified: no model was retrained without the deleted nodes")


def test_rows_that_no_model_saw_need_not_be_forgotten_and_none_to_compare_with_is_told() -> None:
    record = {"rows": {"forgotten": 0, "retained": 9, "fresh": 9}, "attacks": {}}
    assert judge_unlearning(record).outcome == "no trace"
    assert judge_unlearning(record, "edges").sentence == (
        "Nothing to forget: training saw none of the deleted edges, so that nothing of them is in it."
    )
    told = judge_unlearning({"rows": {"forgotten": 9, "retained": 9, "fresh": 0}, "attacks": {}})
    assert told.outcome == "undecided"
    assert "no node is left that never trained" in told.sentence


def test_ignorance_is_told_as_recognisable_and_memory_as_not_forgotten() -> None:
    """Both sides of retraining, from the same distance to it."""
    anew = said(100)
    blank = anew._replace(forgotten=0.01 * anew.forgotten)
    told = judge_unlearning(found(blank, anew))
    assert told.outcome == "recognisable"
    assert "conspicuously ignorant of the 100 deleted nodes" in told.sentence
    assert "by how sure it is of them (AUC 0.0" in told.sentence
    told = judge_unlearning(found(said(100, sure=3), anew), "edges")
    assert told.outcome == "not forgotten"
    assert "the 100 deleted edges are still told from 100 pairs without one by how sure" in told.sentence


def test_a_model_that_did_not_change_has_forgotten_nothing_however_little_it_knew() -> None:
    anew = said(8000)
    slightly = anew._replace(forgotten=1.1 * anew.forgotten)
    record = found(slightly, anew, before=slightly)
    distance = record["attacks"]["entropy"]["distance"]["after"]
    assert 0 < distance["low"] < distance["distance"] < distance["high"] < 0.05
    assert judge_unlearning(record).outcome == "not forgotten"
    # From a model that knew much more it is a small rest.
    assert judge_unlearning(found(slightly, anew)).outcome == "no trace"


def test_the_loss_alone_can_give_rows_away() -> None:
    """As sure as ever, and always wrong."""
    anew = said(100)
    anew = anew._replace(forgotten=4 * torch.nn.functional.one_hot(torch.arange(100) % 3, 3) + anew.forgotten)
    wrong = anew._replace(forgotten=anew.forgotten.roll(1, 1))
    told = judge_unlearning(found(wrong, anew))
    assert told.outcome == "recognisable"
    assert "by how near it is to their labels" in told.sentence


def test_no_trace_takes_rows_enough_and_says_where_there_was_none_before() -> None:
    anew = said(400)
    near = RowGroups(*(part + 0.01 for part in anew))
    told = judge_unlearning(found(near, anew))
    assert told.outcome == "no trace"
    assert "none before" not in told.sentence
    assert "They found none before either" in judge_unlearning(found(near, anew, before=anew)).sentence


@pytest.mark.parametrize(("rows", "text"), [(5, "an attack on 5 nodes tells nothing"), (20, "cannot be excluded")])
def test_few_rows_decide_nothing(rows: int, text: str) -> None:
    other = said(rows, seed=1)
    told = judge_unlearning(found(said(rows)._replace(fresh=other.fresh), said(rows)))
    assert told.outcome == "undecided"
    assert text in told.sentence
