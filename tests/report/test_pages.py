"""Every page that is written, as readers open it: wide and narrow, light and dark, in wide and narrow fonts."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from gnn2mlp.explainers import FastDnX
from gnn2mlp.explore.trust import trust_table
from gnn2mlp.pipeline import CondenseConfig, FitResult, condense
from gnn2mlp.report.auto_report import write_leaderboard
from gnn2mlp.report.disagreement_report import write_disagreement_report
from gnn2mlp.report.explain_report import write_explain_report
from gnn2mlp.report.fit_report import render_fit_report
from gnn2mlp.report.graph_report import render_graph_report
from gnn2mlp.report.latency_report import write_latency_report
from gnn2mlp.report.run_report import write_report
from gnn2mlp.report.trust_report import write_trust_report
from gnn2mlp.report.unlearn_report import write_unlearn_report
from gnn2mlp.studies import compare, read_scores, write_comparison
from tests.browser import Seen, faults, find_axe, opened
from tests.explainers.surrogates import explained
from tests.explore.disagreeing import weak_spot
from tests.explore.maps import small_map
from tests.graphs import finished
from tests.report.conftest import add_knowledge, add_latency, add_student_trust
from tests.report.explained import explain_results
from tests.report.links import link_results
from tests.report.test_auto_table import board_of
from tests.report.test_unlearn_report import results as unlearn_results
from tests.studies.helpers import line
from tests.tiny import random_knowledge

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAGES = (
    "auto",
    "compare",
    "compare-one",
    "condense",
    "disagreement",
    "explain",
    "fit",
    "graphs",
    "latency",
    "links",
    "links-one",
    "map",
    "report",
    "trust",
    "unlearn",
)
# The widest and the narrowest of the fonts that readers without our first choices have.
FONTS = ("DejaVu Sans", "Liberation Sans")
# CSS pixels on the screen.
LEAST = 9
# Screens of a telephone that a figure may be wide: beyond, most of it is out of sight.
SCREENS = 1.3
NARROW, WIDE = 390, 1200

# Text that is smaller on the screen than it may be; a figure's shrinks with the figure.
SMALL = """(least) => [...document.querySelectorAll("body *")].flatMap((one) => {
  const own = [...one.childNodes].filter((node) => node.nodeType === 3 && node.data.trim());
  if (!own.length || !one.checkVisibility() || one.closest("script, style, defs")) return [];
  const matrix = one instanceof SVGElement ? one.getScreenCTM() : null;
  const size = parseFloat(getComputedStyle(one).fontSize) * (matrix ? Math.hypot(matrix.a, matrix.b) : 1);
  return size < least ? [`${own[0].data.trim()}: ${size.toFixed(1)} px`] : [];
})"""

# Figures that are so many times as wide as what shows them.
BROAD = """(screens) => [...document.querySelectorAll(".drawing")].flatMap((one) =>
  one.checkVisibility() && one.scrollWidth > screens * one.clientWidth
    ? [`${one.ariaLabel}: ${one.scrollWidth} of ${one.clientWidth} px`] : [])"""

# What is cut off: boxes that hide what they hold, and text that reaches out of its figure.
CUT = """() => [...document.querySelectorAll("body *")].flatMap((one) => {
  if (!one.checkVisibility()) return [];
  if (one instanceof SVGTextElement) {
    const figure = one.ownerSVGElement.getBoundingClientRect(), text = one.getBoundingClientRect();
    const out = Math.max(figure.left - text.left, text.right - figure.right, figure.top - text.top,
      text.bottom - figure.bottom);
    return out > 1 ? [`${one.textContent.trim()}: ${out.toFixed(1)} px`] : [];
  }
  if (one instanceof SVGElement || !["hidden", "clip"].includes(getComputedStyle(one).overflowX)) return [];
  const out = one.scrollWidth - one.clientWidth;
  return out > 1 && one.clientWidth > 1 ? [`${one.tagName} ${one.className}: ${out} px`] : [];
})"""


def _lines(folder: Path, datasets: int) -> Path:
    lines = [
        line(dataset=f"data set {k}", seed=seed, student=0.7 + (seed + k) / 1000, homophily=0.2 + 0.7 * k / datasets)
        for k in range(datasets)
        for seed in range(3)
    ]
    path = folder / f"{datasets}.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    return path


def _add_classes(results: dict[str, Any]) -> dict[str, Any]:
    """The same results by class, of names as they are found in the wild."""
    names = ("Theory", "Reinforcement_Learning", "Probabilistic methods and graphical models")
    counts = {"nodes": [120, 40, 200], "right": [100, 12, 190], "answered": [130, 20, 210]}
    for record in results["seeds"]:
        record["by_class"] = {"unseen": dict.fromkeys(("teacher", "mlp", "student"), counts)}
    results["graph"] |= {"class_counts": dict(zip(names, (1120, 340, 1025), strict=True)), "labelled": 2485}
    return results


@pytest.fixture(scope="module")
def folder(
    make_results: Callable[..., dict[str, Any]], fitted: FitResult, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """All pages side by side, the report last: it links to the others."""
    out = tmp_path_factory.mktemp("pages")
    results = _add_classes(add_latency(add_student_trust(add_knowledge(make_results()))))
    results["seeds"][0]["own_margin"] = {"student": {**explain_results()["student"], "population": "seen"}}
    edges = np.stack([np.arange(19), np.arange(1, 20)])
    write_trust_report(
        results, trust_table(random_knowledge(torch.arange(20)), edges, np.arange(20) % 3), out / "trust.html"
    )
    write_latency_report(results, out / "latency.html")
    write_leaderboard(board_of(), out / "auto.html")
    write_disagreement_report(weak_spot(), out / "disagreement.html")
    (out / "fit.html").write_text(render_fit_report(fitted.results), encoding="utf-8")
    graph, surrogate = explained()
    drawn = FastDnX().explain(surrogate, range(6))
    write_explain_report(explain_results(), drawn, graph, graph.labels.numpy(), out / "explain.html")
    write_unlearn_report(unlearn_results(seeds=2), out / "unlearn.html")
    small_map().save(out / "map.html")
    write_comparison(compare(read_scores([_lines(out, 12)])), out / "compare.html")
    write_comparison(compare(read_scores([_lines(out, 1)])), out / "compare-one.html")
    made = condense(CondenseConfig(seeds=2, out=out / "sets"))
    made.out.joinpath("condense.html").rename(out / "condense.html")
    (out / "graphs.html").write_text(render_graph_report(finished().results), encoding="utf-8")
    write_report(link_results(), out / "links.html")
    write_report(link_results(seeds=1, production=False, name="A_name_as_they_are_found"), out / "links-one.html")
    write_report(results, out / "report.html")
    return out


@contextmanager
def _shown(browser: "Browser", path: Path, width: int) -> Iterator[Seen]:
    """A page with all that is folded in sight."""
    with opened(browser, path, width=width) as seen:
        if path.stem == "map":
            seen.page.wait_for_selector("[data-ready=yes]")
        seen.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        yield seen


def test_each_page_that_is_written_is_looked_at(folder: Path) -> None:
    assert sorted(path.stem for path in folder.glob("*.html")) == list(PAGES)


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("name", PAGES)
def test_it_can_be_read(chromium: "Browser", folder: Path, name: str, width: int) -> None:
    axe = find_axe()
    with _shown(chromium, folder / f"{name}.html", width) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
        assert seen.page.evaluate(SMALL, LEAST) == []
        assert seen.page.evaluate(BROAD, SCREENS) == []
        assert faults(seen.page, axe) == []
        seen.page.emulate_media(color_scheme="dark")
        assert faults(seen.page, axe) == []
        assert seen.messages == []
        assert seen.refused == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_cut_off_whatever_the_font(chromium: "Browser", folder: Path, name: str) -> None:
    found = {}
    with _shown(chromium, folder / f"{name}.html", NARROW) as seen:
        for width in (NARROW, WIDE):
            seen.page.set_viewport_size({"width": width, "height": 900})
            for font in FONTS:
                seen.page.add_style_tag(content=f"* {{ font-family: '{font}' !important }}")
                found[font, width] = seen.page.evaluate(CUT)
                assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert not any(found.values()), found
