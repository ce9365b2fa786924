"""The page of a fit of links."""

import pytest

from gnn2mlp.report import page
from gnn2mlp.report.link_fit_report import render_link_fit_report
from tests.report.test_link_fit_grids import fit_results


@pytest.mark.parametrize("production", [True, False])
def test_a_page_is_whole_and_escapes_what_is_a_users(production: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "inline_svg", lambda figure, key, description: "<svg/>")
    results = fit_results(production)
    results["data"]["columns"][0]["name"] = "<script>alert(1)</script>"
    told = {
        "config": {"teacher": {"name": "link", "encoder": {"name": "sage"}}, "method": {"name": "llp"}, "id": "page"}
    }
    told["config"]["student"] = {"name": "mlp"}
    results |= {**told, "environment": {}, "history": {}, "metric": {"title": "ROC-AUC"}}
    html = render_link_fit_report(results)
    assert "teacher sage, method llp, student mlp" in html
    assert "<script>alert" not in html
    for text in ("Distilling pays here.", "LinkPredictor.load", "Hits@20", "all 1,900 links"):
        assert text in html, text
    assert ("ROC-AUC on old-new links" in html) is production
