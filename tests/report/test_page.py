from pathlib import Path

import jinja2
import pytest
from matplotlib.figure import Figure

from gnn2mlp.report.page import draw, provenance, render


def test_a_figure_carries_its_words():
    plot = draw(Figure(), "key", "A title", "A <note>.")
    assert 'aria-label="A title. A &lt;note&gt;."' in plot.svg


def test_a_missing_field_is_not_an_empty_cell():
    with pytest.raises(jinja2.UndefinedError, match="subject"):
        render("trust.html.jinja", {})


def test_provenance_is_plain_text():
    results = {"config": {"out": Path("a"), "seeds": (0, 1)}, "seeds": [{"split": {"train": 1400, "digest": "d"}}]}
    found = provenance({**results, "graph": {"nodes": 2485, "notes": {"isolated": 3}}})
    assert found["facts"] == {"nodes": "2,485", "note: isolated": "3", "train nodes": "1,400"}
    assert found["config"] == "out: a\nseeds:\n- 0\n- 1\n"
    assert found["citations"] == found["environment"] == {}
