from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.metrics import f1_score

from gnn2mlp import RunConfig
from gnn2mlp.data import NodeData, Split
from gnn2mlp.evaluate import accuracy
from gnn2mlp.pipeline import run
from gnn2mlp.pipeline.scoring import cold_logits, score, student_logits, teacher_logits
from gnn2mlp.pipeline.stage import Stage
from tests.helpers import tiny_arrays


def test_observed_logits_of_the_teacher_know_no_unseen_row(make_seed: Any):
    seed = make_seed()
    knowledge = seed.knowledge.value
    logits = teacher_logits(seed.teacher.value, knowledge, seed.full, torch.device("cpu"))
    assert logits["observed"][seed.split.unseen].isnan().all()
    assert not logits["full"].isnan().any()
    torch.testing.assert_close(logits["observed"][knowledge.node_ids], knowledge["logits"])


def test_teacher_is_scored_on_the_edges_each_population_has(make_seed: Any):
    seed = make_seed()
    record = seed.record.value
    labels, split = seed.full.graph.labels, seed.split
    full = seed.teacher.value.predict(seed.full.graph)
    seen = seed.knowledge.value.align(split.seen)["logits"]
    assert record["teacher"]["seen"] == pytest.approx(accuracy(seen, labels[split.seen]))
    assert record["teacher"]["unseen"] == pytest.approx(accuracy(full[split.unseen], labels[split.unseen]))
    assert record["teacher"]["test"] == pytest.approx(accuracy(full[split.test], labels[split.test]))


def test_cold_nodes_are_answered_without_their_edges(make_seed: Any):
    seed = make_seed()
    graph, split = seed.full.graph, seed.split
    unseen = set(split.unseen.tolist())
    kept = [pair for pair in graph.edge_index.T.tolist() if not unseen & {*pair}]
    assert 0 < len(kept) < graph.edge_index.size(1)
    alone = seed.teacher.value.predict(replace(graph, edge_index=torch.tensor(kept).T))
    record = seed.record.value
    assert record["teacher"]["cold"] == accuracy(alone[split.unseen], graph.labels[split.unseen])
    assert record["student"]["cold"] == record["student"]["unseen"]
    agrees = alone[split.unseen].argmax(1) == student_logits(seed.student.value, seed.full)[split.unseen].argmax(1)
    assert record["fidelity"]["cold"] == pytest.approx(agrees.double().mean().item())
    assert "cold" not in make_seed(setting="transductive").record.value["teacher"]


def test_a_student_that_reads_the_graph_loses_its_edges_too(make_seed: Any):
    seed = make_seed()
    answers = torch.zeros(90, 3)
    reads_graph = SimpleNamespace(inputs=_Degrees(), module=lambda rows: SimpleNamespace(logits=rows))
    found = cold_logits(
        seed.teacher.value,
        {"mlp": reads_graph, "student": seed.student.value},
        {"student": {"full": answers}},
        seed.full,
        "cpu",
    )  # type: ignore[arg-type, dict-item]
    assert found["student"] is answers
    assert (found["mlp"][seed.split.unseen] == 0).all()
    assert found["mlp"].sum() > 0


class _Degrees:
    """Rows that are made of the graph."""

    needs_graph = True

    def rows(self, graph: NodeData) -> torch.Tensor:
        return graph.degree[:, None].float()


def test_reliability_counts_every_test_node(make_seed: Any):
    seed = make_seed()
    record = seed.record.value
    for model in ("teacher", "mlp", "student"):
        assert sum(record["reliability"][model]["count"]) == seed.split.test.numel()
        assert sum(record["calibration"][model]["count"]) == seed.split.test.numel()


def test_classes_together_are_as_right_as_the_accuracy_says(make_seed: Any):
    seed = make_seed()
    record = seed.record.value
    for population, ids in (("seen", seed.split.seen), ("unseen", seed.split.unseen), ("test", seed.split.test)):
        for model in ("teacher", "mlp", "student"):
            told = record["by_class"][population][model]
            assert sum(told["nodes"]) == sum(told["answered"]) == ids.numel()
            assert sum(told["right"]) / ids.numel() == pytest.approx(record[model][population])


def test_sizes_of_the_networks_are_told(make_seed: Any):
    seed = make_seed()
    told = seed.record.value["parameters"]
    assert told["student"] == sum(p.numel() for p in seed.student.value.module.parameters())
    assert told["teacher"] == sum(p.numel() for p in seed.teacher.value.module_.parameters())


def test_best_validation_score_is_that_of_the_kept_epoch(make_seed: Any):
    seed = make_seed()
    history = seed.record.value["history"]["student"]
    valid = seed.split.valid
    logits = student_logits(seed.student.value, seed.full)[valid]
    assert history["valid_best"] == history["valid"][history["best_epoch"] - 1]
    assert accuracy(logits, seed.full.graph.labels[valid]) == pytest.approx(history["valid_best"])
    assert torch.isfinite(logits).all()


def test_codes_and_trust_are_there_when_the_knowledge_holds_them(make_seed: Any):
    assert not {"codes", "trust"} & make_seed().record.value.keys()
    seed = make_seed(extra=frozenset({"entropy_shift"}))
    record = seed.record.value
    assert record["trust"]["reliability"]["nodes"] == seed.split.seen.numel()
    bins = record["trust"]["margin"]
    right = sum(n * a for n, a in zip(bins["count"], bins["accuracy"], strict=True))
    assert right / bins["nodes"] == pytest.approx(record["teacher"]["seen"])


def test_a_tokenizer_has_a_record_of_its_codes(make_seed: Any):
    seed = make_seed(teacher={"name": "vq", "encoder": {"name": "gcn", "hidden": 8, "epochs": 5}, "codes": 6})
    codes = seed.record.value["codes"]
    assert codes["size"] == 6
    assert codes["utilisation"] == pytest.approx(codes["used"] / 6)
    assert 1 <= codes["perplexity"] <= codes["used"] + 1e-9


def test_a_model_that_was_kept_early_is_noted(make_seed: Any):
    assert make_seed().record.value["notes"] == []
    seed = make_seed(seeds=1)
    seed.teacher.value.history_.best_epoch, seed.teacher.value.history_.epochs = 1, 200
    (note,) = score(**{name: _value(v) for name, v in seed.record.inputs.items()}, device=torch.device("cpu"))["notes"]
    assert note.startswith("teacher: epoch 1 of at most 200 was kept, in the first tenth of training")


def _value(given: Any) -> Any:
    return given.value if isinstance(given, Stage) else given


def test_scores_are_those_of_the_threshold_that_ships(tmp_path: Path) -> None:
    x, y, edges = tiny_arrays(nodes=120)
    y = (y == 0).astype(int)
    np.savez(tmp_path / "two.npz", x=x, y=y, edge_index=edges)
    task = {"metric": "macro_f1", "threshold": "f1"}
    quick: dict[str, Any] = {"seeds": 1, "device": "cpu", "latency": False, "refit": False, "distill": {"epochs": 5}}
    made = run(
        RunConfig(dataset=str(tmp_path / "two.npz"), task=task, out=tmp_path / "out", cache=tmp_path / "cache", **quick)
    )
    test = Split.load(tmp_path / "out" / "splits" / "seed-000.safetensors").test.numpy()
    student = made.predictor()
    assert student.answers.threshold is not None  # type: ignore[attr-defined]
    shipped = f1_score(y[test], student.predict(x[test]), average="macro")
    assert made.summary["student"]["test"]["mean"] == pytest.approx(shipped)
    assert shipped != pytest.approx(f1_score(y[test], student.predict_proba(x[test]).argmax(1), average="macro"))
