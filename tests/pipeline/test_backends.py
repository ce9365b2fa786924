from typing import Any

import pytest
import torch

from gnn2mlp.nn.csr import CSR
from gnn2mlp.pipeline import backends
from gnn2mlp.pipeline.backends import answer_all, backend_scores, has_onnx, student_backends, student_input

CPU = torch.device("cpu")


@pytest.mark.parametrize("sparse", [False, True])
def test_every_back_end_gives_the_students_logits(make_seed: Any, sparse: bool) -> None:
    seed = make_seed()
    student = seed.student.value
    dense = student_input(student, seed.full.graph)
    expected = torch.from_numpy(student.decision_function(seed.full.graph.features))
    features = CSR.from_dense(dense) if sparse else dense
    made = student_backends(student, features, seed.split.valid, CPU, has_onnx())
    assert ("student_dense" in made) == sparse
    for name in made.keys() - {"int8"}:
        torch.testing.assert_close(made[name](features), expected, rtol=1e-5, atol=1e-5)
    if has_onnx():
        assert {"onnx", "int8"} <= made.keys()
        assert (made["int8"](features).argmax(1) == expected.argmax(1)).float().mean() > 0.9


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
