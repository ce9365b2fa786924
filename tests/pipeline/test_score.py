from dataclasses import replace
from typing import Any

import pytest
import torch

from gnn2mlp.evaluate import accuracy
from gnn2mlp.pipeline.score import score_seed
from tests.pipeline.test_stages import make_seed

__all__ = ["make_seed"]


def test_teacher_is_scored_on_the_edges_each_population_has(make_seed: Any):
    seed = make_seed()
    record = score_seed(seed)
    labels, split = seed.graph.labels, seed.task.split
    full = seed.teacher.predict(seed.graph)
    seen = seed.knowledge.align(split.seen)["logits"]
    assert record["teacher"]["seen"] == pytest.approx(accuracy(seen, labels[split.seen]))
    assert record["teacher"]["unseen"] == pytest.approx(accuracy(full[split.unseen], labels[split.unseen]))
    assert record["teacher"]["test"] == pytest.approx(accuracy(full[split.test], labels[split.test]))


def test_reliability_counts_every_test_node(make_seed: Any):
    seed = make_seed()
    record = score_seed(seed)
    for model in ("teacher", "mlp", "student"):
        assert sum(record["reliability"][model]["count"]) == seed.task.split.test.numel()


def test_best_validation_score_is_that_of_the_kept_epoch(make_seed: Any):
    seed = make_seed()
    history = score_seed(seed)["history"]["student"]
    valid = seed.task.split.valid
    logits = seed.student_logits(seed.student("student"))[valid]
    assert history["valid_best"] == max(history["valid"])
    assert accuracy(logits, seed.graph.labels[valid]) == pytest.approx(history["valid_best"])
    assert torch.isfinite(logits).all()


def test_codes_and_trust_are_there_when_the_knowledge_holds_them(make_seed: Any):
    assert not {"codes", "trust"} & score_seed(make_seed()).keys()
    seed = replace(make_seed(), extra=frozenset({"entropy_shift"}))
    record = score_seed(seed)
    assert record["trust"]["reliability"]["nodes"] == seed.task.split.seen.numel()
    bins = record["trust"]["margin"]
    right = sum(n * a for n, a in zip(bins["count"], bins["accuracy"], strict=True))
    assert right / bins["nodes"] == pytest.approx(record["teacher"]["seen"])


def test_a_tokenizer_has_a_record_of_its_codes(make_seed: Any):
    seed = make_seed(teacher={"name": "vq", "encoder": {"name": "gcn", "hidden": 8, "epochs": 5}, "codes": 6})
    codes = score_seed(seed)["codes"]
    assert codes["size"] == 6
    assert codes["utilisation"] == pytest.approx(codes["used"] / 6)
    assert 1 <= codes["perplexity"] <= codes["used"] + 1e-9


def test_a_model_that_was_kept_early_is_noted(make_seed: Any):
    seed = make_seed()
    assert score_seed(seed)["notes"] == []
    seed.teacher.history_.best_epoch, seed.teacher.history_.epochs = 1, 200
    (note,) = score_seed(seed)["notes"]
    assert note.startswith("teacher: epoch 1 of at most 200 was kept, in the first tenth of training")
