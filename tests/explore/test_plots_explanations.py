from typing import Any

import numpy as np
import pytest

from gnn2mlp.explainers import FastDnX
from gnn2mlp.explore.plots_explanations import plot_agreement, plot_explanations, plot_faithfulness
from tests.explainers.surrogates import explained


def test_a_panel_for_each_node_with_those_that_rank_first_around_it() -> None:
    graph, surrogate = explained()
    found = FastDnX().explain(surrogate, [3, 8])
    figure = plot_explanations(found, graph, graph.labels.numpy(), graph.class_names, top=4)
    panels = [axes for axes in figure.axes if axes.get_title()]
    assert [axes.get_title() for axes in panels] == ["3", "8"]
    for position, axes in enumerate(panels):
        marks = [one for one in axes.collections if hasattr(one, "get_sizes") and len(one.get_offsets()) == 1]
        reached = len(found.ranked(position)[0])
        assert len(marks) == min(5, reached)
        around = [float(one.get_sizes()[0]) for one in marks[1:]]
        assert around == sorted(around, reverse=True)


def test_at_most_so_many_are_drawn() -> None:
    graph, surrogate = explained()
    found = FastDnX().explain(surrogate, range(10))
    figure = plot_explanations(found, graph, graph.labels.numpy(), most=2)
    assert sum(bool(axes.get_title()) for axes in figure.axes) == 2


@pytest.mark.parametrize("measure", ["sufficiency", "necessity"])
def test_each_explainer_has_a_point_for_each_number_of_nodes(measure: str) -> None:
    def row(method: str, top: int, value: float) -> dict[str, Any]:
        return {"method": method, "top": top, measure: value, f"{measure}_low": 0.1, f"{measure}_high": 0.9}

    rows = [row("fastdnx", 5, 0.5), row("fastdnx", 10, 0.6), row("random", 5, 0.3), row("random", 10, 0.4)]
    figure = plot_faithfulness(rows, measure)
    (axes,) = figure.axes
    lines = [one.lines[0] for one in axes.containers]  # type: ignore[attr-defined]
    assert [line.get_ydata().tolist() for line in lines] == [[50.0, 60.0], [30.0, 40.0]]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["top 5", "top 10"]
    assert np.isclose(axes.get_xlim(), (-0.5, 1.5)).all()


def test_agreement_has_a_line_for_each_score() -> None:
    parts = [{"share": share, "low": share - 0.1, "high": 1.0} for share in (0.7, 0.9, 0.95, 1.0)]
    (axes,) = plot_agreement({"own_margin": parts, "confidence": parts[::-1]}).axes
    lines = [one.lines[0] for one in axes.containers]  # type: ignore[attr-defined]
    assert [line.get_ydata().tolist() for line in lines] == [[70, 90, 95, 100], [100, 95, 90, 70]]
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["Own margin", "Confidence"]
