from typing import Any

import pytest
import torch

from gnn2mlp.nn.csr import CSR, gather
from gnn2mlp.pipeline import backends
from gnn2mlp.pipeline.backends import answer_all, backend_scores, has_onnx, student_backends, student_input
from tests.cuda import captured_graphs, on_each_device

CPU = torch.device("cpu")


@on_each_device
@pytest.mark.parametrize("sparse", [False, True])
def test_every_back_end_gives_the_students_logits(make_seed: Any, sparse: bool, device: str) -> None:
    seed = make_seed()
    student = seed.student.value
    dense = student_input(student, seed.full.graph)
    expected = torch.from_numpy(student.decision_function(seed.full.graph.features))
    features = CSR.from_dense(dense) if sparse else dense
    made = student_backends(student, features, seed.split.valid, torch.device(device), has_onnx())
    assert ("student_dense" in made) == sparse
    assert ("student_graph" in made) == (device == "cuda")
    for name in made.keys() - {"int8"}:
        torch.testing.assert_close(made[name](features), expected, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(made[name](gather(features, torch.tensor([3]))), expected[[3]], rtol=1e-4, atol=1e-5)
    assert student.device == CPU
    if has_onnx():
        assert {"onnx", "int8"} <= made.keys()
        assert (made["int8"](features).argmax(1) == expected.argmax(1)).float().mean() > 0.9


def test_on_a_gpu_a_student_answers_by_graph_as_well(make_seed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seed = make_seed()
    features = student_input(seed.student.value, seed.full.graph)
    monkeypatch.setattr(backends, "capturable", lambda device: True)
    with captured_graphs("cpu") as captures:
        made = backends.torch_backends(seed.student.value, CPU, sparse=False)
        few = features[:3]
        torch.testing.assert_close(made["student_graph"](few), made["student"](few), rtol=1e-5, atol=1e-6)
    assert len(captures) == 1


def test_all_rows_are_answered_in_pieces(make_seed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    features, seen = make_seed().full.graph.features, []
    monkeypatch.setattr(backends, "CHUNK", 12 * 40)
    whole = answer_all(lambda rows: seen.append(rows.shape[0]) or rows, features)
    assert seen == [40, 40, 10]
    assert torch.equal(whole, features)


def test_scores_are_those_of_the_run(make_seed: Any) -> None:
    seed = make_seed()
    test, features = seed.split.test, student_input(seed.student.value, seed.full.graph)
    made = student_backends(seed.student.value, features, seed.split.valid, CPU, onnx=False)
    scores = backend_scores(made, features[test], seed.full.graph.labels[test], seed.observed.task)
    assert scores["student"] == scores["student_eager"] == pytest.approx(seed.record.value["student"]["test"])
