"""What the pages of all fits have alike."""

from typing import Any

import pytest

from gnn2mlp.report import page
from gnn2mlp.report.fit_page import fit_content, learnt_by, loading, training_plots

CONFIG = {part: {"name": name} for part, name in {"teacher": "sage", "method": "glnn", "student": "mlp"}.items()}
RESULTS: dict[str, Any] = {
    "verdict": {"sentence": "Distilling pays here."},
    "data": {"warnings": [{"what": "few rows", "remedy": "more rows"}]},
    "config": CONFIG,
    "environment": {},
    "history": {},
}


def test_what_the_results_do_not_say_is_empty() -> None:
    found = fit_content(RESULTS)
    assert found["sentence"] == "Distilling pays here."
    assert found["warnings"] == RESULTS["data"]["warnings"]
    assert [found[name] for name in ("date", "onnx", "notes", "citations", "refit", "training")] == [
        "",
        "",
        [],
        {},
        False,
        [],
    ]
    told = {"date": "2025-01-01", "onnx": "model.onnx", "notes": ["teacher: epoch 3"], "shipped": {"refit": True}}
    found = fit_content({**RESULTS, **told})
    assert [found[name] for name in ("date", "onnx", "notes", "refit")] == [*list(told.values())[:3], True]


def test_a_teacher_may_be_called_by_what_is_in_it() -> None:
    assert learnt_by(CONFIG) == "teacher sage, method glnn, student mlp"
    assert learnt_by(CONFIG, "gat") == "teacher gat, method glnn, student mlp"


def test_lines_that_load_run_as_they_are() -> None:
    lines = loading(
        {"shipped": {"path": 'my "pages"'}}, "LinkPredictor", "model.top(X, 0)", "model.embed(X)"
    ).splitlines()
    assert lines[0] == "from gnn2mlp.deploy import LinkPredictor"
    assert lines[1] == 'model = LinkPredictor.load("my \\"pages\\"")'
    assert lines[2:] == ["model.top(X, 0)", "model.embed(X)"]
    assert loading({}, "LinkPredictor") == loading({"shipped": {"refit": True}}, "LinkPredictor") == ""


def test_training_is_drawn_by_the_metric_that_judged_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "inline_svg", lambda figure, key, description: "<svg/>")
    history = {"loss": [1.0, 0.5], "valid": [0.2, 0.4], "valid_loss": [1.0, 0.5], "best_epoch": 2, "valid_best": 0.4}
    metric = {"title": "ROC-AUC", "share": True, "greater_is_better": True}
    (plot,) = training_plots({"history": {"student": history}, "metric": metric})
    assert plot.title == "Validation ROC-AUC in training"
