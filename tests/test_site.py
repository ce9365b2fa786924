"""The site of the documentation builds strictly, loads nothing from elsewhere, and its API has public names alone."""

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from types import ModuleType

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
PARTS = CHECKOUT / "docs" / "_site"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site. Warnings fail the build: links and anchors that lead nowhere, pages outside the navigation."""
    pytest.importorskip("material", reason="mkdocs-material is not installed")
    folder = tmp_path_factory.mktemp("site")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(CHECKOUT), os.environ.get("PYTHONPATH", "")]),
        "NO_MKDOCS_2_WARNING": "1",
    }
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    run = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, f"{run.stdout[-3000:]}\n{run.stderr[-5000:]}"
    return folder


@pytest.fixture(scope="module")
def parts() -> Iterator[dict[str, ModuleType]]:
    """The site's own modules."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(PARTS)
        names = ("api", "links", "command_line")
        yield {name: importlib.import_module(name) for name in names}
        for name in names:
            sys.modules.pop(name, None)


def test_every_page_is_there(site: Path):
    pages = [path.relative_to(CHECKOUT / "docs") for path in (CHECKOUT / "docs").rglob("*.md")]
    assert len(pages) > 40
    assert not [page for page in pages if not (site / page).with_suffix(".html").exists()]
    assert (site / "benchmarks" / "RESULTS.html").exists()


def test_nothing_is_loaded_from_elsewhere(site: Path):
    loaded = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*?\b(?:src|href)=\"?((?:https?:)?//[^\" >]+)")
    for page in site.rglob("*.html"):
        found = [address for address in loaded.findall(page.read_text()) if "example.org" not in address]
        assert not found, page
    for sheet in site.rglob("*.css"):
        assert not re.search(r"(?:url\(|@import )[\"']?(?:https?:)?//", sheet.read_text()), sheet


def test_public_names_have_their_entries(site: Path, parts: dict[str, ModuleType]):
    entries = parts["api"].entries()
    assert {"NodeClassifier", "Predictor", "TeacherKnowledge", "RunConfig", "GLNN", "SoftLabels"} <= entries.keys()
    pages: dict[str, str] = {}
    for name, entry in entries.items():
        path, _, anchor = entry.partition("#")
        html = pages.setdefault(path, (site / path).with_suffix(".html").read_text())
        assert f'id="{anchor}"' in html, name


def test_the_api_shows_what_predictors_and_estimators_inherit(site: Path):
    shown = {name: (site / "api" / f"{name}.html").read_text() for name in ("deploy", "estimators")}
    for name in ("predictor.Predictor", "graph_predictor.GraphPredictor"):
        for method in ("predict", "predict_proba", "save", "load"):
            assert f'id="gnn2mlp.deploy.{name}.{method}"' in shown["deploy"], (name, method)
    for method in ("fit", "predict", "save", "load"):
        assert f'.NodeClassifier.{method}"' in shown["estimators"], method


def test_the_api_shows_public_names_and_axes_of_arrays(site: Path):
    shown = [page.read_text() for page in (site / "api").glob("*.html")]
    assert not [name for html in shown for name in re.findall(r'id="(gnn2mlp[\w.]*\._[a-z]\w*)"', html)]
    text = unescape(re.sub(r"<[^>]+>", "", (site / "api" / "evaluate.html").read_text()))
    assert 'Float[Tensor, "nodes classes"]' in text
    assert 'Int[Tensor, "nodes"]' in text
    assert '" nodes"' not in text


def test_links_from_pages_to_the_repository_are_placed(parts: dict[str, ModuleType]):
    links = parts["links"]
    pages = {"benchmarks/SPEED.md", "runs.md", "gallery/idea.svg"}
    text = "[a](../benchmarks/SPEED.md#x) ![b](gallery/idea.svg) [c](runs.md) [d](../tests/a.py) [e](https://e.org)"
    assert links.placed(text, "docs/a.md", "a.md", pages) == (
        "[a](benchmarks/SPEED.md#x) ![b](gallery/idea.svg) [c](runs.md) d [e](https://e.org)"
    )
    assert links.placed("[gone](no.md)", "docs/a.md", "a.md", pages) == "[gone](no.md)"  # which the build then refuses
    assert links.placed("```\n[a](../b.md)\n```", "docs/a.md", "a.md", set()) == "```\n[a](../b.md)\n```"


def test_names_are_linked_once_and_outside_of_code(parts: dict[str, ModuleType]):
    named = parts["links"].named
    entries = {"Predictor": "api/deploy.md#p"}
    assert named("`Predictor`, `Predictor`", entries, "a.md") == "[`Predictor`](api/deploy.md#p), `Predictor`"
    for kept in ("```\n`Predictor`\n```", "## A `Predictor`", "[`Predictor`](x)", "`Predictor.load`"):
        assert named(kept, entries, "a.md") == kept


def test_every_command_has_its_help(parts: dict[str, ModuleType]):
    page = parts["command_line"].page()
    assert {"run", "fit", "list", "export"} <= set(re.findall(r"^## gnn2mlp (\w+)$", page, re.MULTILINE))
    assert "--dataset" in page


def test_pictures_of_the_gallery_are_all_shown_and_small():
    page = (CHECKOUT / "docs" / "gallery.md").read_text()
    shown = set(re.findall(r"\(gallery/([\w-]+\.webp)\)", page))
    there = {path.name: path.stat().st_size for path in (CHECKOUT / "docs" / "gallery").glob("*.webp")}
    assert shown == set(there)
    assert len(there) > 10
    assert max(there.values()) < 60_000
    assert sum(there.values()) < 800_000
