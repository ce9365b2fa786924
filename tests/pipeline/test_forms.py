from typing import Any

import pytest
import torch

from gnn2mlp.nn.csr import CSR
from gnn2mlp.pipeline import forms
from gnn2mlp.pipeline.forms import everything, form_scores, inputs, student_forms
from tests.pipeline.test_stages import make_seed

__all__ = ["make_seed"]


@pytest.mark.parametrize("sparse", [False, True])
def test_every_form_gives_the_students_logits(make_seed: Any, sparse: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    seed = make_seed()
    predictor = seed.student("student")
    expected = torch.from_numpy(predictor.decision_function(seed.graph.features))
    features = CSR.from_dense(inputs(seed)) if sparse else inputs(seed)
    monkeypatch.setattr(forms, "inputs", lambda seed: features)
    made = student_forms(seed, predictor)
    assert ("student_dense" in made) == sparse
    for name in made.keys() - {"int8"}:
        torch.testing.assert_close(made[name](features), expected, rtol=1e-5, atol=1e-5)
    if forms.has_onnx():
        assert {"onnx", "int8"} <= made.keys()
        assert (made["int8"](features).argmax(1) == expected.argmax(1)).float().mean() > 0.9


def test_everything_is_made_in_pieces(make_seed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seed, seen = make_seed(), []
    monkeypatch.setattr(forms, "CHUNK", 12 * 40)
    whole = everything(lambda rows: seen.append(rows.shape[0]) or rows, inputs(seed))
    assert seen == [40, 40, 10]
    assert torch.equal(whole, inputs(seed))


def test_scores_are_those_of_the_run(make_seed: Any) -> None:
    from gnn2mlp.pipeline.score import score_seed

    seed = make_seed()
    scores, run = form_scores(seed), score_seed(seed)["student"]["test"]
    assert scores["student"] == scores["student_eager"] == pytest.approx(run)
