import copy
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.report import write_report
from gnn2mlp.report.run_report import render_report
from tests.report.conftest import add_knowledge, judge_by

Make = Callable[..., dict[str, Any]]
VOID = {"meta", "br", "use", "path", "rect", "image"}


class Page(HTMLParser):
    """What a browser would see: text, attributes by tag, and elements that were never closed."""

    def __init__(self, text: str):
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.mark.parametrize("seeds", [1, 2])
@pytest.mark.parametrize("inductive", [False, True])
@pytest.mark.parametrize("latency", [False, True])
def test_every_variant_is_a_whole_page(make_results: Make, seeds: int, inductive: bool, latency: bool) -> None:
    page = Page(render_report(make_results(seeds, inductive, latency, name="own")))  # of which nothing is published
    assert page.open == []
    # Accuracy, two of training, three of reliability; where it was measured, latency, alone and against accuracy.
    assert [tag for tag, _ in page.elements].count("svg") == 6 + 2 * latency
    assert ("±" in page.text) == (seeds > 1)
    assert ("unseen" in page.text) == inductive
    assert ("Time per request" in page.text) == latency


def test_nothing_is_loaded_from_outside(make_results: Make) -> None:
    text = render_report(make_results())
    page = Page(text)
    loading = [value for _, attrs in page.elements for key, value in attrs.items() if key in {"src", "data", "srcset"}]
    assert loading == []
    assert not {"script", "link", "iframe", "object", "base"} & {tag for tag, _ in page.elements}
    links = [(tag, attrs["href"] or "") for tag, attrs in page.elements if "href" in attrs]
    assert {tag for tag, href in links if not href.startswith("#")} == {"a"}
    # In styles: references to the page's own clip paths, no imports.
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", text))
    assert "@import" not in text


def test_shows_what_the_results_say(make_results: Make) -> None:
    text = Page(render_report(make_results())).text
    for words in (
        "On nodes that appeared after training, no difference from its teacher",
        "unseen Plain MLP +10.0 −13.6 to +33.6 0.117 2 of 2",
        "81.00 ± 1.00",
        "2.40 (4.80)",
        "Expected calibration error 4.30 ± 0.00%",
        "test nodes that appeared after training",
        "isolated",
        "2,485",
        "A Processor",
        "torch 2.13.0",
        "Zhang et al., ICLR 2022",
        "seed 1, the best on its validation nodes",
    ):
        assert words in text


def test_ids_are_unique(make_results: Make) -> None:
    ids = [attrs["id"] for _, attrs in Page(render_report(make_results())).elements if "id" in attrs]
    assert len(ids) == len(set(ids)) > 10


def test_every_string_is_escaped(make_results: Make) -> None:
    attack = "<script>alert('x')</script>\"&"
    results = make_results(name=attack)
    results["environment"]["processor"] = results["citations"]["dataset"] = attack
    results["graph"]["notes"] = {attack: attack}
    results["student"]["path"] = results["config"]["teacher"]["name"] = attack
    for record in results["seeds"]:
        record["split"][attack] = 1
        record["split"]["digest"] = "<b>digest"
    results["summary"]["seconds"][attack] = {"mean": 1.0, "std": 0.0}
    for row in results["latency"]["rows"]:
        row["model"] = row["model"].replace("student", attack)
    results["summary"]["teacher"][attack] = {"mean": 0.5, "std": 0.0}
    text = render_report(results)
    page = Page(text)
    assert not {"script", "b"} & {tag for tag, _ in page.elements}
    assert page.open == []
    assert attack in page.text


def test_configuration_is_valid_yaml(make_results: Make) -> None:
    results = make_results()
    results["config"]["out"] = Path("runs") / "cora"
    page = Page(render_report(results))
    config = yaml.safe_load(next(words for words in page.words if words.startswith("dataset:")))
    assert config["teacher"] == {"name": "sage", "hidden": 128}
    assert config["seeds"] == [0, 1]
    assert config["out"] == str(Path("runs") / "cora")


def test_what_is_absent_is_left_out(make_results: Make) -> None:
    results = make_results(seeds=1)
    for key in ("latency", "student", "citations", "environment", "graph"):
        del results[key]
    for record in results["seeds"]:
        for key in ("history", "reliability", "split"):
            del record[key]
    for key in ("mlp", "ece", "seconds", "fidelity"):
        del results["summary"][key]
    page = Page(render_report(results))
    assert [tag for tag, _ in page.elements].count("svg") == 1
    assert "Training" not in page.text
    assert "80.00" in page.text


def test_later_keys_do_no_harm(make_results: Make) -> None:
    results = make_results()
    expected = render_report(results)
    results["energy"] = {"joule": 3}
    results["summary"]["energy"] = {"joule": 3}
    results["seeds"][0]["energy"] = [1, 2]
    results["latency"]["rows"][0]["p999_ms"] = 9.0
    assert render_report(results) == expected


def test_results_are_only_read_and_the_page_is_reproducible(make_results: Make, tmp_path: Path) -> None:
    results = make_results()
    before = copy.deepcopy(results)
    write_report(results, tmp_path / "new" / "report.html")
    assert results == before
    assert (tmp_path / "new" / "report.html").read_text(encoding="utf-8") == render_report(results)


def test_a_place_that_cannot_be_written_is_named(make_results: Make, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ArtefactError, match=r"could not write .*report\.html"):
        write_report(make_results(), tmp_path / "file" / "report.html")


def test_codes_and_trust_have_sections_of_their_own(make_results: Make) -> None:
    plain = Page(render_report(make_results()))
    assert "codebook" not in plain.text
    assert "trusted" not in plain.text
    page = Page(render_report(add_knowledge(make_results())))
    assert page.open == []
    assert [tag for tag, _ in page.elements].count("svg") == 10
    for words in ("Codes: 3 of 4 used", "Where can the teacher be trusted?", "How is the codebook used?"):
        assert words in page.text


def test_charts_and_texts_name_the_metric(make_results: Make) -> None:
    shares = Page(render_report(judge_by(make_results(), "macro F1", share=True))).text
    for words in (
        "Macro F1 and fidelity in per cent",
        "Macro F1 in per cent on each group of nodes",
        "Macro F1 against time",
        "The best place is top left",
        "Validation macro F1 in training",
        "Macro F1 of each seed, %",
    ):
        assert words in shares
    errors = Page(render_report(judge_by(make_results(), "mean absolute error", False, False))).text
    for words in ("less is better", "The best place is bottom left", "Validation mean absolute error in training"):
        assert words in errors
    for gone in ("Validation accuracy", "Accuracy and fidelity", "Accuracy against time", "Accuracy of each seed"):
        assert gone not in shares
        assert gone not in errors
