from pathlib import Path

from gnn2mlp.pipeline.unlearning.unlearn import UnlearnResult
from gnn2mlp.report.unlearn_cell import unlearn_cell
from tests.report.test_unlearn_report import results


def test_the_verdict_stands_above_attacks_and_scores_and_files_below() -> None:
    found = {**results(), "searched": {"names": 2, "found": []}}
    html = unlearn_cell(found, Path("runs/gone"))
    seen, folded = html.split("<details>")
    assert found["verdict"]["sentence"][:30] in seen
    assert "Can what was deleted be told apart?" in seen
    assert "found in none" in seen
    assert str(Path("runs/gone/unlearn.html")) in seen
    assert html.count("<svg") == 1
    assert "teachers/x.safetensors" in folded
    assert UnlearnResult(found, Path("runs/gone"))._repr_html_() == html


def test_what_exactly_retrained_models_need_no_figure_of_is_left_out() -> None:
    bare = {**results(), "seeds": [{"seed": 0, "seconds": {"method": 1.0}}]}
    assert "<svg" not in unlearn_cell(bare, Path("runs/gone"))
