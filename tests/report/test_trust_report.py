from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gnn2mlp.explore.trust import trust_table
from gnn2mlp.report.trust_report import write_trust_report
from tests.report.conftest import add_knowledge, add_student_trust
from tests.report.explained import explain_results
from tests.report.test_run_report import Page
from tests.tiny import random_knowledge

Make = Callable[..., dict[str, Any]]
EDGES = np.stack([np.arange(19), np.arange(1, 20)])


def _page(results: dict[str, Any], path: Path, labels: np.ndarray | None) -> Page:
    write_trust_report(results, trust_table(random_knowledge(torch.arange(20)), EDGES, labels), path)
    return Page(path.read_text(encoding="utf-8"))


def test_a_whole_page(make_results: Make, tmp_path: Path) -> None:
    page = _page(add_knowledge(make_results()), tmp_path / "trust.html", np.arange(20) % 3)
    assert page.open == []
    assert [tag for tag, _ in page.elements].count("svg") == 4
    for words in (
        "AUROC 0.75",
        "50% of the tenth that is trusted least",
        "20 test nodes",
        "Intervals: corrected resampled t-test over 2 splits",
        "2 seeds",
        "gnn2mlp trust --config",
    ):
        assert words in page.text
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_a_student_has_a_section_of_its_own(make_results: Make, tmp_path: Path) -> None:
    results = add_student_trust(add_knowledge(make_results()))
    page = _page(results, tmp_path / "trust.html", np.arange(20) % 3)
    assert page.open == []
    assert [tag for tag, _ in page.elements].count("svg") == 5
    for words in (
        "Which answers of the student to trust",
        "Margin tells best where the student is right",
        "seen test nodes",
    ):
        assert words in page.text
    assert "Which answers of the student" not in _page(make_results(), tmp_path / "other.html", None).text


def test_without_known_classes_it_says_so(make_results: Make, tmp_path: Path) -> None:
    results = make_results()
    page = _page(results, tmp_path / "trust.html", None)
    assert "scores cannot be judged" in page.text
    assert [tag for tag, _ in page.elements].count("svg") == 2


def test_where_a_student_agrees_is_told_where_own_margins_are_known(make_results: Make, tmp_path: Path) -> None:
    results = add_student_trust(add_knowledge(make_results()))
    assert "Where the student answers as its teacher" not in _page(results, tmp_path / "a.html", None).text
    results["seeds"][0]["own_margin"] = {"student": {**explain_results()["student"], "population": "seen"}}
    page = _page(results, tmp_path / "b.html", np.arange(20) % 3)
    for words in ("Where the student answers as its teacher", "on 20 seen test nodes", "Own margin"):
        assert words in page.text
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
