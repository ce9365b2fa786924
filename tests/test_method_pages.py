"""Pages of methods and of registries: what they take from docstrings, and what from result files."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gnn2mlp.methods import METHODS
from gnn2mlp.teachers import TEACHERS

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
GLNN, KRD, BORN = (f"a2020_{name}_cpf-cora_inductive" for name in ("glnn", "krd", "born-again"))


@pytest.fixture(scope="module")
def made() -> Iterator[dict[str, ModuleType]]:
    """The scripts as modules."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        names = ("rows", "method_pages", "reference_pages", "imputation_words", "links_words", "tables")
        yield {name: importlib.import_module(name) for name in names}


@pytest.fixture
def rows(made: dict[str, ModuleType]) -> list[Any]:
    """GLNN and KRD on four splits, and a method that nobody has run."""
    methods = {GLNN: "glnn", KRD: "krd", BORN: {"name": "born_again"}}
    rows = [
        made["rows"].Row(name, {"config": {"dataset": "cpf-cora", "method": method, "seeds": 4}, "against": against})
        for (name, method), against in zip(methods.items(), (None, GLNN, GLNN), strict=True)
    ]
    for row, scores in zip(rows, ([0.7, 0.71, 0.7, 0.69], [0.8, 0.81, 0.79, 0.8], []), strict=True):
        row.__dict__["lines"] = [
            {
                "row": row.name,
                "seed": seed,
                "split": {"digest": str(seed), "train": 50, "valid": 50, "seen": 10, "unseen": 10},
                "teacher": {"unseen": 0.9},
                "mlp": {"unseen": 0.5},
                "student": {"unseen": score},
                "environment": {"versions": {"gnn2mlp": "0.1.0"}, "code": "abcdef0123"},
            }
            for seed, score in enumerate(scores)
        ]
    return rows


def test_verdicts_come_from_lines(made: dict[str, ModuleType], rows: list[Any]):
    text = made["method_pages"].board("krd", rows)
    assert "- **against a plain MLP**: of 1: better on 1 (cpf-cora unseen)." in text
    assert "- **against its own teacher**: of 1: worse on 1 (cpf-cora unseen)." in text
    assert "- **against the row named in the table**: of 1: better on 1 (cpf-cora unseen)." in text
    assert "| `krd` | cpf-cora | unseen | 80.00 ± 0.71 | +30.00 [" in text
    assert "`glnn` | 4 |" in text
    assert "4 by gnn2mlp 0.1.0, code abcdef01" in text


def test_two_splits_are_too_few_for_a_verdict(made: dict[str, ModuleType], rows: list[Any]):
    for row in rows:
        row.__dict__["lines"] = row.lines[:2]
    text = made["method_pages"].board("krd", rows)
    assert "too few splits on 1" in text
    assert "better" not in text


def test_a_method_without_lines_says_so(made: dict[str, ModuleType], rows: list[Any]):
    text = made["method_pages"].board("born_again", rows)
    assert text == (
        "**No lines yet.** The board has no measured row of this method: nothing is claimed of it here. Rows are ready "
        f"to be run: `{BORN}`."
    )
    assert "Rows are ready" not in made["method_pages"].board("dho", rows)


@pytest.mark.parametrize("name", METHODS.names())
def test_a_page_has_all_its_parts(made: dict[str, ModuleType], rows: list[Any], name: str):
    text = made["method_pages"].page(name, rows)
    headings = ["The idea", "The equation", "When it helps, on our board", "Options", "Where it departs from the paper"]
    places = [text.index(f"\n## {heading}\n") for heading in [*headings, "Citation"]]
    assert places == sorted(places)
    assert METHODS.get(name).idea in text
    options = text[places[3] : places[4]]
    assert all(f"| `{option}` |" in options for option in METHODS.get(name).constructor_options())


def test_equations_and_arguments_are_those_of_the_docstring(made: dict[str, ModuleType]):
    pages = made["method_pages"]
    krd = METHODS.get("krd")
    assert pages._equation(krd).startswith('<div class="equation" markdown="0">L = λ · CE(labels) + (1 - λ) · (KL(')
    assert pages.arguments(krd)["neighbour_weight"] == "w; 1 in the paper."
    assert "whose best epoch lies within them" in pages.arguments(krd)["warmup"]  # a text of several lines
    assert pages.summary(krd).endswith("[arXiv 2306.05628](https://arxiv.org/abs/2306.05628)).")


def test_trials_are_told_as_what_they_are(made: dict[str, ModuleType], rows: list[Any]):
    text = made["method_pages"].page("born_again", rows)
    assert "no result file stands behind them:\n\n> Trials without a committed result" in text
    assert "### Trials" not in made["method_pages"].page("glnn", rows)


def test_every_entry_of_a_registry_has_a_section(made: dict[str, ModuleType]):
    text = made["reference_pages"].entries("teachers")
    for name, cls in TEACHERS.classes.items():
        section = text.partition(f"### {name}\n")[2].partition("\n### ")[0]
        assert f"*Cites* {cls.citation}." in section
        assert all(f"| `{option}` |" in section for option in cls.constructor_options())


def test_figures_of_imputation_are_those_of_their_files(made: dict[str, ModuleType]):
    words = made["imputation_words"]
    by_name = words._by_name()
    assert set(words.STUDENTS.values()) | set(words.KERNELS.values()) <= by_name.keys()
    assert len(words.trials().splitlines()) == 2 + len(words.STUDENTS)
    assert f"{100 * by_name['krr words 2']['agreement_with_teacher']:.1f} %" in words.kernels()
    assert "cpf-cora" in words.worth()


def _link_lines() -> list[dict[str, Any]]:
    """LLP on Cora, three splits: 2 points of AUC ahead of the MLP and 3 behind it in Hits@20, a little apart."""
    apart = (0.0, 0.001, -0.001)
    return [
        {
            "dataset": "cora",
            "setting": "transductive",
            "seed": seed,
            "row": "llp",
            "split": {"digest": str(seed), "train": 80, "valid": 20, "test": 10, "pairs": {"overall": 10}},
            "scores": {
                "mlp": {"overall": {"auc": 0.93, "hits@20": 0.7}},
                "student": {"overall": {"auc": 0.95 + more, "hits@20": 0.67 + more}},
                "teacher": {"overall": {"auc": 0.95, "hits@20": 0.7}},
            },
        }
        for seed, more in enumerate(apart)
    ]


def test_a_method_of_links_is_told_by_both_figures(made: dict[str, ModuleType]):
    text = made["links_words"].board("llp", _link_lines())
    # Half a width: 4.303 * .001 * sqrt(1/3 + 1/10) = .28 points.
    assert "| cora, transductive | 95.00 ± 0.08 | 67.00 ± 0.08 | **+2.00** [+1.72, +2.28], ahead in 3 of 3 |" in text
    assert "**-3.00** [-3.28, -2.72], ahead in 0 of 3" in text
    assert "AUC minus SAGE" in text
    assert "**No lines yet.**" in made["links_words"].board("ehdm", _link_lines())
    assert "**No lines yet.**" in made["links_words"].board("link_logits", _link_lines())
    assert "AUC minus" not in made["links_words"].board("link_mlp", _link_lines())


def test_pages_of_links_tell_how_links_are_run(made: dict[str, ModuleType]):
    text = made["method_pages"].page("llp", [])
    assert "`gnn2mlp run --task link --method llp`" in text
    assert "[links](../links.md)" in text
    assert "gnn2mlp distill" not in text
